"""A whole Assay of the benchmark's own: on free ports, in a temporary folder, gone afterwards."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.home import FOR_OTHERS_TO_PASS, Home
from deploy.local.ports import free_port
from deploy.local.progress import Progress
from deploy.local.server_address import ServerAddress
from deploy.local.services import started_services
from domain.settings import ApiSettings, PrefectSettings, Settings

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Installation:
    settings: Settings
    home: Home
    api_url: str
    prefect_url: str
    postgres: ServerAddress


@contextmanager
def own_installation(progress: Progress) -> Iterator[Installation]:
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        Path(folder).chmod(FOR_OTHERS_TO_PASS)
        settings = _settings(Path(folder) / "home")
        with started_services(settings, progress) as services:
            assert services.postgres  # the settings name no other one
            home = Home.of(settings)
            yield Installation(settings, home, services.api_url, services.prefect_url, services.postgres)


def _settings(home: Path) -> Settings:
    return Settings(
        home=home,
        bind=HOST,
        mode="development",
        api=ApiSettings(port=free_port(HOST)),
        prefect=PrefectSettings(port=free_port(HOST)),
    )
