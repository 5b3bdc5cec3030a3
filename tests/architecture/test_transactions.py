"""One use case, one transaction: where they are opened and ended, and that every statement names its tenant."""

import ast
from collections.abc import Iterator

from domain.db.tenancy import TenantRow
from domain.migrations.registry import ROWS
from tests.architecture.sources import Source, calls, dotted, sources

COMMITS = {"domain/db/uow.py"}
BEGINS = {"domain/db/engine.py"}
ACROSS_TENANTS = {
    "domain/access/service.py:AccessService": "the projects themselves",
    "domain/audit/sealing.py:AuditSealing": "the relay seals the events of all tenants",
    "domain/audit/verification.py:AuditVerification": "an operator verifies the chains of all tenants",
    "domain/db/delivery.py:Delivery": "the relay works on the events of all tenants",
    "domain/db/engine.py:Database": "defines the sessions",
    "domain/db/feed.py:Feed": "the hub hands each event to those who may see it",
    "domain/members/admission.py:AdmissionService": "to which project a caller belongs follows from what they show",
    "domain/retention/partitions.py:LogPartitions": "partitions belong to all tenants, and only their owner makes them",
    "domain/retention/service.py:RetentionService": "removes rows that the role of tenants only adds",
    "domain/runs/queries.py:RunOversight": "looks after the runs of all tenants",
    "domain/workflows/queries.py:ConfigurationOversight": "Prefect knows of configurations no more than their ids",
}
"""Classes that open sessions outside the second wall, and why they may."""
ABOVE_THE_TENANTS = {
    "domain/audit/verification.py": "an operator verifies the chains of all tenants",
    "domain/db/tenancy.py": "defines the beginnings",
    "domain/db/delivery.py": "the relay works on the events of all tenants",
    "domain/db/feed.py": "the hub hands each event to those who may see it",
}
OVERSIGHT = {
    ("domain/members/admission.py", "AdmissionService"),
    ("domain/runs/queries.py", "RunOversight"),
    ("domain/workflows/queries.py", "ConfigurationOversight"),
}
"""Classes that look after the rows of all tenants, and say so."""
TENANT_ROWS = {row.__name__ for row in ROWS if issubclass(row, TenantRow)}
BEGINNINGS = {"select", "update", "delete"}


def test_only_the_unit_of_work_commits() -> None:
    commits = {source.path for source in sources("domain", "api", "flows") for name, _ in calls(source.tree)
               if name.endswith(".commit")}  # fmt: skip

    assert commits - {"domain/migrations/runner.py"} == COMMITS, "a use case ends with its unit of work"


def test_transactions_are_begun_in_one_place() -> None:
    begins = {source.path for source in sources("domain", "api", "flows") for name, _ in calls(source.tree)
              if name.endswith(("sessions.begin", "session.begin"))}  # fmt: skip

    assert begins == BEGINS, "write through `async with self._unit_of_work(actor) as uow:`"


def test_only_what_stands_above_the_tenants_works_across_them() -> None:
    across = {
        f"{source.path}:{node.name}" for source in sources("domain", "api", "flows") for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef) and any(name.endswith("_across_tenants") for name, _ in calls(node))
    }  # fmt: skip
    named = {source.path for source in sources("domain", "api", "flows") if "_across_tenants(" in source.text}

    assert across == ACROSS_TENANTS.keys(), "read through `self._database.reading(tenant)`"
    assert named == {place.split(":")[0] for place in across}


def test_every_statement_on_tenant_rows_names_its_tenant() -> None:
    unscoped = [
        source.at(call) for source in sources("domain") if source.path not in ABOVE_THE_TENANTS
        for call in _statements(source) if not _is_scoped(call, source)
    ]  # fmt: skip

    assert unscoped == [], "begin with select_in, select_columns_in, update_in or delete_in of domain/db/tenancy.py"


def _statements(source: Source) -> Iterator[ast.Call]:
    """Bare select, update and delete calls that name a tenant row."""
    aliases = _aliases(source.tree)
    exempt = [node for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef)
              and (source.path, node.name) in OVERSIGHT]  # fmt: skip
    for name, call in calls(source.tree):
        if name in BEGINNINGS and not any(_holds(klass, call) for klass in exempt):
            named = {node.id for argument in call.args for node in ast.walk(argument) if isinstance(node, ast.Name)}
            if named & (TENANT_ROWS | aliases):
                yield call


def _aliases(tree: ast.Module) -> set[str]:
    """Short names such as `_Row = ViolationRow`, anywhere in the file."""
    return {
        target.id for node in ast.walk(tree) if isinstance(node, ast.Assign) and dotted(node.value) in TENANT_ROWS
        for target in node.targets if isinstance(target, ast.Name)
    }  # fmt: skip


def _holds(outer: ast.AST, inner: ast.AST) -> bool:
    return any(node is inner for node in ast.walk(outer))


def _is_scoped(call: ast.Call, source: Source) -> bool:
    """Whether the chain that the call begins filters with `belongs_to`."""
    return any(
        isinstance(node, ast.Call) and _holds(node, call) and any(name == "belongs_to" for name, _ in calls(node))
        for node in ast.walk(source.tree)
    )
