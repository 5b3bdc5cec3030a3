import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from deploy.local.errors import LauncherError
from deploy.local.prefect_api import PrefectApi, WorkerGate

BEGAN, BEAT = "2026-11-23T05:00:00Z", "2026-11-23T05:00:10Z"


class Prefect(HTTPServer):
    """Answers the few routes that the launcher asks, in the form that Prefect 3.8 gives."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Route)
        self.heartbeats: list[str | None] = []
        self.runs: dict[str, str] = {}
        self.refuses_filters = False
        self.url = f"http://127.0.0.1:{self.server_port}/api"


class Route(BaseHTTPRequestHandler):
    server: Prefect

    def do_GET(self) -> None:
        self.answer(200, None)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("/set_state"):
            self.server.runs[self.path.split("/")[3]] = body["state"]["type"]
            self.answer(201, {"status": "ACCEPT"})
        elif self.server.refuses_filters:
            self.answer(422, None)
        elif self.path.endswith("/workers/filter"):
            self.answer(200, [{"last_heartbeat_time": time} for time in self.server.heartbeats])
        elif self.path.endswith("/flow_runs/filter"):
            wanted = body["flow_runs"]["state"]["type"]["any_"]
            runs = self.server.runs.items()
            self.answer(200, [{"id": run, "state_type": state} for run, state in runs if state in wanted])
        else:
            self.answer(200, [])

    def answer(self, status: int, body: Any) -> None:  # any JSON
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
        pass


@pytest.fixture
def prefect() -> Iterator[Prefect]:
    with Prefect() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_server_that_refuses_filters_is_not_ready(prefect: Prefect) -> None:
    api = PrefectApi(prefect.url)

    assert api.is_ready()
    prefect.refuses_filters = True
    assert not api.is_ready()


def test_server_that_is_not_there_is_not_ready() -> None:
    assert not PrefectApi("http://127.0.0.1:9/api").is_ready()


def test_runs_without_their_worker_get_a_true_state(prefect: Prefect) -> None:
    prefect.runs = {"a": "RUNNING", "b": "PENDING", "c": "CANCELLING", "d": "COMPLETED", "e": "SCHEDULED"}

    WorkerGate(PrefectApi(prefect.url), "assay-local", is_sole_worker=True).before_launch()

    assert prefect.runs == {"a": "CRASHED", "b": "SCHEDULED", "c": "CANCELLED", "d": "COMPLETED", "e": "SCHEDULED"}


def test_runs_of_a_pool_that_others_serve_are_left_alone(prefect: Prefect) -> None:
    prefect.runs = {"a": "RUNNING"}

    WorkerGate(PrefectApi(prefect.url), "shared", is_sole_worker=False).before_launch()

    assert prefect.runs == {"a": "RUNNING"}


def test_worker_is_ready_with_a_heartbeat_that_earlier_workers_did_not_give(prefect: Prefect) -> None:
    prefect.heartbeats = [BEGAN, None]
    gate = WorkerGate(PrefectApi(prefect.url), "assay-local", is_sole_worker=True)
    gate.before_launch()

    assert not gate.is_open()
    prefect.heartbeats.append(BEAT)
    assert gate.is_open()


def test_refusal_while_settling_runs_stops_the_launch(prefect: Prefect) -> None:
    prefect.refuses_filters = True
    gate = WorkerGate(PrefectApi(prefect.url), "assay-local", is_sole_worker=True)

    with pytest.raises(LauncherError, match="Prefect does not tell which runs lost their worker"):
        gate.before_launch()
