"""Typed settings: environment variables over `config.yaml` over the defaults below.

Every setting `section.key` is read from the environment as `ASSAY_SECTION_KEY`. A wrong key, type or range stops
the start, with a message that names the key and the place it came from.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from yaml import YAMLError

from domain.cron import check_cron

PREFIX = "ASSAY_"
SECRET_PREFIX = "ASSAY_SECRET_"  # noqa: S105 - the start of a variable's name, not a secret
CONFIG_FILE_VARIABLE = "ASSAY_CONFIG"
PG_BIN_VARIABLE = "ASSAY_PG_BIN"
BESIDE_THE_PACKAGES = Path(__file__).parent.parent / "config.yaml"
NOT_SETTINGS = frozenset({CONFIG_FILE_VARIABLE, PG_BIN_VARIABLE})
ALIASES = {
    "DQ_RULE_GEN_MAX_CONCURRENT_TABLES": "dq_rules.max_concurrent_tables",
    "DQ_RULE_GEN_MAX_CONCURRENT_RULES": "dq_rules.max_concurrent_rules",
}

_BEFORE_INTERPOLATION = re.compile(r"(\\*)\$\{")
"""OmegaConf reads `\\${` as plain text only where an odd number of backslashes stands before it."""

Port = Annotated[int, Field(ge=1, le=65535)]
Width = Annotated[int, Field(ge=1, le=1000)]
Seconds = Annotated[float, Field(gt=0)]
Cron = Annotated[str, AfterValidator(check_cron)]


def _read_null(value: object) -> object:
    """An environment variable can say `null` only as a text."""
    return None if value == "null" else value


Days = Annotated[Annotated[int, Field(ge=1, le=36_500)] | None, BeforeValidator(_read_null)]
"""How many days; null is for ever."""
Address = Annotated[Annotated[str, Field(pattern=r"^\S+$")] | None, BeforeValidator(_read_null)]
"""Where a cluster is that others look after; null is one of the run's own, on its machine."""
Origin = Annotated[str, Field(pattern=r"^https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d+)?$")]


def _split(value: object) -> object:
    """An environment variable holds a list as a text with commas."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Origins = Annotated[tuple[Origin, ...], BeforeValidator(_split)]
PublicUrl = Annotated[str, Field(pattern=r"^https?://[^\s/]+(/\S*)?$"), AfterValidator(lambda url: url.rstrip("/"))]


_SAFE_URL = re.compile(r"https://[^\s/]\S*|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/\S*)?")


def is_safe_url(url: str) -> bool:
    """Whether what is read there cannot have been changed on the way: over TLS, or on this machine."""
    return _SAFE_URL.fullmatch(url) is not None


SafeUrl = Annotated[Annotated[str, Field(pattern=f"^(?:{_SAFE_URL.pattern})$")] | None, BeforeValidator(_read_null)]


Limit = Annotated[Annotated[int, Field(ge=1)] | None, BeforeValidator(_read_null)]


class SettingsError(Exception):
    """A setting cannot be used; the message names the key, its origin and what is allowed."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ApiSettings(_Section):
    port: Port = 8000
    public_url: PublicUrl | None = None
    """Where people reach the API when it is not at `bind` and `port`; links to runs begin with it."""
    max_body_bytes: Annotated[int, Field(ge=1024)] = 1024 * 1024
    body_timeout_seconds: Seconds = 10.0
    max_tokens: Annotated[int, Field(ge=1)] = 2000
    max_depth: Width = 12
    max_aliases: Width = 30
    max_fields: Annotated[int, Field(ge=1)] = 500
    max_operations: Width = 10
    """Operations in one document, of which one is executed."""
    max_cost: Annotated[int, Field(ge=1)] = 50_000
    max_ids: Width = 100
    operation_timeout_seconds: Seconds = 30.0
    max_streams: Annotated[int, Field(ge=1)] = 1000
    """Sockets and event streams that are open at once in this process."""
    max_operations_per_socket: Width = 50
    max_frame_bytes: Annotated[int, Field(ge=1024)] = 1024 * 1024
    connection_init_timeout_seconds: Seconds = 10.0
    """How long a socket may stay open without `connection_init`."""
    send_timeout_seconds: Seconds = 10.0
    """How long a message may wait for a client that does not read."""
    allowed_origins: Origins = ()
    """Other sites whose pages may ask and follow, like https://data.example.com; each is named."""
    trusted_documents: Annotated[Path | None, BeforeValidator(_read_null)] = None
    """A folder of .graphql files, or a JSON file of ids and texts; requests name them by `documentId`."""
    only_trusted_documents: bool = False

    @field_validator("only_trusted_documents")
    @classmethod
    def _has_documents(cls, is_exclusive: bool, info: ValidationInfo) -> bool:
        if is_exclusive and info.data.get("trusted_documents") is None:
            raise ValueError("needs api.trusted_documents, which names the documents to trust")
        return is_exclusive


