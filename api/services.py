"""What the application stands on; made once by the lifespan, handed to everything that answers requests."""

from dataclasses import dataclass

from api.events.hub import Hub
from domain.bootstrap import Domain
from domain.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    domain: Domain
    hub: Hub
