"""The tool that reads the ledger: a claim as published now, or as published on an earlier day."""

from datetime import UTC, datetime, time
from typing import Any

from django.urls import reverse

from claims.features.assistants import answer_schemas, findings
from claims.features.assistants.claim_documents import (
    ENTRY_COLUMNS,
    build_whole_document,
    load_newest_versions,
)
from claims.features.assistants.claim_texts import compose_text, iterate_claim_lines, iterate_evidence_lines
from claims.features.assistants.internal_requests import build_get_request
from claims.features.assistants.tool_arguments import Arguments, DayArgument, NumberArgument, ToolRefused
from claims.features.assistants.tools import Caller, EquivalentRequest, Tool, ToolResult
from claims.ledger.queries.claim_filters import ClaimQuery
from claims.models import Publication
from claims.public.api.ledger_entries import select_entry_as_of, select_newest_entry, select_version

Document = dict[str, Any]


class ClaimNotPublished(ToolRefused):
    """No claim with this number was ever published."""


# get_claim ------------------------------------------------------------------------------------------------------------

_GET_CLAIM_ARGUMENTS = (
    NumberArgument(
        name="claim_id",
        meaning="Number of the claim, as returned by other tools.",
        required=True,
        examples=(1,),
    ),
    DayArgument(name="as_of", meaning="The claim as published at the end of this day (UTC)."),
    NumberArgument(name="version", meaning="This version of the claim, instead of a day.", maximum=2**31 - 1),
)


def get_claim(arguments: Arguments, caller: Caller) -> ToolResult:
    """Return a claim as currently published, or an earlier version of it."""
    claim, day, version = arguments["claim_id"], arguments.get("as_of"), arguments.get("version")
    if day and version:
        raise ToolRefused("`version`: give a day or a version, not both.")
    newest_version = load_newest_versions([claim]).get(claim)
    if newest_version is None:
        raise ClaimNotPublished(
            f"Claim {claim} was never published. Find claims with match_text or search_claims."
        )
    if version:
        version_rows = select_version(claim, version)
    elif day:
        request = build_get_request(reverse("claims-detail", args=[claim]), {"as_of": day})
        as_of = ClaimQuery(request.GET, request=request).moment
        version_rows = select_entry_as_of(claim, as_of or datetime.combine(datetime.now(UTC), time.max, UTC))
    else:
        version_rows = select_newest_entry(claim)
    rows = version_rows.fetch(*ENTRY_COLUMNS)
    if not rows and version:
        raise ToolRefused(
            f"`version`: claim {claim} has {newest_version} versions; give a number from 1 to {newest_version}."
        )
    if not rows:
        text = f"Claim {claim} on {day}: {findings.NOT_PUBLISHED_THEN_MESSAGE}"
        document: Document = {
            "outcome": "not_checked",
            "meaning": findings.NOT_PUBLISHED_THEN_MESSAGE,
            "as_of": day,
            "claim": None,
        }
        return ToolResult(document, compose_text([text]))
    claim_document = build_whole_document(rows[0], newest_version=newest_version)
    # A claim that has since been withdrawn must not be used, whatever the earlier version said.
    status = claim_document["status"] if claim_document["is_newest_version"] else _read_current_status(claim)
    outcome = _OUTCOMES[status] if claim_document["verdicts"] or status != "published" else "not_checked"
    notes = [] if claim_document["is_newest_version"] else [findings.EARLIER_VERSION_MESSAGE]
    meaning = " ".join([findings.OUTCOME_MESSAGES[outcome], *notes])
    document = {"outcome": outcome, "meaning": meaning, "as_of": day, "claim": claim_document}
    introduction = [f"As it was published at the end of {day} (UTC)."] if day else []
    lines = [
        *introduction,
        meaning,
        *iterate_claim_lines(claim_document),
        *iterate_evidence_lines(claim_document),
    ]
    return ToolResult(document, compose_text(lines))


_OUTCOMES = {
    Publication.Status.PUBLISHED.value: "checked",
    Publication.Status.RETRACTED.value: "withdrawn",
    Publication.Status.MERGED.value: "merged",
}


def _read_current_status(claim_id: int) -> str:
    ((status,),) = select_newest_entry(claim_id).fetch("status")
    return str(status)


LEDGER_TOOLS = (
    Tool(
        name="get_claim",
        title="One claim, now or on a day",
        description="Returns a published claim in full: verdicts in their publishers' words, rating classes, validity,"
        " evidence, corrections, retraction or merge, address, version and hash. With `as_of` or `version`, what was"
        " published then, and whether there is a newer version.",
        arguments=_GET_CLAIM_ARGUMENTS,
        result_schema=answer_schemas.CLAIM_ANSWER,
        run=get_claim,
        build_equivalent_request=lambda arguments: EquivalentRequest(
            reverse("claims-detail", args=[arguments["claim_id"]])
        ),
    ),
)
