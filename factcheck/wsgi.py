"""The entry point of web servers: `granian --interface wsgi factcheck.wsgi:application`."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")

from django.conf import settings
from django.core.cache import close_caches
from django.core.handlers.base import reset_urlconf
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries
from django.http import HttpResponse

from factcheck.database import embedded

embedded.ensure_running()
_django = get_wsgi_application()

from factcheck.installation.log_context import request_id  # noqa: E402  of an application that is set up
from factcheck.web import probes  # noqa: E402  of an application that is set up


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Call Django's application, and distinguish complete responses from streamed ones.

    granian sends a list immediately, together with the head. From any other iterable, such as Django's HttpResponse, it
    fetches one piece after another, and passes each to a separate task. For short responses, this takes longer than
    building them.
    """
    # A thread keeps its last request until it gets another one, because the web server logs it afterwards.
    request_id.set("")
    if (probe_response := probes.answer_probe(environ, start_response)) is not None:
        return probe_response
    response = _django(environ, start_response)
    if not isinstance(response, HttpResponse):
        return response
    chunks = [response.content]
    response.close()
    return chunks


# Before and after each request Django walks through all connections and caches of the thread. One walk is enough: at
# the end, through the connections. The others take a tenth of the time of the shortest answers (docs/decisions/0008).
request_started.disconnect(close_old_connections)
request_finished.disconnect(close_caches)  # no cache of this project keeps connections open
request_finished.disconnect(reset_urlconf)  # each request begins by setting it
if not settings.DEBUG:
    request_started.disconnect(reset_queries)  # which is not stored
