"""`POST /api/v1/complaints/` and `/requests/`: the reader forms for programs.

With an `Idempotency-Key`, a client that got no answer can safely retry: the message is stored only once. The
key applies within one network, so that the keys of strangers do not collide.
"""

import hashlib
import re
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from claims.features.complaints.intake.first_answers import FirstAnswer, find_first_answer
from claims.features.complaints.intake.submission_bodies import (
    ComplaintBody,
    ReceivedMessageSerializer,
    RequestBody,
    RequestResultsSerializer,
    SubmissionJSON,
)
from claims.features.complaints.submissions import (
    SubmissionContext,
    SubmissionKeyConflict,
    submit_complaint,
    submit_request,
)
from claims.models import Publication
from claims.public.api.request_bodies import BODY_PROBLEMS
from factcheck.api.openapi.schema import BodySchema, ProblemSerializer
from factcheck.api.problems import MEDIA_TYPE
from factcheck.api.query_strings import NoQuery
from factcheck.django_internals import get_plain_request
from factcheck.web.throttling import Tier, admit, get_caller
from factcheck.web.throttling.header_fields import describe_refusal
from factcheck.web.throttling.limiter import Admission

KEY_HEADER = "Idempotency-Key"
#: As in the editorial API: a Structured Fields string without escapes, with or without quotation marks.
_KEY_PATTERN = re.compile(r'^"?([!#-\[\]-~]{1,255})"?$', re.ASCII)

_RECEIVED_MESSAGE = gettext_lazy(
    "An email was sent, unless the message is held for review. Open the link in the email to confirm."
)
_NO_VERDICT_MESSAGE = gettext_lazy("Neither a result nor the lack of one shows whether the text is true.")


class SubmissionKeyReused(exceptions.APIException):
    """The Idempotency-Key was already used with another body (draft-ietf-httpapi-idempotency-key-header)."""

    problem_code = "idempotency_key_reused"
    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_detail = gettext_lazy(
        "This Idempotency-Key was used for a different request. Use a new key for each message."
    )


class UnknownClaimId(exceptions.ValidationError):
    """The body is well formed, but its claim is not published."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY


class NetworkThrottled(exceptions.Throttled):
    """Too many messages have been sent from the client's network."""

    def __init__(self, admission: Admission) -> None:
        super().__init__(detail=describe_refusal(admission))
        self.wait = admission.reset_seconds


_PROBLEMS = {
    **BODY_PROBLEMS,
    (422, MEDIA_TYPE): OpenApiResponse(
        ProblemSerializer,
        "The claim is not published, or the `Idempotency-Key` was used with another body.",
    ),
    (429, MEDIA_TYPE): OpenApiResponse(
        ProblemSerializer, "Too many messages; `Retry-After` says how long to wait."
    ),
}
_PARAMETERS = [
    OpenApiParameter(
        KEY_HEADER,
        str,
        OpenApiParameter.HEADER,
        description="1 to 255 visible ASCII characters, such as a UUID. A repeated request with the same key "
        "is accepted only once.",
    )
]


