"""Traces of requests, jobs and database queries by OpenTelemetry, if configured.

A span records the route, task or table, the duration and the status; never a URL, a query string, a value or the
caller. OpenTelemetry's own instrumentation of Django records all of these.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponseBase

from factcheck.installation.log_context import job, request_id
from factcheck.installation.version import read_version
from factcheck.telemetry.request_counts import METHODS, OTHER_LABEL, get_route_name

_SERVER_ERROR = 500
#: The operation of a statement, and its first table.
_STATEMENT_VERB = re.compile(r"\s*(?:--.*\n\s*)*([A-Za-z]+)")
_STATEMENT_TABLE = re.compile(
    r'\b(?:FROM|INTO|UPDATE)\s+(?:public\.)?"?([a-z_][a-z0-9_]{0,62})\b', re.IGNORECASE
)


class _Tracing:
    """The holder of the tracer, which is None if tracing is off."""

    tracer: Any = None


def start(exporter: Any = None) -> Any:
    """Start tracing and return the span processor. Endpoint and sampling come from the library's own variables."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  only if traces are on
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  only if traces are on
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415  only if traces are on
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415  only if traces are on

    os.environ.setdefault("OTEL_SERVICE_NAME", "factcheck")
    provider = TracerProvider(resource=Resource.create({"service.version": read_version()}))
    provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
    _Tracing.tracer = provider.get_tracer("factcheck", read_version())
    connection_created.connect(_trace_queries, dispatch_uid="factcheck.telemetry.traces")
    return provider


class RequestSpans:
    """Middleware: records a span for each request. A parent span is accepted only from one of our own proxies."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.OTEL_ENDPOINT:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with _start_span("request", "SERVER", _read_parent(request)) as span:
            response = self.get_response(request)
            method, route = METHODS.get(request.method or "", OTHER_LABEL), get_route_name(request)
            span.update_name(f"{method} {route}")
            span.set_attributes(
                {
                    "http.request.method": method,
                    "http.route": route,
                    "http.response.status_code": response.status_code,
                    "factcheck.request_id": request_id.get(),
                }
            )
            if response.status_code >= _SERVER_ERROR:
                _mark_failed(span)
        return response


@contextmanager
def trace_job(task: str, queue: str) -> Iterator[None]:
    """Record a span for the job in the block, if tracing is on."""
    if _Tracing.tracer is None:
        yield
        return
    with _start_span(task, "CONSUMER") as span:
        span.set_attributes(
            {
                "messaging.destination.name": queue,
                "factcheck.request_id": request_id.get(),
                "factcheck.job": job.get(),
            }
        )
        yield


def _trace_queries(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if _trace_query not in connection.execute_wrappers:
        connection.execute_wrappers.append(_trace_query)


def _trace_query(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    if _Tracing.tracer is None:
        return execute(sql, params, many, context)
    with _start_span(summarise_statement(str(sql)), "CLIENT") as span:
        span.set_attribute("db.system.name", "postgresql")
        return execute(sql, params, many, context)


def summarise_statement(sql: str) -> str:
    """Return a statement's operation and table (OpenTelemetry's `db.query.summary`), without its values."""
    verb, table = _STATEMENT_VERB.match(sql), _STATEMENT_TABLE.search(sql)
    return " ".join(filter(None, [verb[1].upper() if verb else "", table[1] if table else ""])) or "SQL"


def _read_parent(request: HttpRequest) -> Any:
    """Return the parent trace stated by one of our own proxies; one stated by anyone else is ignored."""
    from opentelemetry.context import Context  # noqa: PLC0415  only if traces are on
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415  only if traces are on

    header = request.META.get("HTTP_TRACEPARENT")
    if not header or not settings.TRUST_PROXY:
        return Context()
    return TraceContextTextMapPropagator().extract({"traceparent": header}, Context())


@contextmanager
def _start_span(name: str, kind: str, parent: Any = None) -> Iterator[Any]:
    """Start a span. The span records only the class of an exception, because the message may be confidential."""
    from opentelemetry.trace import SpanKind  # noqa: PLC0415  only if traces are on

    with _Tracing.tracer.start_as_current_span(
        name, parent, SpanKind[kind], record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except BaseException as failure:
            span.set_attribute("error.type", type(failure).__qualname__)
            _mark_failed(span)
            raise


def _mark_failed(span: Any) -> None:
    from opentelemetry.trace import StatusCode  # noqa: PLC0415  only if traces are on

    span.set_status(StatusCode.ERROR)
