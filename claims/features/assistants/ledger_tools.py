"""Tools that read the ledger: a claim now or on a given day, and recent changes."""

from datetime import UTC, datetime, time
from typing import Any

import orjson
from django.urls import reverse

from claims.features.assistants import answer_schemas, findings
from claims.features.assistants.claim_documents import COLUMNS, is_ours, newest_versions, rating_of, whole
from claims.features.assistants.claim_texts import claim_lines, composed, ground_lines
from claims.features.assistants.internal_requests import question
from claims.features.assistants.text_rendering import quoted, shown
from claims.features.assistants.tool_arguments import Arguments, DayArgument, NumberArgument, ToolRefused
from claims.features.assistants.tools import Caller, Likened, Tool, ToolAnswer
from claims.ledger.queries.claim_filters import ClaimQuery
from claims.models import Publication
from claims.public.api.changes import ChangeResource
from claims.public.api.ledger_entries import entry_as_of, newest_entry, version_of

Document = dict[str, Any]

CHANGES_LIMIT = 50


class NotKnownHere(ToolRefused):
    """Nothing is published under this number, as far as this database knows."""


# get_claim ------------------------------------------------------------------------------------------------------------

_GOTTEN = (
    NumberArgument(
        name="claim_id", meaning="Number of the claim, as other tools tell it.", required=True, examples=(1,)
    ),
    DayArgument(name="as_of", meaning="What was published at the end of this day (UTC), as it read then."),
    NumberArgument(name="version", meaning="This version of the claim, instead of a day.", most=2**31 - 1),
)


def get_claim(given: Arguments, caller: Caller) -> ToolAnswer:
    """A claim as it is published, or as it was."""
    claim, day, version = given["claim_id"], given.get("as_of"), given.get("version")
    if day and version:
        raise ToolRefused("`version`: give a day or a version, not both.")
    newest = newest_versions([claim]).get(claim)
    if newest is None:
        raise NotKnownHere(
            f"Nothing is published under the number {claim}, and nothing was. Find claims with match_text or"
            " search_claims."
        )
    if version:
        found = version_of(claim, version)
    elif day:
        request = question(reverse("claims-detail", args=[claim]), {"as_of": day})
        moment = ClaimQuery(request.GET, request=request).moment
        found = entry_as_of(claim, moment or datetime.combine(datetime.now(UTC), time.max, UTC))
    else:
        found = newest_entry(claim)
    rows = found.fetch(*COLUMNS)
    if not rows and version:
        raise ToolRefused(
            f"`version`: claim {claim} has {newest} versions; give a number from 1 to {newest}."
        )
    if not rows:
        text = f"Claim {claim} on {day}: {findings.NOT_PUBLISHED_THEN}"
        document: Document = {
            "outcome": "not_checked",
            "meaning": findings.NOT_PUBLISHED_THEN,
            "as_of": day,
            "claim": None,
        }
        return ToolAnswer(document, composed([text]))
    told = whole(rows[0], newest=newest)
    # What was withdrawn since is not to be used, however it read then.
    status = told["status"] if told["is_newest_version"] else _status_now(claim)
    outcome = _OUTCOMES[status] if told["verdicts"] or status != "published" else "not_checked"
    earlier = [] if told["is_newest_version"] else [findings.EARLIER]
    meaning = " ".join([findings.OUTCOMES[outcome], *earlier])
    document = {"outcome": outcome, "meaning": meaning, "as_of": day, "claim": told}
    then = [f"As it was published at the end of {day} (UTC)."] if day else []
    lines = [*then, meaning, *claim_lines(told), *ground_lines(told)]
    return ToolAnswer(document, composed(lines))


_OUTCOMES = {
    Publication.Status.PUBLISHED.value: "checked",
    Publication.Status.RETRACTED.value: "withdrawn",
    Publication.Status.MERGED.value: "merged",
}


def _status_now(claim: int) -> str:
    ((status,),) = newest_entry(claim).fetch("status")
    return str(status)


# changes --------------------------------------------------------------------------------------------------------------

