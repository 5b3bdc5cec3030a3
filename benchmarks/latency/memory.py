"""How much memory the parts of an installation take while nothing runs."""

from collections.abc import Mapping, Sequence

from benchmarks.latency.installation import Installation
from benchmarks.scale.figures import Figure
from deploy.local.processes import family_of, memory_bytes

MEBIBYTE = 1024 * 1024


def services(installation: Installation) -> Mapping[str, int]:
    """The process of each."""
    running = installation.home.running()
    assert running  # it is ours
    return {service.name: service.process.pid for service in running.services if service.process}


def measure_memory(installation: Installation) -> Sequence[Figure]:
    """Shared pages are counted once, among those who share them."""
    taken = {name: memory_bytes(family_of(pid)) / MEBIBYTE for name, pid in services(installation).items()}
    figures = [Figure(f"memory of {name} at rest", mebibytes, unit="MiB") for name, mebibytes in taken.items()]
    return [*figures, Figure("memory of all services at rest", sum(taken.values()), unit="MiB")]