class AuthSettings(_Section):
    oidc_issuer: SafeUrl = None
    """Exactly as in its tokens; null: nobody signs in with an identity provider."""
    oidc_audience: str | None = None
    oidc_jwks_url: SafeUrl = None
    """Where its keys are; null: where its discovery document says."""
    oidc_name_claim: str = "email"
    """Under which name changes are recorded; the subject, where a token does not have it."""
    oidc_groups_claim: str | None = None
    recheck_seconds: Annotated[float, Field(gt=0, le=55)] = 30.0
    """How often those are admitted anew who stay: an expired token closes its sockets and streams within a minute."""


class PrefectSettings(_Section):
    port: Port = 4200
    api_url: str | None = None
    public_url: PublicUrl | None = None
    """Where people reach Prefect's user interface when it is not where its API is."""
    work_pool: str = "assay-local"
    heartbeat_timeout_seconds: Annotated[float, Field(ge=10)] = 30.0
    cancel_timeout_seconds: Annotated[float, Field(ge=5)] = 60.0
    """After which a cancelled run that still goes on is ended from outside; Prefect's worker tries for 30 s itself."""


class RunSettings(_Section):
    task_runner: Literal["threads", "dask", "ray"] = "threads"
    """Where items are worked on: in the process of the run, or in those of a cluster (extras `dask` and `ray`)."""
    dask_address: Address = None
    ray_address: Address = None
    max_per_connection: Limit = 2
    """How many runs work on one source at once; null for as many as are asked for."""
    max_tasks: Annotated[int, Field(ge=1, le=2000)] = 1000
    """Prefect tasks of one run. More tables than that share them; Prefect's server falls behind above 2,000."""
    large_table_rows: Annotated[int, Field(ge=1)] = 100_000
    """From here on a table keeps a task of its own when others share theirs."""


class DatabaseSettings(_Section):
    url: SecretStr | None = None
    prefect_url: SecretStr | None = None
    pool_size: Width = 10
    statement_timeout_seconds: Annotated[float, Field(gt=0)] = 60.0