class SubmissionView(APIView):
    """The base of the views that accept complaints and requests."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (SubmissionJSON,)
    throttle_classes: tuple[type[BaseThrottle], ...] = ()
    schema = BodySchema()

    def build_response(self, content: dict[str, Any], status: int) -> Response:
        return Response(content, status=status, headers={"Cache-Control": "no-store"})

    def read_submission_context(self, request: HttpRequest) -> SubmissionContext:
        """Return the context with digests of the idempotency key and the body. Rejects query parameters."""
        NoQuery(request.GET, Publication.objects.none(), request=request)
        header = request.headers.get(KEY_HEADER)
        if header is None:
            return SubmissionContext()
        match = _KEY_PATTERN.fullmatch(header.strip())
        if not match:
            raise exceptions.ParseError(
                gettext(
                    "`%(header)s` must be 1 to 255 visible ASCII characters, such as a UUID, with or without quotes."
                )
                % {"header": KEY_HEADER}
            )
        body = hashlib.sha256(request.path.encode() + b"\n" + request.body).hexdigest()
        key = hashlib.sha256(f"{get_caller(request)}\n{match[1]}".encode()).hexdigest()
        return SubmissionContext(key_digest=key, body_digest=body)

    def require_rate_limit(self, request: HttpRequest) -> None:
        admission = admit(request, tier=Tier.SUBMISSIONS)
        if admission and not admission.allowed:
            raise NetworkThrottled(admission)


class ComplaintSubmission(SubmissionView):
    """Complaints about published claims."""

    @extend_schema(
        summary="Complain about a published claim",
        tags=["readers"],
        request={"application/json": ComplaintBody},
        parameters=_PARAMETERS,
        responses={202: ReceivedMessageSerializer, **_PROBLEMS},
    )
    def post(self, request: Request) -> HttpResponse:
        """Submit a complaint. The newsroom answers within the promised working days, counted from confirmation."""
        plain_request = get_plain_request(request)
        context = self.read_submission_context(plain_request)
        body = ComplaintBody(data=request.data)
        body.is_valid(raise_exception=True)
        entry = _find_newest_entry(Publication.objects.newest(), body.validated_data["claim"])
        self.require_rate_limit(plain_request)
        values = body.validated_data
        try:
            submit_complaint(
                entry, kind=values["kind"], text=values["text"], sender=body.sender, context=context
            )
        except SubmissionKeyConflict:
            raise SubmissionKeyReused from None
        return self.build_response(_build_receipt(), HTTPStatus.ACCEPTED)


class RequestSubmission(SubmissionView):
    """Requests to check something."""

    @extend_schema(
        summary="Request a check",
        tags=["readers"],
        request={"application/json": RequestBody},
        parameters=_PARAMETERS,
        responses={
            200: OpenApiResponse(RequestResultsSerializer, "Already checked; nothing was stored."),
            202: OpenApiResponse(RequestResultsSerializer, "Received; the sender must confirm it."),
            **_PROBLEMS,
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Submit a request. Existing checks are returned immediately. Readers with the same request are notified
        together.
        """
        plain_request = get_plain_request(request)
        context = self.read_submission_context(plain_request)
        body = RequestBody(data=request.data)
        body.is_valid(raise_exception=True)
        results = _ImmediateResults(find_first_answer(**body.content))
        content = {"found": results.claims}
        if results.answer.has_same_claim and not body.validated_data.get("send_anyway"):
            detail = gettext(
                "This has already been checked. If you mean something else, send it again with `send_anyway`. "
                "%(nothing_said)s"
            ) % {"nothing_said": _NO_VERDICT_MESSAGE}
            return self.build_response(
                {"state": "answered", "detail": detail, "confirm_within_days": None, **content}, HTTPStatus.OK
            )
        self.require_rate_limit(plain_request)
        try:
            submit_request(**body.content, sender=body.sender, context=context)
        except SubmissionKeyConflict:
            raise SubmissionKeyReused from None
        receipt = _build_receipt()
        receipt["detail"] = f"{receipt['detail']} {_NO_VERDICT_MESSAGE}"
        return self.build_response({**receipt, **content}, HTTPStatus.ACCEPTED)


class _ImmediateResults:
    """The immediate results in the API's format."""

    def __init__(self, answer: FirstAnswer) -> None:
        self.answer = answer

    @property
    def claims(self) -> list[dict[str, Any]]:
        sentences = self.answer.checked_text.sentences if self.answer.checked_text else []
        claims_at_address = [
            _build_found_claim(
                document, "same", 1.0, [gettext("The claim is about the same address or picture.")]
            )
            for document in self.answer.known_claims
        ]
        matches = [match for sentence in sentences for match in sentence.matches_found]
        return claims_at_address + [
            _build_found_claim(match.claim, match.kind, round(match.confidence, 3), list(match.reasons))
            for match in matches
        ]


def _build_found_claim(
    document: dict[str, Any], kind: str, confidence: float, reasons: list[str]
) -> dict[str, Any]:
    return {
        "kind": kind,
        "confidence": confidence,
        "reasons": reasons,
        "claim": document["id"],
        "statement": document["statement"],
        "url": document["url"],
    }


def _find_newest_entry(rows: QuerySet[Publication], claim_id: int) -> Publication:
    """Return the newest entry of a claim, following merges.

    Raises:
        UnknownClaimId: the claim was never published.
    """
    entry = rows.filter(claim_id=claim_id).first()
    if entry is not None and entry.merged_into_id:
        entry = rows.filter(claim_id=entry.merged_into_id).first()
    if entry is None:
        raise UnknownClaimId({"claim": [gettext("No published claim has this id.")]})
    return entry


def _build_receipt() -> dict[str, Any]:
    return {
        "state": "awaiting_confirmation",
        "confirm_within_days": settings.READER_CONFIRMATION_DAYS,
        "detail": _RECEIVED_MESSAGE,
    }
