"""What a collector of OpenTelemetry is sent of a request, and what is in no trace."""

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from meiri import tracing
from meiri.conf import slow_queries
from tests.newsroom_factory import an_article

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Collector:
    """A collector on a free port, and the spans that it was sent."""

    def __init__(self):
        self.requests: list[ExportTraceServiceRequest] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                sent = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    import gzip

                    sent = gzip.decompress(sent)
                collector.requests.append(ExportTraceServiceRequest.FromString(sent))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def spans(self) -> list:
        tracing.send_traces()
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def attributes(span) -> dict[str, object]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


@pytest.fixture
def collector(settings, monkeypatch):
    collector = Collector()
    settings.OTLP_URL = collector.url
    settings.MIDDLEWARE = [
        settings.MIDDLEWARE[0],
        "meiri.conf.request_traces.RequestTraces",
        *settings.MIDDLEWARE[1:],
    ]
    monkeypatch.setattr(tracing, "_made", None)
    yield collector
    if tracing._made:
        tracing._made[1].span_processor.shutdown()
    collector.close()


@pytest.fixture
def timed(db):
    slow_queries._time_connection(connection)


def test_a_request_and_its_queries_are_one_trace(collector, timed, client):
    article = an_article("王某某的一天")
    answer = client.get(article.get_absolute_url(), headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    [request] = [span for span in collector.spans() if span.kind == span.SPAN_KIND_SERVER]
    queries = [span for span in collector.spans() if span.kind == span.SPAN_KIND_CLIENT]
    told = attributes(request)
    assert request.trace_id.hex() == TRACE
    assert request.parent_span_id.hex() == PARENT
    assert request.name.startswith("GET /")
    assert told["http.request.method"] == "GET"
    assert told["http.response.status_code"] == 200
    assert told["url.path"] == article.get_absolute_url()
    assert told["meiri.request_id"] == answer["X-Request-ID"]
    assert queries
    assert {span.parent_span_id for span in queries} == {request.span_id}
    assert all(attributes(span)["db.query.text"] for span in queries)


def test_no_value_no_query_string_and_no_person_is_told(collector, timed, client):
    client.get("/search/", {"q": "王某某的电话"})
    client.get("/letters/4711-geheim/")
    assert len(collector.spans()) > 2
    for span in collector.spans():
        told = f"{span.name} {attributes(span)}"
        assert "王某某" not in told
        assert "geheim" not in told
        assert "127.0.0.1" not in told


def test_nobody_but_a_proxy_of_ours_names_a_trace(collector, timed, client):
    client.get("/", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"}, REMOTE_ADDR="203.0.113.9")
    assert all(span.trace_id.hex() != TRACE for span in collector.spans())


def test_a_defect_is_an_error_of_the_trace(collector, timed, client, monkeypatch):
    monkeypatch.setattr("meiri.web.probes.last_sequence", lambda: 1 / 0)
    client.raise_request_exception = False
    client.get("/healthz")
    [request] = [span for span in collector.spans() if span.kind == span.SPAN_KIND_SERVER]
    assert attributes(request)["http.response.status_code"] == 500


def test_a_collector_that_is_away_keeps_nobody_waiting(collector, timed, client):
    collector.close()
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(("url", "words"), [("collector:4318", "is not understood"), ("", "")])
def test_an_address_that_is_none_is_named_at_the_start(tmp_path, url, words):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MEIRI_")}
    program = "import django, sys; django.setup(); sys.exit('opentelemetry.sdk' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment | {"MEIRI_HOME": str(tmp_path), "MEIRI_OTLP_URL": url, "DJANGO_SETTINGS_MODULE": "meiri.conf.settings"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert words in done.stderr
    # Nothing of it is loaded where it is not asked for.
    assert (done.returncode == 0) == (url == "")
