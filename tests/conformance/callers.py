"""Who asks what is made up."""

from dataclasses import dataclass

from domain.access.model import Role
from tests.e2e.installation import Installation


@dataclass(frozen=True, slots=True)
class Caller:
    """`role` is None for one who shows no token; `seconds` is how long each seed lasts, unless MAX_TIME says so."""

    name: str
    role: Role | None
    seconds: int

    def headers(self, installation: Installation) -> dict[str, str]:
        if self.role is None:
            return {}
        made = installation.run("token", "create", "--role", self.role, f"checks of {self.name}")
        assert made.returncode == 0, made.stderr
        return {"Authorization": f"Bearer {made.stdout.strip()}"}


CALLERS = (Caller("admin", Role.ADMIN, 15), Caller("viewer", Role.VIEWER, 8), Caller("nobody", None, 5))
