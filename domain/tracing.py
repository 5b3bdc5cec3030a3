"""Traces that go on from a request into the runs that it asked for, by OpenTelemetry.

Spans are sent where the standard variables name an endpoint for them; elsewhere they cost next to nothing.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Protocol, runtime_checkable

from opentelemetry.trace import ProxyTracerProvider, SpanKind, StatusCode, get_tracer, get_tracer_provider, use_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from domain.settings import SettingsError

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

LONGEST_FLUSH_MILLISECONDS = 5000

_PROPAGATOR = TraceContextTextMapPropagator()
_HEADER = "traceparent"


@runtime_checkable
class Flushing(Protocol):
    def force_flush(self, timeout_millis: int) -> bool: ...


def begin_tracing(service: str, environment: Mapping[str, str] = os.environ) -> None:
    """Once in a process. What sends spans is imported only where it is wanted: it is an extra, and not small."""
    named = [variable for variable in ENDPOINTS if environment.get(variable)]
    if not named or environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return
    try:
        exporting = import_module("domain.trace_export")
    except ModuleNotFoundError as missing:
        raise SettingsError(
            f"{named[0]} names an endpoint for traces, but {missing.name} is not installed: install assay[otel]."
        ) from None
    exporting.begin(environment.get("OTEL_SERVICE_NAME") or service)


def is_tracing() -> bool:
    return not isinstance(get_tracer_provider(), ProxyTracerProvider)


def flush_traces() -> None:
    """Send what is held, within some seconds: for a process that ends without the usual goodbyes. It blocks."""
    provider = get_tracer_provider()
    if isinstance(provider, Flushing):
        provider.force_flush(LONGEST_FLUSH_MILLISECONDS)


def current_traceparent() -> str | None:
    """Where in which trace this happens, as W3C Trace Context writes it; None where nothing is traced."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get(_HEADER)


@contextmanager
def span(
    name: str, traceparent: str | None, kind: SpanKind = SpanKind.INTERNAL, **attributes: AttributeValue
) -> Iterator[None]:
    """A part of the trace of `traceparent`, or the first of a new one. Errors show by their kind: texts hold values."""
    context = _PROPAGATOR.extract({_HEADER: traceparent} if traceparent else {})
    begun = get_tracer("assay").start_span(name, context, kind, attributes)
    with use_span(begun, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield
        except Exception as error:
            begun.set_status(StatusCode.ERROR)
            begun.set_attribute("error.type", type(error).__name__)
            raise
