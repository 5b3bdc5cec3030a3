from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.settings import Settings, SettingsError, default_home, load_settings

SECRET = "postgresql://assay:correct-horse@db.test/assay"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def load(config: Path, text: str = "", **environment: str) -> Settings:
    config.write_text(text)
    return load_settings(environment={"ASSAY_CONFIG": str(config), **environment})


def test_the_defaults_are_those_of_the_product(config: Path) -> None:
    loaded = load(config)

    assert (loaded.profiling.max_concurrent_tables, loaded.profiling.sample_threshold) == (10, 1_000_000)
    assert loaded.profiling.sample_size == 100_000
    assert (loaded.enrichment.max_concurrent_tables, loaded.enrichment.max_concurrent_llm_calls) == (5, 20)
    assert (loaded.enrichment.model, loaded.enrichment.temperature) == ("gpt-4o", 0.1)
    assert (loaded.dq_rules.max_concurrent_tables, loaded.dq_rules.max_concurrent_rules) == (10, 20)


def test_the_delivered_file_says_what_the_product_says() -> None:
    loaded = load_settings(environment={})

    assert loaded.model_dump(include={"profiling", "enrichment", "dq_rules", "retention"}) == Settings().model_dump(
        include={"profiling", "enrichment", "dq_rules", "retention"}
    )


def test_the_file_outranks_the_defaults_and_the_environment_the_file(config: Path) -> None:
    text = "profiling: {max_concurrent_tables: 3, sample_size: 7}"

    loaded = load(config, text, ASSAY_PROFILING_SAMPLE_SIZE="8")

    assert loaded.profiling.max_concurrent_tables == 3
    assert loaded.profiling.sample_size == 8
    assert loaded.profiling.sample_threshold == 1_000_000


def test_overrides_outrank_the_environment() -> None:
    loaded = load_settings({"ASSAY_API_PORT": "9001"}, environment={"ASSAY_API_PORT": "9000"})

    assert loaded.api.port == 9001


def test_the_file_takes_a_value_from_the_environment(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "key-of-the-test")

    loaded = load(config, "enrichment: {openai_api_key: '${oc.env:OPENAI_API_KEY}'}")

    assert loaded.enrichment.openai_api_key is not None
    assert loaded.enrichment.openai_api_key.get_secret_value() == "key-of-the-test"