_FOLLOWED = (
    NumberArgument(
        name="since",
        meaning="What comes after this number: `next_since` of the answer before. 0 is the beginning.",
        least=0,
        examples=(0,),
    ),
    DayArgument(name="since_day", meaning="Instead: what was published on this day (UTC) or later."),
    NumberArgument(
        name="page_size", meaning="How many changes are told at most.", most=CHANGES_LIMIT, default=20
    ),
)


def changes(given: Arguments, caller: Caller) -> ToolAnswer:
    """Return publications, corrections, retractions and merges."""
    if ("since" in given) is ("since_day" in given):
        raise ToolRefused(
            "`since`: give a number, such as 0, or a day as `since_day`; one of them, not both."
        )
    asked = {"since": given.get("since", given.get("since_day")), "page_size": given["page_size"]}
    response = ChangeResource().list(question(reverse("changes"), asked))
    page = orjson.loads(response.content)
    told = [_change(change) for change in page["results"]]
    _address, _, since = page["next"].partition("since=")
    document = {
        "outcome": "found" if told else "nothing_found",
        "meaning": findings.CHANGES if told else findings.NO_CHANGES,
        "changes": told,
        "next_since": int(since.partition("&")[0]),
        "more": page["more"],
    }
    lines = [document["meaning"]]
    for change in told:
        lines += _change_lines(change)
    lines.append(f"Read on with since {document['next_since']}{' now' if page['more'] else ' later'}.")
    return ToolAnswer(document, composed(lines))


def _change(change: Document) -> Document:
    claim = change["claim"]
    return {
        **{
            name: change[name]
            for name in ("sequence", "claim_id", "version", "kind", "status", "published_at", "merged_into")
        },
        "note": shown(change["note"]),
        "version_address": change["url"],
        "body_sha256": change["body_sha256"],
        "statement": claim and shown(claim["statement"], 500),
        "verdicts": [
            {
                "publisher": shown(verdict["publisher"]["name"], 200),
                "by_this_newsroom": is_ours(verdict),
                "rating": rating_of(verdict["rating"]),
            }
            for verdict in (claim["verdicts"] if claim else ())
        ],
    }


def _change_lines(change: Document) -> list[str]:
    merged = f" into claim {change['merged_into']}" if change["merged_into"] else ""
    told = (
        f"{change['sequence']}. {change['published_at']}: {change['kind']} of claim {change['claim_id']}, version"
        f" {change['version']}, now {change['status']}{merged}. SHA-256 {change['body_sha256']}"
        f" {quoted(change['version_address'])}"
    )
    lines = [told]
    if change["note"]:
        lines.append(f"- Public note: {quoted(change['note'])}")
    if change["statement"] is not None:
        lines.append(f"- Statement: {quoted(change['statement'])}")
    for verdict in change["verdicts"]:
        whose = "this newsroom" if verdict["by_this_newsroom"] else "another publisher"
        rating = verdict["rating"]
        lines.append(
            f"- Rated {quoted(rating['label'])} ({rating['rating_class'] or 'no rating class'}) by"
            f" {quoted(verdict['publisher'])}, {whose}."
        )
    return lines


# Both of them ---------------------------------------------------------------------------------------------------------

LEDGER_TOOLS = (
    Tool(
        name="get_claim",
        title="One claim, now or on a day",
        description="Tells all of a published claim: verdicts in their publishers' words and rating classes, the day"
        " they hold until, evidence, corrections, retraction or merge, address, version and hash. With `as_of` or"
        " `version` it tells what was published then, and says whether something newer is.",
        arguments=_GOTTEN,
        answers=answer_schemas.GET_CLAIM,
        answer=get_claim,
        likened=lambda given: Likened(reverse("claims-detail", args=[given["claim_id"]])),
    ),
    Tool(
        name="changes",
        title="What was published and corrected",
        description="Lists what was published, corrected, retracted and merged, in order. Whoever keeps answers uses it"
        " to learn which of them no longer hold.",
        arguments=_FOLLOWED,
        answers=answer_schemas.CHANGES,
        answer=changes,
        likened=lambda given: Likened(reverse("changes")),
    ),
)
