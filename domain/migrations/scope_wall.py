"""For migrations: the policies that show those who may see parts of a catalogue nothing of the rest.

The functions are in PL/pgSQL so that a query of somebody who sees everything is planned as if they were not there.
"""

from alembic import op

from domain.db.tenancy import EVERYTHING, WITHIN_SETTING
from domain.tenant_role import TENANT_ROLE

POLICY = "within_grant"
# As a test for NULL, because the planner takes it for all but certainly true: it is, for nearly everybody. The query
# inside is answered once for each statement, not for each row.
_SEES_EVERYTHING = (
    f"(SELECT CASE WHEN current_setting('{WITHIN_SETTING}', true) = '{EVERYTHING}' THEN true END) IS NOT NULL"
)

_GRANTED = f"coalesce(nullif(current_setting('{WITHIN_SETTING}', true), ''), '{{}}')::text[]"
_FUNCTIONS = {
    "granted_scopes() RETURNS text[]": f"""
        BEGIN
            RETURN {_GRANTED};
        END
    """,
    # The twin of `Tenant.sees`.
    "is_granted(fqn text) RETURNS boolean": """
        DECLARE scope text;
        BEGIN
            FOREACH scope IN ARRAY granted_scopes() LOOP
                IF fqn = scope OR starts_with(fqn, scope || '.') THEN RETURN true; END IF;
            END LOOP;
            RETURN false;
        END
    """,
    # Whether something below it is granted, or it is itself.
    "leads_to_grant(fqn text) RETURNS boolean": """
        DECLARE scope text;
        BEGIN
            FOREACH scope IN ARRAY granted_scopes() LOOP
                IF scope = fqn OR starts_with(scope, fqn || '.') THEN RETURN true; END IF;
            END LOOP;
            RETURN is_granted(fqn);
        END
    """,
    # The twin of how an Fqn writes one part.
    "service_fqn(name text) RETURNS text": """
        BEGIN
            RETURN CASE WHEN name = '' OR name ~ '[."]' THEN '"' || replace(name, '"', '""') || '"' ELSE name END;
        END
    """,
    "is_work_granted(targets text[], connection text) RETURNS boolean": """
        DECLARE target text;
        BEGIN
            IF cardinality(targets) = 0 THEN RETURN is_granted(service_fqn(connection)); END IF;
            FOREACH target IN ARRAY targets LOOP
                IF NOT is_granted(target) THEN RETURN false; END IF;
            END LOOP;
            RETURN true;
        END
    """,
    # The twin of `CommittedEvent.as_seen_by`.
    "is_event_granted(type text, scopes text[]) RETURNS boolean": """
        DECLARE scope text;
        BEGIN
            IF cardinality(scopes) = 0 THEN RETURN type IN ('scoring.changed', 'glossary.changed'); END IF;
            FOREACH scope IN ARRAY scopes LOOP
                IF type = 'scorecard.changed' AND leads_to_grant(scope) THEN RETURN true; END IF;
                IF type <> 'scorecard.changed' AND NOT is_granted(scope) THEN RETURN false; END IF;
            END LOOP;
            RETURN type <> 'scorecard.changed';
        END
    """,
    "is_asset_granted(wanted uuid) RETURNS boolean": "BEGIN RETURN EXISTS (SELECT FROM asset WHERE id = wanted); END",
    "is_profile_granted(wanted uuid) RETURNS boolean": """
        BEGIN RETURN EXISTS (SELECT FROM table_profile WHERE id = wanted); END
    """,
    "is_rule_granted(wanted uuid) RETURNS boolean": "BEGIN RETURN EXISTS (SELECT FROM dq_rule WHERE id = wanted); END",
    "is_run_granted(wanted uuid) RETURNS boolean": """
        BEGIN RETURN EXISTS (SELECT FROM workflow_run WHERE id = wanted); END
    """,
    "is_violation_granted(wanted uuid) RETURNS boolean": """
        BEGIN RETURN EXISTS (SELECT FROM violation WHERE id = wanted); END
    """,
}
"""Those that look into a table see of it what the policy of that table shows."""


def make_scope_functions() -> None:
    for signature, body in _FUNCTIONS.items():
        op.execute(f"CREATE FUNCTION {signature} LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$ {body} $$")


def drop_scope_functions() -> None:
    for signature in reversed(_FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature.partition(' RETURNS ')[0]}")


def confine_to_grant(table: str, condition: str) -> None:
    """For each table with rows about a part of the catalogue: nothing else is seen, changed or added."""
    _restrict(table, POLICY, "ALL", f"USING ({_SEES_EVERYTHING} OR {condition})")


def show_within_grant(table: str, condition: str) -> None:
    """As `confine_to_grant`, for what use cases add whatever it is about."""
    _restrict(table, POLICY, "SELECT", f"USING ({_SEES_EVERYTHING} OR {condition})")


def keep_from_change(table: str, condition: str = "false") -> None:
    """For a table of the whole project: changed only by those for whom the condition holds, or who see everything."""
    allowed = f"({_SEES_EVERYTHING} OR {condition})"
    _restrict(table, f"{POLICY}_insert", "INSERT", f"WITH CHECK {allowed}")
    _restrict(table, f"{POLICY}_update", "UPDATE", f"USING {allowed}")
    _restrict(table, f"{POLICY}_delete", "DELETE", f"USING {allowed}")


def _restrict(table: str, name: str, command: str, condition: str) -> None:
    op.execute(f"CREATE POLICY {name} ON {table} AS RESTRICTIVE FOR {command} TO {TENANT_ROLE} {condition}")


def drop_scope_policies(table: str) -> None:
    for name in (POLICY, f"{POLICY}_insert", f"{POLICY}_update", f"{POLICY}_delete"):
        op.execute(f"DROP POLICY IF EXISTS {name} ON {table}")