def test_a_variable_that_the_file_wants_and_nobody_set_is_named(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_SET_ANYWHERE", raising=False)

    with pytest.raises(SettingsError, match="NOT_SET_ANYWHERE"):
        load(config, "enrichment: {model: '${oc.env:NOT_SET_ANYWHERE}'}")


def test_the_environment_replaces_an_interpolation_before_it_is_read(config: Path) -> None:
    loaded = load(config, "enrichment: {model: '${oc.env:NOT_SET_ANYWHERE}'}", ASSAY_ENRICHMENT_MODEL="small")

    assert loaded.enrichment.model == "small"


ORIGINS = [
    ("wrong key", "profiling: {max_tables: 3}", {}, ["profiling.max_tables", "is not a setting", "config.yaml"]),
    ("wrong section", "profilling: {sample_size: 3}", {}, ["profilling", "is not a setting", "config.yaml"]),
    ("wrong type", "profiling: {sample_size: many}", {}, ["profiling.sample_size", "integer", "config.yaml"]),
    ("section that is a number", "profiling: 3", {}, ["profiling", "config.yaml"]),
    ("section that is a list", "profiling: [3]", {}, ["profiling", "config.yaml"]),
    ("out of range", "api: {port: 0}", {}, ["api.port", "greater than or equal to 1", "config.yaml"]),
    ("not in the set", "mode: debug", {}, ["mode", "'development' or 'production'", "config.yaml"]),
    ("wrong type", "", {"ASSAY_API_PORT": "http"}, ["api.port", "integer", "ASSAY_API_PORT (environment)"]),
    ("out of range", "", {"ASSAY_API_PORT": "70000"}, ["api.port", "65535", "ASSAY_API_PORT (environment)"]),
    ("environment over file", "api: {port: 1}", {"ASSAY_API_PORT": "x"}, ["ASSAY_API_PORT (environment)"]),
    ("environment over a list", "api: [1]", {"ASSAY_API_PORT": "9"}, ["api", "config.yaml"]),
    (
        "alias",
        "",
        {"DQ_RULE_GEN_MAX_CONCURRENT_RULES": "0"},
        ["dq_rules.max_concurrent_rules", "DQ_RULE_GEN_MAX_CONCURRENT_RULES (environment)"],
    ),
    (
        "no days",
        "retention: {events_days: 0}",
        {},
        ["retention.events_days", "greater than or equal to 1", "config.yaml"],
    ),
    (
        "words",
        "",
        {"ASSAY_RETENTION_PROFILES_DAYS": "ever"},
        ["retention.profiles_days", "ASSAY_RETENTION_PROFILES_DAYS"],
    ),
    (
        "months before days",
        "retention: {daily_snapshots_after_days: 800}",
        {},
        ["retention.monthly_snapshots_after_days", "more than daily_snapshots_after_days, which is 800"],
    ),
    (
        "cron",
        "",
        {"ASSAY_RETENTION_SCHEDULE": "0 24 * * *"},
        ["retention.schedule", "'24' is no hour: use 0 to 23", "ASSAY_RETENTION_SCHEDULE (environment)"],
    ),
    ("any origin", "", {"ASSAY_API_ALLOWED_ORIGINS": "*"}, ["api.allowed_origins.0", "ASSAY_API_ALLOWED_ORIGINS"]),
    ("origin with a path", "api: {allowed_origins: ['https://a.b/c']}", {}, ["api.allowed_origins.0", "config.yaml"]),
    (
        "nothing to trust",
        "api: {only_trusted_documents: true}",
        {},
        ["api.only_trusted_documents", "needs api.trusted_documents", "config.yaml"],
    ),
    ("unknown variable", "", {"ASSAY_API_PROT": "1"}, ["ASSAY_API_PROT (environment) is not a setting"]),
    ("not YAML", "api: {port: 1", {}, ["config.yaml", "not valid YAML"]),
    ("a list", "- api", {}, ["config.yaml", "sections with keys"]),
    ("a number", "5", {}, ["config.yaml", "sections with keys"]),
]


@pytest.mark.parametrize(("case", "text", "environment", "said"), ORIGINS)
def test_a_setting_that_cannot_be_is_refused_with_its_key_and_origin(
    case: str, text: str, environment: dict[str, str], said: list[str], config: Path
) -> None:
    with pytest.raises(SettingsError) as refused:
        load(config, text, **environment)

    assert [words for words in said if words not in str(refused.value)] == []


def test_origins_are_a_list_in_the_file_and_a_text_with_commas_in_the_environment(config: Path) -> None:
    listed = load(config, "api: {allowed_origins: ['https://a.example', 'http://localhost:3000']}")
    written = load(config, ASSAY_API_ALLOWED_ORIGINS="https://a.example, http://localhost:3000")

    assert listed.api.allowed_origins == written.api.allowed_origins == ("https://a.example", "http://localhost:3000")


def test_what_is_kept_for_ever_is_null_in_the_file_and_in_the_environment(config: Path) -> None:
    text = "retention: {events_days: null, monthly_snapshots_after_days: null}"

    loaded = load(config, text, ASSAY_RETENTION_PROFILES_DAYS="null").retention

    assert (loaded.events_days, loaded.profiles_days, loaded.monthly_snapshots_after_days) == (None, None, None)
    assert loaded.run_logs_days == 90


def test_all_wrong_settings_are_told_at_once(config: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load(config, "api: {port: 0}", ASSAY_PREFECT_PORT="0")

    assert len(str(refused.value).splitlines()) == 2


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match=r"ASSAY_CONFIG names .*missing\.yaml, which is not a file"):
        load_settings(environment={"ASSAY_CONFIG": "missing.yaml"})


def test_the_rule_generation_aliases_are_read(config: Path) -> None:
    loaded = load(config, "", DQ_RULE_GEN_MAX_CONCURRENT_TABLES="2", DQ_RULE_GEN_MAX_CONCURRENT_RULES="4")

    assert (loaded.dq_rules.max_concurrent_tables, loaded.dq_rules.max_concurrent_rules) == (2, 4)


@given(st.text("${}\\:.a '\"", max_size=12))
@example("p${oc.env:HOME}")
@example("p\\${x}")
@example("p\\\\${x}\\")
@example("${")
@settings(max_examples=300, deadline=None)
def test_a_value_of_the_environment_is_taken_literally(value: str) -> None:
    loaded = load_settings(environment={"ASSAY_ENRICHMENT_MODEL": value})

    assert loaded.enrichment.model == value


def test_secrets_are_shown_neither_by_repr_nor_by_an_error(config: Path) -> None:
    loaded = load(config, "", ASSAY_DATABASE_URL=SECRET, ASSAY_ENRICHMENT_OPENAI_API_KEY="sk-secret")

    assert loaded.database_url() == SECRET
    for text in (repr(loaded), str(loaded), loaded.model_dump_json()):
        assert "correct-horse" not in text
        assert "sk-secret" not in text


def test_an_error_does_not_repeat_a_secret(config: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load(config, "enrichment: {openai_api_key: [battery-staple]}")

    assert "enrichment.openai_api_key" in str(refused.value)
    assert "battery-staple" not in str(refused.value)


def test_secrets_of_sources_are_no_settings(config: Path) -> None:
    assert load(config, "", ASSAY_SECRET_BANK="pw").profiling.sample_size == 100_000


def test_a_missing_database_is_told_with_the_way_out(config: Path) -> None:
    with pytest.raises(SettingsError, match="set ASSAY_DATABASE_URL, or start with `assay up`"):
        load(config).database_url()


def test_secrets_lie_below_the_home_folder(config: Path) -> None:
    assert load(config, "", ASSAY_HOME="/somewhere").secrets_folder == Path("/somewhere/secrets")
    assert load(config).home == default_home()


def test_threads_of_the_run_do_its_work_unless_a_cluster_is_asked_for(config: Path) -> None:
    assert load_settings(environment={}).runs == Settings().runs
    assert load(config).runs.task_runner == "threads"
    assert load(config, "", ASSAY_RUNS_TASK_RUNNER="ray").runs.task_runner == "ray"


@pytest.mark.parametrize("key", ["dask_address", "ray_address"])
def test_the_address_of_a_cluster_is_a_word_or_null(config: Path, key: str) -> None:
    variable = f"ASSAY_RUNS_{key.upper()}"

    found = [getattr(load(config, "", **{variable: value}).runs, key) for value in ("null", "tcp://host:1")]
    with pytest.raises(SettingsError, match=rf"runs.{key}: .* It comes from {variable}"):
        load(config, "", **{variable: "not an address"})

    assert found == [None, "tcp://host:1"]
