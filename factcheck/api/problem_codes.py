"""The codes of problem details. `type` links to the documentation of a code."""

from typing import NamedTuple

from django.conf import settings

#: Where the codes are explained (`problem_page`).
PAGE_PATH = "/api/problems/"


class ProblemCode(NamedTuple):
    """A kind of problem that a response may report."""

    status: int
    meaning: str


#: Among problems with the same status, the first is the default.
CODES = {
    "malformed_request": ProblemCode(400, "The request or its JSON body cannot be read."),
    "invalid_parameters": ProblemCode(
        400, "Parameters are unknown or have values that are not allowed; `errors` names each."
    ),
    "invalid_body": ProblemCode(
        400, "Keys of the body are unknown, missing or wrong; `errors` points to each."
    ),
    "not_signed_in": ProblemCode(401, "The address needs a token, and none that is valid was sent."),
    "not_allowed": ProblemCode(403, "The token, or the role of its owner, does not include this."),
    "not_found": ProblemCode(404, "Nothing is published at this address."),
    "method_not_allowed": ProblemCode(
        405, "The address does not take this method; `Allow` names those it takes."
    ),
    "not_acceptable": ProblemCode(406, "The address offers none of the media types in `Accept`."),
    "body_timeout": ProblemCode(408, "The body took too long to arrive."),
    "conflict": ProblemCode(409, "The request does not fit the present state; `detail` says why."),
    "move_not_possible": ProblemCode(409, "The move does not exist from the present state."),
    "note_required": ProblemCode(409, "The move needs a note."),
    "incomplete": ProblemCode(409, "Parts are missing that the move needs; `detail` names them."),
    "verdict_open": ProblemCode(
        409, "The publisher already has a draft, or a verdict in review, on this claim."
    ),
    "verdict_published": ProblemCode(
        409, "A verdict on the claim is published; retract it, or draft from it."
    ),
    "claim_closed": ProblemCode(409, "The claim is declined or merged."),
    "not_a_draft": ProblemCode(409, "Only a draft can be edited."),
    "signoff_missing": ProblemCode(409, "Sign-offs by other people are missing."),
    "already_signed_off": ProblemCode(409, "This person has already signed it off."),
    "reply_awaited": ProblemCode(409, "People who were asked for a reply still have time to answer."),
    "still_referred_to": ProblemCode(409, "Something else refers to it, so it cannot be deleted."),
    "changed_at_once": ProblemCode(
        409, "Somebody else is changing it right now; try again after `Retry-After`."
    ),
    "gone": ProblemCode(410, "It was there, and is no longer kept."),
    "length_required": ProblemCode(411, "A body needs `Content-Length`."),
    "precondition_failed": ProblemCode(412, "It was changed since the ETag in `If-Match`; read it again."),
    "body_too_large": ProblemCode(413, "The body has more bytes than are read."),
    "address_too_long": ProblemCode(414, "The address is longer than is read."),
    "unsupported_media_type": ProblemCode(415, "The body is not declared as `application/json`."),
    "range_not_satisfiable": ProblemCode(416, "The file does not have this range."),
    "unprocessable": ProblemCode(
        422, "The body is well formed, but what it names is not there or does not fit."
    ),
    "idempotency_key_reused": ProblemCode(422, "The `Idempotency-Key` was used for another request."),
    "precondition_required": ProblemCode(428, "A change needs `If-Match` with the ETag of what it changes."),
    "rate_limited": ProblemCode(429, "Too many requests; come back after `Retry-After`."),
    "server_error": ProblemCode(500, "A mistake of the site, which is in its log."),
    "not_offered": ProblemCode(501, "The address does not offer this form."),
    "unavailable": ProblemCode(503, "The site cannot answer now; come back after `Retry-After`."),
    "storage_full": ProblemCode(507, "The site has no room left."),
}


def get_code(status: int) -> str:
    """Return the problem code for an HTTP status."""
    return next(
        (code for code, problem in CODES.items() if problem.status == status),
        "conflict" if status == 409 else "server_error" if status >= 500 else "malformed_request",
    )


def get_type_url(code: str) -> str:
    """Return the URL of the documentation of a code."""
    return f"{settings.SITE_URL}{PAGE_PATH}#{code}"
