"""Traces go on from one process into the next, and leave the machine only where an endpoint is named."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from domain.settings import SettingsError
from domain.tracing import begin_tracing, current_traceparent, is_tracing, span
from tests.traces import CALLER, TRACE, TRACEPARENT

TWO_PROCESSES = f"""
from domain.tracing import begin_tracing, current_traceparent, flush_traces, span
begin_tracing("assay-test")
with span("request", {TRACEPARENT!r}):
    handed_on = current_traceparent()
try:
    with span("run", handed_on):
        raise ValueError("the password is hidden")
except ValueError:
    flush_traces()
"""


class Sink(HTTPServer):
    received: list[tuple[str, bytes]]


class Receiving(BaseHTTPRequestHandler):
    server: Sink

    def do_POST(self) -> None:
        self.server.received.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Tests print nothing."""


@pytest.fixture
def sink() -> Iterator[Sink]:
    server = Sink(("127.0.0.1", 0), Receiving)
    server.received = []
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield server
    server.shutdown()
    serving.join()
    server.server_close()


def test_spans_of_one_trace_arrive_at_the_endpoint_without_the_texts_of_errors(sink: Sink) -> None:
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{sink.server_port}"}
    subprocess.run([sys.executable, "-c", TWO_PROCESSES], env=environment, check=True, timeout=60)

    ((path, body),) = sink.received
    (resource,) = ExportTraceServiceRequest.FromString(body).resource_spans
    request, run = [one for scope in resource.scope_spans for one in scope.spans]
    assert path == "/v1/traces"
    assert "assay-test" in {attribute.value.string_value for attribute in resource.resource.attributes}
    assert (request.name, run.name) == ("request", "run")
    assert request.trace_id.hex() == run.trace_id.hex() == TRACE
    assert request.parent_span_id.hex() == CALLER
    assert run.parent_span_id == request.span_id
    assert [(one.key, one.value.string_value) for one in run.attributes] == [("error.type", "ValueError")]
    assert b"password" not in body


@pytest.mark.parametrize(
    "environment",
    [{}, {"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "TRUE"}],
)
def test_nothing_is_traced_unless_an_endpoint_is_named(environment: dict[str, str]) -> None:
    begin_tracing("assay-test", environment)

    assert not is_tracing()
    with span("request", None):
        assert current_traceparent() is None


def test_endpoint_without_the_extra_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    exporter = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
    monkeypatch.setitem(sys.modules, exporter, None)
    monkeypatch.delitem(sys.modules, "domain.trace_export", raising=False)

    with pytest.raises(SettingsError, match=rf"^OTEL_EXPORTER_OTLP_ENDPOINT .* {exporter} is not installed: install"):
        begin_tracing("assay-test", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"})


@pytest.mark.parametrize("traceparent", ["", "nonsense", f"00-{'0' * 32}-{CALLER}-01"])
def test_trace_that_a_caller_makes_up_wrongly_is_not_gone_on_with(traceparent: str) -> None:
    with span("request", traceparent):
        assert current_traceparent() is None
