"""Traces have route, task and table, without parameters or people."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.db import connection
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import resolve

pytest.importorskip(
    "opentelemetry.sdk.trace", reason="opentelemetry-sdk is not installed (requirements/scale.in)"
)
pytest.importorskip(
    "opentelemetry.exporter.otlp.proto.http", reason="its exporter is not installed (requirements/scale.in)"
)

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from factcheck.installation.log_context import request_id
from factcheck.telemetry import traces
from factcheck.telemetry.traces import RequestSpans, summarise_statement, trace_job
from tests.helpers.recording_server import RecordingServer, run_recording_server
from tests.helpers.sweeps import sweep

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Collector:
    """What a collector was sent."""

    def __init__(self, told: RecordingServer, provider: Any) -> None:
        self.told, self.provider = told, provider

    def spans(self) -> list[Any]:
        assert self.provider.force_flush(60_000)
        for secret in (b"Kiosk", b"192.0.2.77", b"search-words", b"/claims/7"):
            assert secret not in b"".join(self.told.bodies)
        return [
            span
            for body in self.told.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


def values(span: Any) -> dict[str, Any]:
    return {entry.key: entry.value.string_value or entry.value.int_value for entry in span.attributes}


@pytest.fixture
def collector(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    settings.OTEL_ENDPOINT = "http://collector"
    monkeypatch.setenv("OTEL_SERVICE_NAME", "factcheck")
    with run_recording_server() as told:
        provider = traces.start(OTLPSpanExporter(f"http://127.0.0.1:{told.port}/v1/traces"))
        try:
            yield Collector(told, provider)
        finally:
            provider.shutdown()
            traces._Tracing.tracer = None
            connection_created.disconnect(dispatch_uid="factcheck.telemetry.traces")


def answer(request: HttpRequest) -> HttpResponse:
    request.resolver_match = resolve(request.path_info)
    with connection.execute_wrapper(traces._trace_query), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM claims_topic WHERE name = %s", ["Kiosk draft"])
    return HttpResponse(status=503)


@pytest.mark.django_db
def test_a_request_and_its_queries(collector: Collector) -> None:
    request = RequestFactory().get(
        "/api/v1/claims/7/?q=search-words", REMOTE_ADDR="192.0.2.77", HTTP_TRACEPARENT=PARENT
    )
    token = request_id.set("abc-1")
    try:
        RequestSpans(answer)(request)
    finally:
        request_id.reset(token)
    question, asked = collector.spans()
    assert (asked.name, question.name) == ("GET claims-detail", "SELECT claims_topic")
    assert values(asked) == {
        "http.request.method": "GET",
        "http.route": "claims-detail",
        "http.response.status_code": 503,
        "factcheck.request_id": "abc-1",
    }
    assert asked.status.code == 2
    assert question.parent_span_id == asked.span_id
    assert asked.trace_id.hex() not in PARENT  # not from a trusted proxy


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sent", ["", "00-zz-00-01", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", PARENT + "\x00", "x" * 9000]
)
def test_an_invalid_traceparent_is_ignored(collector: Collector, settings: Any, sent: str) -> None:
    settings.TRUST_PROXY = True
    RequestSpans(answer)(RequestFactory().get("/api/v1/claims/7/", HTTP_TRACEPARENT=sent))
    assert len(collector.spans()) == 2


@pytest.mark.django_db
def test_behind_a_proxy_it_is_part_of_the_proxys_trace(collector: Collector, settings: Any) -> None:
    settings.TRUST_PROXY = True
    RequestSpans(answer)(RequestFactory().get("/api/v1/claims/7/", HTTP_TRACEPARENT=PARENT))
    assert {span.trace_id.hex() for span in collector.spans()} == {"4bf92f3577b34da6a3ce929d0e0e4736"}


def test_a_failed_job_has_the_kind_of_error(collector: Collector) -> None:
    with pytest.raises(ValueError, match="Kiosk"), trace_job("claims.mail", "mail"):
        raise ValueError("Kiosk draft")
    (span,) = collector.spans()
    assert span.name == "claims.mail"
    assert values(span)["error.type"] == "ValueError"
    assert len(span.events) == 0
    assert (span.status.code, span.status.message) == (2, "")


def test_where_traces_are_off_nothing_is_made(settings: Any) -> None:
    settings.OTEL_ENDPOINT = ""
    with pytest.raises(MiddlewareNotUsed):
        RequestSpans(answer)
    with trace_job("claims.mail", "mail"):
        pass


@sweep(
    ("sql", "told"),
    [
        ('SELECT "claims_claim"."id" FROM "claims_claim" WHERE x = %s', "SELECT claims_claim"),
        ("  insert INTO public.claims_topic (name) VALUES (%s)", "INSERT claims_topic"),
        ("UPDATE claims_claim SET statement = 'FROM drafts'", "UPDATE claims_claim"),
        ("SELECT 'Kiosk'", "SELECT"),
        ("SAVEPOINT s1", "SAVEPOINT"),
        ("", "SQL"),
    ],
)
def test_a_statement_is_named_by_operation_and_table(sql: str, told: str) -> None:
    assert summarise_statement(sql) == told
