"""What the application stands on; made once by the lifespan, handed to everything that answers requests."""

from dataclasses import dataclass, field

from api.events.hub import Hub
from api.meters import Meters
from domain.bootstrap import Domain
from domain.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    domain: Domain
    hub: Hub
    meters: Meters = field(default_factory=Meters)
