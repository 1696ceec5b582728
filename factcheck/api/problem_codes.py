"""The codes of problem details. `type` links to the documentation of a code."""

from typing import NamedTuple

from django.conf import settings

#: The page that explains the codes (`factcheck.routes.show_problem`).
PAGE_PATH = "/api/problems/"


class ProblemCode(NamedTuple):
    """A kind of problem that a response may report."""

    status: int
    meaning: str


#: Among problems with the same status, the first is the default.
CODES = {
    "malformed_request": ProblemCode(400, "The request or its JSON body cannot be read."),
    "invalid_parameters": ProblemCode(
        400, "Parameters are unknown or have invalid values; `errors` lists each of them."
    ),
    "invalid_body": ProblemCode(
        400, "Keys of the body are unknown, missing or invalid; `errors` points to each of them."
    ),
    "not_signed_in": ProblemCode(401, "The address requires a token, and no valid one was sent."),
    "not_allowed": ProblemCode(403, "The token, or the role of its owner, does not include this."),
    "not_found": ProblemCode(404, "Nothing is published at this address."),
    "method_not_allowed": ProblemCode(
        405, "The address does not accept this method; `Allow` lists those it accepts."
    ),
    "not_acceptable": ProblemCode(406, "The address offers none of the media types in `Accept`."),
    "body_timeout": ProblemCode(408, "The body took too long to arrive."),
    "conflict": ProblemCode(409, "The request conflicts with the present state; `detail` says why."),
    "move_not_possible": ProblemCode(409, "The move is not possible in the present state."),
    "note_required": ProblemCode(409, "The move needs a note."),
    "incomplete": ProblemCode(409, "The move requires parts that are missing; `detail` names them."),
    "verdict_open": ProblemCode(
        409, "The publisher already has a draft, or a verdict in review, on this claim."
    ),
    "verdict_published": ProblemCode(
        409, "A verdict on the claim is published; retract it, or draft a new version of it."
    ),
    "claim_closed": ProblemCode(409, "The claim is declined or merged."),
    "not_a_draft": ProblemCode(409, "Only a draft can be edited."),
    "signoff_missing": ProblemCode(409, "Sign-offs by other people are missing."),
    "already_signed_off": ProblemCode(409, "This person has already signed off this round."),
    "reply_awaited": ProblemCode(409, "The deadline for a requested reply has not passed yet."),
    "still_referred_to": ProblemCode(409, "It cannot be deleted, because something else refers to it."),
    "changed_at_once": ProblemCode(
        409, "Another user is changing it at the moment; try again after `Retry-After`."
    ),
    "gone": ProblemCode(410, "It existed, but is no longer stored."),
    "length_required": ProblemCode(411, "A body needs `Content-Length`."),
    "precondition_failed": ProblemCode(
        412, "It has changed since the version named in `If-Match`; fetch it again."
    ),
    "body_too_large": ProblemCode(413, "The body is larger than the limit."),
    "address_too_long": ProblemCode(414, "The address is longer than the limit."),
    "unsupported_media_type": ProblemCode(415, "The body is not declared as `application/json`."),
    "range_not_satisfiable": ProblemCode(416, "The file does not have this range."),
    "unprocessable": ProblemCode(
        422, "The body is well formed, but it refers to something that is missing or unsuitable."
    ),
    "idempotency_key_reused": ProblemCode(422, "The `Idempotency-Key` was used for a different request."),
    "precondition_required": ProblemCode(428, "A change requires `If-Match` with the ETag of the resource."),
    "rate_limited": ProblemCode(429, "Too many requests; try again after `Retry-After`."),
    "server_error": ProblemCode(500, "An error on the server, which has been logged."),
    "not_offered": ProblemCode(501, "The address does not support this format."),
    "unavailable": ProblemCode(503, "The site cannot answer at the moment; try again after `Retry-After`."),
    "storage_full": ProblemCode(507, "The server’s disk is full."),
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
