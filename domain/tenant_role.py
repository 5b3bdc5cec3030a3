"""The database role under which Assay works on the rows of a project (docs/adr/0007-row-level-security.md)."""

TENANT_ROLE = "assay_tenant"
"""It owns nothing, so that row-level security applies to it, unlike to the owner of the tables."""


def statements_for(user: str) -> tuple[str, str]:
    """What an administrator of the server runs once for a user who may not make the role."""
    quoted = '"' + user.replace('"', '""') + '"'
    return f"CREATE ROLE {TENANT_ROLE} NOLOGIN;", f"GRANT {TENANT_ROLE} TO {quoted};"