class SourceSettings(_Section):
    max_connections: Width = 4
    connect_timeout_seconds: Annotated[float, Field(gt=0)] = 10.0
    statement_timeout_seconds: Annotated[float, Field(gt=0)] = 300.0
    lock_timeout_seconds: Annotated[float, Field(gt=0)] = 5.0
    files_folder: Path | None = None
    """Beneath which SQLite, DuckDB and other file sources have to lie; None lets them lie anywhere."""

    @property
    def copy_connections(self) -> int:
        """How many of the connections may read whole tables; questions have the rest."""
        return max(1, self.max_connections // 2)


class ProfilingSettings(_Section):
    """A budget is what one try of a run may take; null is without limit."""

    max_concurrent_tables: Width = 10
    sample_threshold: Annotated[int, Field(ge=1)] = 1_000_000
    sample_size: Annotated[int, Field(ge=1)] = 100_000
    memory_limit_mb: Annotated[int, Field(ge=64)] = 256
    budget_seconds: Annotated[Seconds | None, BeforeValidator(_read_null)] = None
    budget_rows: Limit = None
    budget_bytes: Limit = None


class EnrichmentSettings(_Section):
    provider: Literal["offline", "openai", "anthropic"] = "offline"
    max_concurrent_tables: Width = 5
    max_concurrent_llm_calls: Width = 20
    model: str = "gpt-4o"
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.1
    timeout_seconds: Annotated[float, Field(gt=0)] = 60.0
    openai_base_url: str | None = None
    openai_api_key: SecretStr | None = None
    anthropic_base_url: str | None = None
    anthropic_api_key: SecretStr | None = None


class DqRuleSettings(_Section):
    max_concurrent_tables: Width = 10
    max_concurrent_rules: Width = 20
    """Calls for rules that are with the model at once, within `enrichment.max_concurrent_llm_calls`."""


class RetentionSettings(_Section):
    schedule: Cron = "30 2 * * *"
    batch_size: Annotated[int, Field(ge=1, le=100_000)] = 1000
    events_days: Days = 30
    handled_events_days: Days = 365
    run_logs_days: Days = 90
    run_items_days: Days = 365
    proposed_changes_days: Days = 365
    profiles_days: Days = 365
    rule_executions_days: Days = 365
    llm_answers_days: Days = 180
    llm_calls_days: Days = 1095
    daily_snapshots_after_days: Days = 30
    monthly_snapshots_after_days: Annotated[Days, Field(validate_default=True)] = 730

    @field_validator("monthly_snapshots_after_days")
    @classmethod
    def _is_after_daily(cls, monthly: int | None, info: ValidationInfo) -> int | None:
        daily = info.data.get("daily_snapshots_after_days")
        if monthly is not None and daily is not None and monthly <= daily:
            raise ValueError(f"has to be more than daily_snapshots_after_days, which is {daily}")
        return monthly


def default_home() -> Path:
    """Where data lives unless told otherwise: root's is outside its home, which PostgreSQL's user cannot enter."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/assay")
    shared = os.environ.get("XDG_DATA_HOME")
    return (Path(shared) if shared else Path.home() / ".local" / "share") / "assay"


class Settings(_Section):
    home: Path = Field(default_factory=default_home)
    bind: str = "127.0.0.1"
    mode: Literal["development", "production"] = "production"
    api: ApiSettings = ApiSettings()
    auth: AuthSettings = AuthSettings()
    prefect: PrefectSettings = PrefectSettings()
    runs: RunSettings = RunSettings()
    database: DatabaseSettings = DatabaseSettings()
    source: SourceSettings = SourceSettings()
    profiling: ProfilingSettings = ProfilingSettings()
    enrichment: EnrichmentSettings = EnrichmentSettings()
    dq_rules: DqRuleSettings = DqRuleSettings()
    retention: RetentionSettings = RetentionSettings()

    @property
    def secrets_folder(self) -> Path:
        """Where `file:` secret references are looked up."""
        return self.home / "secrets"

    def database_url(self) -> str:
        """The PostgreSQL that holds Assay's own tables; refuses when none is set."""
        if self.database.url is None:
            raise SettingsError(
                "database.url is not set: set ASSAY_DATABASE_URL, or start with `assay up`, which brings its own."
            )
        return self.database.url.get_secret_value()


def load_settings(overrides: Mapping[str, str] | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Put the layers together. `overrides` holds environment names too, and wins over the environment."""
    variables = {**(os.environ if environment is None else environment), **(overrides or {})}
    origins: dict[str, str] = {}
    file = _read_file(variables, origins)
    environment_layer = OmegaConf.create(_from_environment(variables, origins))
    try:
        values = OmegaConf.to_container(OmegaConf.merge(file, environment_layer), resolve=True)
    except OmegaConfBaseException as error:
        raise SettingsError(f"{error.full_key}: {error.msg}") from None
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_explain(error, origins)) from None


def _read_file(variables: Mapping[str, str], origins: dict[str, str]) -> DictConfig:
    named = variables.get(CONFIG_FILE_VARIABLE)
    path = Path(named) if named else BESIDE_THE_PACKAGES
    if not path.is_file():
        if named:
            raise SettingsError(f"{CONFIG_FILE_VARIABLE} names {named}, which is not a file.")
        return OmegaConf.create({})
    try:
        loaded = OmegaConf.load(path)
    except (YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid YAML: {error}") from None
    except OSError as error:
        raise SettingsError(f"{path} has to be a readable file that holds sections with keys: {error}") from None
    if not isinstance(loaded, DictConfig):
        raise SettingsError(f"{path} has to hold sections with keys, not a list.")
    for key in map(str, loaded):
        if isinstance(loaded._get_node(key), ListConfig):  # noqa: SLF001 - as in _paths
            raise SettingsError(f"{key}: holds a list where keys are expected. It comes from {path}.")
    origins.update({key: str(path) for key in _paths(loaded)})
    return loaded


def _paths(node: DictConfig, prefix: str = "") -> Iterator[str]:
    for key in map(str, node):
        path = f"{prefix}{key}"
        yield path
        child = node._get_node(key)  # noqa: SLF001 - item access would resolve `${…}` before the environment is known
        if isinstance(child, DictConfig):
            yield from _paths(child, f"{path}.")


def _from_environment(variables: Mapping[str, str], origins: dict[str, str]) -> dict[str, object]:
    known = _known_variables()
    found: dict[str, object] = {}
    for name, value in sorted(variables.items()):
        if name not in known:
            if name.startswith(PREFIX) and not name.startswith(SECRET_PREFIX) and name not in NOT_SETTINGS:
                raise SettingsError(f"{name} (environment) is not a setting. Known: {', '.join(sorted(known))}.")
            continue
        path = known[name]
        origins[path] = f"{name} (environment)"
        section, _, key = path.rpartition(".")
        target = found.setdefault(section, {}) if section else found
        assert isinstance(target, dict)
        target[key] = _BEFORE_INTERPOLATION.sub(r"\1\1\\${", value)  # taken as it stands, never interpolated
    return found


def _known_variables() -> dict[str, str]:
    paths: list[str] = []
    for name, declared in Settings.model_fields.items():
        section = declared.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            paths += [f"{name}.{key}" for key in section.model_fields]
        else:
            paths.append(name)
    return {PREFIX + path.replace(".", "_").upper(): path for path in paths} | ALIASES


def _explain(error: ValidationError, origins: Mapping[str, str]) -> str:
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        path = ".".join(str(part) for part in problem["loc"])
        section = path.rpartition(".")[0]
        origin = origins.get(path) or origins.get(section) or "the defaults"
        message = "is not a setting" if problem["type"] == "extra_forbidden" else problem["msg"]
        lines.append(f"{path}: {message}. It comes from {origin}.")
    return "\n".join(lines)
