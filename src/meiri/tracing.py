"""Traces by OpenTelemetry of the requests that Django answers, for a collector that MEIRI_OTLP_URL names (OTLP over HTTP, protobuf).

Nothing of it is loaded where none is named. Names and attributes are those of OpenTelemetry's semantic conventions for HTTP servers and
databases (https://opentelemetry.io/docs/specs/semconv/). No address of a reader, no query string and no value of a query is in a trace.
"""

import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any

from django.conf import settings

from meiri import __version__

# Seconds that the collector may take; traces that it does not take in time are lost, requests never wait for it.
PATIENCE = 5
_lock = Lock()
# The tracer of this process: a copy of another process starts its own.
_made: tuple[int, Any] | None = None


def is_tracing() -> bool:
    return bool(settings.OTLP_URL)


def _tracer():
    global _made
    with _lock:
        if _made is None or _made[0] != os.getpid():
            _made = (os.getpid(), _new_tracer())
        return _made[1]


def _new_tracer():
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create(
        {
            "service.name": "meiri",
            "service.version": __version__,
            "service.instance.id": f"{socket.gethostname()}:{os.getpid()}",
        }
    )
    provider = TracerProvider(resource=resource)
    exporter = OTLPSpanExporter(endpoint=f"{settings.OTLP_URL.rstrip('/')}/v1/traces", timeout=PATIENCE)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider.get_tracer("meiri", __version__)


def send_traces() -> None:
    """Send what this process has gathered; it does so by itself every five seconds."""
    if _made is not None and _made[0] == os.getpid():
        _made[1].span_processor.force_flush()


@contextmanager
def request_span(headers: Mapping[str, str], attributes: dict[str, Any]) -> Iterator[Any]:
    """A span of a request that is answered meanwhile; part of the trace that `traceparent` in `headers` names (W3C Trace Context)."""
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carried = {name.lower(): value for name, value in headers.items()}
    context = TraceContextTextMapPropagator().extract(carried)
    with _tracer().start_as_current_span(
        attributes["http.request.method"], context, SpanKind.SERVER, attributes
    ) as span:
        yield span


def trace_query(system: str, statement: str, seconds: float) -> None:
    """Add a query that has just ended to the request that asked it; nothing outside of traced requests. `statement`: without values."""
    from opentelemetry.trace import SpanKind, get_current_span

    if not get_current_span().is_recording():
        return
    now = time.time_ns()
    span = _tracer().start_span(
        statement.split(None, 1)[0] if statement else system,
        kind=SpanKind.CLIENT,
        attributes={"db.system.name": system, "db.query.text": statement},
        start_time=now - int(seconds * 1e9),
    )
    span.end(now)
