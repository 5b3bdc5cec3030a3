import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict, dataclass

import httpx

from deploy.local.home import Home
from deploy.local.prefect_api import PrefectApi
from deploy.local.processes import family_of, memory_bytes
from deploy.local.run_state import RunState, ServiceState
from deploy.local.stages import PROBE_SECONDS, answers
from domain.settings import Settings

SUMMARY = "show what runs, its memory and addresses"
MEBIBYTE = 1024 * 1024
HEALTHY, ENDED, SILENT = "healthy", "ended", "does not answer"


@dataclass(frozen=True, slots=True)
class Row:
    component: str
    state: str
    pid: int | None
    memory_mib: int
    address: str
    restarts: int


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")


def run(arguments: Namespace, settings: Settings) -> int:
    home = Home.of(settings)
    running = home.running()
    rows = [_row_of_launcher(running), *map(_row, running.services)] if running else []
    is_healthy = running is not None and running.is_ready and all(row.state == HEALTHY for row in rows)
    if arguments.json:
        print(json.dumps({"home": str(home.root), "healthy": is_healthy, "components": [asdict(row) for row in rows]}))
    elif running is None:
        print(f"Nothing runs on {home.root}. Start it with `assay up`.")
    else:
        _print_table(rows)
    return 0 if is_healthy else 1


def _row_of_launcher(running: RunState) -> Row:
    pid = running.launcher.pid
    return Row("launcher", HEALTHY if running.is_ready else "starting", pid, _memory(pid, with_children=False), "", 0)


def _row(service: ServiceState) -> Row:
    if service.process is None or not service.process.is_alive():
        return Row(service.name, ENDED, None, 0, service.address, service.restarts)
    pid = service.process.pid
    state = HEALTHY if _answers(service) else SILENT
    return Row(service.name, state, pid, _memory(pid, with_children=True), service.address, service.restarts)


def _answers(service: ServiceState) -> bool:
    """What has no address of its own to ask is as healthy as its process is alive."""
    if service.name == "prefect-server":
        return PrefectApi(f"{service.address}/api").is_ready()
    if service.name == "api":
        with httpx.Client(base_url=service.address, timeout=PROBE_SECONDS, trust_env=False) as client:
            return answers(client, "/readyz")
    return True


def _memory(pid: int, *, with_children: bool) -> int:
    processes = family_of(pid)
    return round(memory_bytes(processes if with_children else processes[:1]) / MEBIBYTE)


def _print_table(rows: list[Row]) -> None:
    print(f"{'component':<16} {'state':<16} {'pid':>8} {'memory':>9}  address")
    for row in rows:
        restarted = f"  (restarted {row.restarts} times)" if row.restarts else ""
        print(
            f"{row.component:<16} {row.state:<16} {row.pid or '-':>8} {row.memory_mib:>5} MiB  {row.address}{restarted}"
        )
    print(f"{'together':<16} {'':<16} {'':>8} {sum(row.memory_mib for row in rows):>5} MiB")
