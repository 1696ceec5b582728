"""`Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a client that received no response can safely retry.

The response is stored in the transaction of the change, so a killed process leaves both the change and the response, or
neither. A rejected request changes nothing and its response is not stored, so the client can correct the request and
reuse the key. A secret is sent once and never stored here: a repeated response contains null instead.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from rest_framework.exceptions import ParseError

from claims.editorial.refused_requests import KeyReused
from claims.models import StoredAnswer
from factcheck.database.locks import lock_names

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
#: How long a request waits for locks held by others before the client is asked to retry.
LOCK_TIMEOUT = "5s"

#: A string of Structured Fields (RFC 9651, 3.3.3) without escapes; most clients leave the quotation marks out.
PATTERN = r'^"?([!#-\[\]-~]{1,255})"?$'
_KEY_PATTERN = re.compile(PATTERN, re.ASCII)


@dataclass(frozen=True)
class StoredResponse:
    """The response to a request: a status, JSON text, and headers.

    Attributes:
        text_with_secret: the text of this response if it contains a secret. It is sent once and never stored; `text`
            omits the secret.
    """

    status: int
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    text_with_secret: str = ""

    def build_response(self) -> HttpResponse:
        content_type = {"content_type": "application/json"} if self.text else {}
        return HttpResponse(
            self.text_with_secret or self.text, status=self.status, headers=self.headers, **content_type
        )


def run_in_transaction(work: Callable[[], StoredResponse]) -> StoredResponse:
    """Run the work in one transaction with a short lock timeout."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
        return work()


def run_once(
    request: HttpRequest,
    person: User,
    work: Callable[[Any], StoredResponse],
    *,
    prepare: Callable[[], Any] = lambda: None,
) -> StoredResponse:
    """Run a request, or return its first response again if the key was used before.

    Args:
        prepare: slow work that changes nothing, such as fetching a page; it runs before any row is locked.
        work: receives the result of `prepare`.

    Raises:
        ParseError: the key is not valid.
        KeyReused: the key was used for a different request.
    """
    key = _read_key(request)
    if key is None:
        prepared = prepare()
        return run_in_transaction(lambda: work(prepared))
    fingerprint = _compute_fingerprint(request)
    if earlier_answer := _load_stored(person, key, fingerprint):
        return earlier_answer
    prepared = prepare()

    def run_once() -> StoredResponse:
        lock_names(f"answer for {person.pk} under {key}")
        if earlier_response := _load_stored(person, key, fingerprint):
            return earlier_response
        response = work(prepared)
        StoredAnswer.objects.outdated().filter(user=person, key=key).delete()
        StoredAnswer.objects.create(
            user=person,
            key=key,
            fingerprint=fingerprint,
            status=response.status,
            headers=response.headers,
            body=response.text,
        )
        return response

    return run_in_transaction(run_once)


def _load_stored(person: User, key: str, fingerprint: str) -> StoredResponse | None:
    row = StoredAnswer.objects.repeatable().filter(user=person, key=key).first()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise KeyReused
    return StoredResponse(row.status, row.body, row.headers | {REPLAYED_HEADER: "true"})


def _read_key(request: HttpRequest) -> str | None:
    header = request.headers.get(HEADER)
    if header is None:
        return None
    if match := _KEY_PATTERN.fullmatch(header.strip()):
        return match[1]
    raise ParseError(
        gettext(
            "`%(header)s` must be 1 to 255 visible ASCII characters, such as a UUID, with or without quotation marks."
        )
        % {"header": HEADER}
    )


def _compute_fingerprint(request: HttpRequest) -> str:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    digest.update(request.body)
    return digest.hexdigest()
