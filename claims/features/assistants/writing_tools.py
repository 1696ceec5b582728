"""Tools that write: propose a claim, start a draft, or add evidence to a draft.

Each tool calls one endpoint of the editorial API with the caller's own token. The API's errors, scopes,
roles, strict bodies, idempotency keys and rules apply unchanged. The tools call only these three endpoints,
none of which changes a state: only people sign off and publish.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpResponse
from django.urls import reverse

from claims.features.assistants import answer_schemas, findings
from claims.features.assistants.claim_texts import compose_text
from claims.features.assistants.internal_requests import has_succeeded, post_request
from claims.features.assistants.text_rendering import quote_detail, quote_list, quote_text
from claims.features.assistants.tool_arguments import (
    Arguments,
    ChoiceArgument,
    DayArgument,
    NumberArgument,
    TextArgument,
    ToolRefused,
)
from claims.features.assistants.tools import Caller, EquivalentRequest, Tool, ToolResult
from claims.models import CorrectionKind, Evidence, Rating, Scope

Document = dict[str, Any]

_KEY_ARGUMENT = TextArgument(
    name="idempotency_key",
    meaning=(
        "A text of your own for this action, such as a UUID. If the tool is called again with the "
        "same key and arguments, nothing is done twice."
    ),
    maximum=255,
)
_KEY_NAME = "idempotency_key"


def _post_to_api(path: str, body: Mapping[str, Any], arguments: Arguments, caller: Caller) -> Document:
    """Return the response of the editorial API, with a member that says whether the API repeated an earlier response.

    Raises:
        ToolRefused: the API rejected the request; the message is the API's.
    """
    response = post_request(path, body, caller, idempotency_key=arguments.get(_KEY_NAME))
    document: Document = orjson.loads(response.content)
    if not has_succeeded(response):
        raise ToolRefused(_describe_refusal(response, document))
    return document | {"replayed": "Idempotency-Replayed" in response.headers}


def _describe_refusal(response: HttpResponse, problem: Document) -> str:
    """Describe an API error in one line: the error's message, and the location of each invalid value."""
    error_locations = [
        f"{error.get('pointer', error.get('parameter', ''))} {quote_detail(error['detail'], 500)}"
        for error in problem.get("errors", ())
    ]
    reason = "; ".join(error_locations) if error_locations else quote_detail(problem["detail"], 1000)
    advice = f" Try again in {response['Retry-After']} seconds." if "Retry-After" in response.headers else ""
    return f"Refused ({response.status_code}). Nothing was written. {reason}{advice}"


def _build_write_result(
    object_type: str, path: str, written_document: Document, *, claim_id: int | None, verdict_id: int | None
) -> ToolResult:
    document = {
        "outcome": "kept_before" if written_document["replayed"] else "kept",
        "meaning": findings.WRITTEN_MESSAGE,
        "kind": object_type,
        "id": written_document["id"],
        "claim_id": claim_id,
        "verdict_id": verdict_id,
        "state": written_document.get("state"),
        "address": path,
        "replayed": written_document["replayed"],
    }
    note = " It was done before, under the same idempotency_key." if written_document["replayed"] else ""
    state = f", {written_document['state']}" if "state" in written_document else ""
    location_sentence = f"It is {object_type} {written_document['id']}{state}, at {quote_text(path)}."
    line = f"{findings.WRITTEN_MESSAGE} {location_sentence}{note}"
    return ToolResult(document, compose_text([line]))


def _build_body(arguments: Arguments, *omitted_names: str) -> Document:
    return {name: value for name, value in arguments.items() if name not in (_KEY_NAME, *omitted_names)}


# propose_claim --------------------------------------------------------------------------------------------------------

_PROPOSE_ARGUMENTS = (
    TextArgument(
        name="statement",
        meaning="The statement to check: one sentence, as it was made.",
        maximum=5000,
        required=True,
        examples=("The harbour bridge cost 90 million euros.",),
    ),
    TextArgument(
        name="language", meaning="Its language (BCP 47).", maximum=35, required=True, examples=("en",)
    ),
    DayArgument(name="claimed_on", meaning="The day on which it was made."),
    TextArgument(name="context", meaning="Where and how it was made, and why it matters.", maximum=5000),
    NumberArgument(name="claimant", meaning="Number of the claimant, as listed by the API."),
    _KEY_ARGUMENT,
)


def propose_claim(arguments: Arguments, caller: Caller) -> ToolResult:
    """Propose a claim, which people may accept or decline."""
    response = _post_to_api(reverse("editorial-claims-list"), _build_body(arguments), arguments, caller)
    path = reverse("editorial-claims-detail", args=[response["id"]])
    return _build_write_result("claim", path, response, claim_id=response["id"], verdict_id=None)


# draft_verdict --------------------------------------------------------------------------------------------------------

