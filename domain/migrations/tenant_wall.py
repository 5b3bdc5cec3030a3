"""For migrations: the role that tenants act as, and the policy that confines it to the rows of one project."""

from alembic import op
from sqlalchemy.exc import ProgrammingError

from domain.db.tenancy import PROJECT_SETTING
from domain.tenant_role import TENANT_ROLE, statements_for

_INSUFFICIENT_PRIVILEGE = "42501"
_OF_ITS_PROJECT = f"project_id = nullif(current_setting('{PROJECT_SETTING}', true), '')::uuid"
"""False without the setting. It is an empty text, not missing, once an earlier transaction of the session had it."""

# Roles belong to the server, so that another database of it may be making the same one at this moment.
_MAKE_ROLE = f"""
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{TENANT_ROLE}') THEN
            CREATE ROLE {TENANT_ROLE} NOLOGIN;
        END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$
"""
_JOIN_ROLE = f"""
    DO $$ BEGIN
        IF NOT pg_has_role(
            current_user, '{TENANT_ROLE}',
            CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END
        ) THEN
            EXECUTE format('GRANT {TENANT_ROLE} TO %I', current_user);
        END IF;
    EXCEPTION WHEN unique_violation THEN NULL;
    END $$
"""


class TenantRoleRefused(Exception):
    """The user of the database may not make the role, or may not act as it."""

    def __init__(self, user: str) -> None:
        super().__init__(
            f"The user {user!r} may not make the role {TENANT_ROLE}, as which Assay works on the rows of a project. "
            f"Have an administrator of the server run: {' '.join(statements_for(user))}"
        )


def make_tenant_role() -> None:
    """Make the role unless it is there, and let the user of this connection act as it."""
    user = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    try:
        op.execute(_MAKE_ROLE)
        op.execute(_JOIN_ROLE)
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) == _INSUFFICIENT_PRIVILEGE:
            raise TenantRoleRefused(user) from None
        raise
    op.execute(f"DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO {TENANT_ROLE}', current_schema()); END $$")


def protect(table: str, *, may: str) -> None:
    """For each new table of tenants; `may` names what their use cases do with it, such as `SELECT, INSERT`."""
    op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    op.execute(
        f'CREATE POLICY own_project ON "{table}" TO {TENANT_ROLE}'
        f" USING ({_OF_ITS_PROJECT}) WITH CHECK ({_OF_ITS_PROJECT})"
    )
    op.execute(f'GRANT {may} ON "{table}" TO {TENANT_ROLE}')


def expose(table: str) -> None:
    """Take back what `protect` did."""
    op.execute(f'REVOKE ALL ON "{table}" FROM {TENANT_ROLE}')
    op.execute(f'DROP POLICY own_project ON "{table}"')
    op.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
