"""Exceptions with status codes, and their conversion from the domain's exceptions."""

from http import HTTPStatus
from typing import Any

from django.db import DataError, IntegrityError, OperationalError
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext, gettext_lazy
from psycopg import errors
from rest_framework import exceptions

from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.quotes.anchors import QuoteNotFound
from claims.quotes.locations import WrongPosition
from claims.review.verdict_drafts import RatingOutsideScale
from factcheck.database.rules import describe_refusal
from factcheck.installation import messages
from sources.overrides import OverrideError


class ResourceNotFound(exceptions.APIException):
    """The URL names something that does not exist."""

    status_code = HTTPStatus.NOT_FOUND


class Conflict(exceptions.APIException):
    """The request conflicts with the present state."""

    status_code = HTTPStatus.CONFLICT

    def __init__(self, detail: str, *, code: str = "conflict") -> None:
        super().__init__(detail)
        self.problem_code = code


class LockedByAnother(Conflict):
    """A concurrent request changed the same row."""

    wait = 1


class PreconditionRequired(exceptions.APIException):
    """The edit does not name the version that it changes (RFC 6585, 3)."""

    status_code = HTTPStatus.PRECONDITION_REQUIRED
    default_detail = gettext_lazy(
        "Send the ETag of the resource in `If-Match`, so that you do not overwrite others’ changes."
    )


class PreconditionFailed(exceptions.APIException):
    """The row has changed since the client read it."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = gettext_lazy(
        "This has changed since you fetched it. Fetch it again, then repeat your change."
    )

    def __init__(self, etag: str) -> None:
        super().__init__()
        self.etag = etag


class KeyReused(exceptions.APIException):
    """The same Idempotency-Key was sent with a different request (draft-ietf-httpapi-idempotency-key-header)."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    problem_code = "idempotency_key_reused"
    default_detail = gettext_lazy(
        "This Idempotency-Key was used for a different request. Use a new key for each request."
    )


class Unprocessable(exceptions.ValidationError):
    """The body is well formed, but refers to something that is missing or unsuitable."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY


#: The domain's exceptions, each with the key of the body that caused it.
_FIELDS_BY_ERROR: dict[type[Exception], str] = {
    QuoteNotFound: "exact",
    WrongPosition: "start",
    RatingOutsideScale: "rating",
}
_CONCURRENCY_ERRORS = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)
#: Database errors about one value rather than the relation between rows.
_VALUE_ERRORS = (errors.CheckViolation, errors.NotNullViolation)


def convert_error(exception: Exception) -> Exception:
    """Convert domain and database errors to problem details."""
    match exception:
        case NotPossible():
            return Conflict(str(exception), code=exception.code)
        case NotAllowed():
            return exceptions.PermissionDenied(str(exception))
        case OverrideError():
            return Unprocessable(str(exception))
        case ProtectedError() | RestrictedError():
            return Conflict(
                gettext("This cannot be deleted, because other records refer to it."),
                code="still_referred_to",
            )
        case IntegrityError():
            is_value_error = isinstance(exception.__cause__, _VALUE_ERRORS)
            return (Unprocessable if is_value_error else Conflict)(describe_refusal(exception))
        case DataError():
            return Unprocessable(gettext("The database cannot store one of the values in this body."))
        case OperationalError() if isinstance(exception.__cause__, _CONCURRENCY_ERRORS):
            return LockedByAnother(
                gettext("Another request is changing this at the same time. Nothing was changed; try again."),
                code="changed_at_once",
            )
    for kind, key in _FIELDS_BY_ERROR.items():
        if isinstance(exception, kind):
            return Unprocessable({key: [messages.translate_message(exception)]})
    return exception


def build_unprocessable(pointer: str, *details: str) -> Any:
    """Build the problem for a key of the body that refers to something missing or unsuitable."""
    return Unprocessable({pointer: list(details)})