_DRAFT_ARGUMENTS = (
    NumberArgument(name="claim_id", meaning="Number of the claim.", required=True),
    TextArgument(
        name="rating",
        meaning="Code of the rating in the newsroom's scale, such as false. Leave it out to leave it open.",
        maximum=100,
        examples=("false",),
    ),
    TextArgument(name="summary", meaning="The finding, in a few sentences.", maximum=5000),
    TextArgument(name="explanation", meaning="The reasoning and the evidence, in Markdown.", maximum=50_000),
    TextArgument(
        name="language",
        meaning="Language of the verdict (BCP 47); that of the claim unless given.",
        maximum=35,
    ),
    DayArgument(name="reviewed_on", meaning="The day of the review."),
    DayArgument(name="valid_as_of", meaning="The day up to which the facts were checked."),
    ChoiceArgument(
        name="correction_kind",
        meaning="For a claim whose verdict is already published: the kind of change.",
        choices=tuple(CorrectionKind.values),
    ),
    TextArgument(
        name="correction_note", meaning="For the same: what changed and why, for readers.", maximum=5000
    ),
    _KEY_ARGUMENT,
)


def draft_verdict(arguments: Arguments, caller: Caller) -> ToolResult:
    """Draft the newsroom's verdict; its author is the token's owner."""
    body = _build_body(arguments, "claim_id", "rating") | {"claim": arguments["claim_id"]}
    if "rating" in arguments:
        body["rating"] = _find_rating(arguments["rating"])
    response = _post_to_api(reverse("editorial-verdicts-list"), body, arguments, caller)
    path = reverse("editorial-verdicts-detail", args=[response["id"]])
    return _build_write_result(
        "verdict", path, response, claim_id=response["claim"], verdict_id=response["id"]
    )


def _find_rating(code: str) -> int:
    """Return the id of the rating with this code in the newsroom's scale."""
    offered_ratings = dict(
        Rating.objects.filter(scale__publisher__is_house=True, scale__in_use=True)
        .order_by("scale_id", "position")
        .values_list("code", "pk")
    )
    if code not in offered_ratings:
        raise ToolRefused(
            f"`rating`: there is no such rating on the newsroom's scale. Its ratings are {quote_list(offered_ratings)}."
        )
    return offered_ratings[code]


# add_evidence ---------------------------------------------------------------------------------------------------------

_EVIDENCE_ARGUMENTS = (
    NumberArgument(
        name="verdict_id", meaning="Number of the draft, as returned by draft_verdict.", required=True
    ),
    ChoiceArgument(
        name="stance",
        meaning="The stance of the source on the claim.",
        choices=tuple(Evidence.Stance.values),
        required=True,
    ),
    TextArgument(
        name="source_url",
        meaning="Address of the source. It is fetched and kept, if it is not known yet.",
        maximum=2000,
    ),
    NumberArgument(name="source", meaning="Instead: number of a known source."),
    TextArgument(name="exact", meaning="The exact words quoted from the source.", maximum=5000),
    TextArgument(name="note", meaning="What the source shows, in your own words.", maximum=5000),
    _KEY_ARGUMENT,
)


def add_evidence(arguments: Arguments, caller: Caller) -> ToolResult:
    """Add a source to a draft as evidence."""
    verdict_id = arguments["verdict_id"]
    response = _post_to_api(
        reverse("editorial-evidence-list", args=[verdict_id]),
        _build_body(arguments, "verdict_id"),
        arguments,
        caller,
    )
    path = reverse("editorial-evidence-detail", args=[verdict_id, response["id"]])
    return _build_write_result("evidence", path, response, claim_id=None, verdict_id=verdict_id)


# The tools ------------------------------------------------------------------------------------------------------------

_UNPUBLISHED_NOTE = (
    " It stays unpublished: people of the newsroom review, sign off and publish, which no tool can do."
)

WRITING_TOOLS = (
    Tool(
        name="propose_claim",
        title="Propose a claim to be checked",
        description="Proposes a statement to the newsroom, whose editors accept or decline it."
        + _UNPUBLISHED_NOTE,
        arguments=_PROPOSE_ARGUMENTS,
        result_schema=answer_schemas.WRITE_ANSWER,
        run=propose_claim,
        build_equivalent_request=lambda arguments: EquivalentRequest(reverse("editorial-claims-list")),
        scope=Scope.WRITE,
    ),
    Tool(
        name="draft_verdict",
        title="Draft a verdict",
        description="Begins a draft of the newsroom's verdict on a claim that it has, written by the owner of the"
        " token, who therefore cannot sign it off." + _UNPUBLISHED_NOTE,
        arguments=_DRAFT_ARGUMENTS,
        result_schema=answer_schemas.WRITE_ANSWER,
        run=draft_verdict,
        build_equivalent_request=lambda arguments: EquivalentRequest(reverse("editorial-verdicts-list")),
        scope=Scope.VERDICTS,
    ),
    Tool(
        name="add_evidence",
        title="Add evidence to a draft",
        description=(
            "Adds a source to a draft as evidence, with or without a quote, which must match the source exactly."
        )
        + _UNPUBLISHED_NOTE,
        arguments=_EVIDENCE_ARGUMENTS,
        result_schema=answer_schemas.WRITE_ANSWER,
        run=add_evidence,
        build_equivalent_request=lambda arguments: EquivalentRequest(
            reverse("editorial-evidence-list", args=[arguments["verdict_id"]])
        ),
        scope=Scope.VERDICTS,
    ),
)
