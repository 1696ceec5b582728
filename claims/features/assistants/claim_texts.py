"""Claims as text for an assistant: fixed sentences, with quoted texts as JSON strings."""

from collections.abc import Iterable, Iterator
from typing import Any

from claims.features.assistants.findings import OUTCOME_MESSAGES, QUOTATION_NOTE
from claims.features.assistants.text_rendering import quote_list, quote_text
from claims.models import Publication

Document = dict[str, Any]

#: The label of each kind of change.
_KIND_LABELS = {
    "clarification": "Clarification",
    "correction": "Correction",
    "update": "Update",
    "retraction": "Retraction",
}


def compose_text(lines: Iterable[str]) -> str:
    """Return the text of a result, beginning with a note on quotations."""
    return "\n".join((QUOTATION_NOTE, *lines))


def iterate_claim_lines(claim: Document) -> Iterator[str]:
    """Yield the lines of text that describe a published claim."""
    yield f"Claim {claim['claim_id']}, version {claim['version']}, {_describe_status(claim)}"
    if not claim["is_newest_version"]:
        newest_version = claim["newest_version"]
        yield (
            f"- This is NOT what is published now: version {newest_version} is newer. Read that one before you"
            f" rely on this (get_claim with claim_id {claim['claim_id']} and nothing else)."
        )
    yield f"- Statement ({_format_language(claim['language'])}): {quote_text(claim['statement'])}"
    if claim["claimant"] or claim["claimed_on"]:
        date_text = f" on {claim['claimed_on']}" if claim["claimed_on"] else ""
        claimant = quote_text(claim["claimant"]) if claim["claimant"] else "someone who is not named"
        yield f"- Said by {claimant}{date_text}."
    if claim["topics"]:
        yield f"- Topics: {quote_list(claim['topics'])}"
    yield from _iterate_withdrawal_lines(claim)
    for verdict in claim["verdicts"]:
        yield from iterate_verdict_lines(verdict)
    if not claim["verdicts"] and claim["status"] == Publication.Status.PUBLISHED:
        yield f"- No verdict stands here. {OUTCOME_MESSAGES['not_checked']}"
    for note in claim["corrections"]:
        kind = _KIND_LABELS[note["kind"]]
        yield f"- {kind} of {note['published_on']} (version {note['version']}): {quote_text(note['note'])}"
    yield f"- Address: {quote_text(claim['address'])}"
    yield (
        f"- This version: {quote_text(claim['version_address'])} SHA-256 {claim['body_sha256']}; entry"
        f" {claim['ledger']['sequence']} of the ledger, proved by {quote_text(claim['ledger']['proof_address'])}"
    )
    yield f"- First published {claim['published_at']}; this version {claim['updated_at']}."
    licence = quote_text(claim["licence"]) if claim["licence"] else "none is stated; ask the newsroom"
    yield f"- Licence of this data: {licence}"


def iterate_verdict_lines(verdict: Document) -> Iterator[str]:
    """Yield lines that state a verdict's rating, in the publisher's words, and the verdict's date."""
    rating, publisher = verdict["rating"], quote_text(verdict["publisher"])
    publisher_note = (
        f"Verdict of {publisher}, the newsroom that runs this database"
        if verdict["by_this_newsroom"]
        else f"Verdict of another publisher, {publisher}, which this newsroom only passes on"
    )
    if verdict["origin"] == "house_archive":
        publisher_note += " (from its earlier archive)"
    rating_class = rating["rating_class"] or "none: the newsroom has not decided which class it belongs to"
    language = _format_language(rating["language"])
    yield f"- {publisher_note}: rated {quote_text(rating['label'])} ({language}); rating class: {rating_class}."
    date_note = (
        f"holds as of {verdict['valid_as_of']}, and says nothing about later"
        if verdict["valid_as_of"]
        else ("the day up to which it holds is not known")
    )
    reviewed_text = (
        f"Reviewed on {verdict['reviewed_on']}"
        if verdict["reviewed_on"]
        else "The day of the review is not known"
    )
    published_text = f"; published {verdict['published_at']}" if verdict["published_at"] else ""
    yield f"  {reviewed_text}; {date_note}{published_text}."
    if verdict["recheck_is_overdue"]:
        yield f"  May be stale: the publisher meant to look again on {verdict['recheck_on']}, and that day has passed."
    elif verdict["recheck_on"]:
        yield f"  The publisher means to look again on {verdict['recheck_on']}."
    if verdict["summary"]:
        yield f"  Summary ({_format_language(verdict['language'])}): {quote_text(verdict['summary'])}"
    yield f"  Explained at {quote_text(verdict['address'])}"


def iterate_evidence_lines(claim: Document) -> Iterator[str]:
    """Yield lines with the evidence of a claim's verdicts."""
    if claim["context"]:
        yield f"- Context: {quote_text(claim['context'])}"
    for explanation in claim["explanations"]:
        truncation_note = " (cut; all of it stands at the address)" if explanation["is_cut"] else ""
        yield (
            f"- Explanation of verdict {explanation['verdict_id']}{truncation_note}: "
            f"{quote_text(explanation['markdown'], 4000)}"
        )
    for translation in claim["translations"]:
        language = _format_language(translation["language"])
        yield (
            f"- Reviewed translation of verdict {translation['verdict_id']} ({language}): "
            f"{quote_text(translation['statement'])}; summary {quote_text(translation['summary'])}"
        )
    for item in claim["evidence"]:
        yield (
            f"- Evidence of verdict {item['verdict_id']}, {item['stance']}: {_describe_source(item['source'])}"
            + (f"; note {quote_text(item['note'])}" if item["note"] else "")
        )
    for source in claim["seen_at"]:
        yield f"- Seen at {_describe_source(source)}"


def _describe_status(claim: Document) -> str:
    return {
        Publication.Status.PUBLISHED: "published.",
        Publication.Status.RETRACTED: "RETRACTED.",
        Publication.Status.MERGED: "MERGED INTO ANOTHER.",
    }[Publication.Status(claim["status"])]


def _iterate_withdrawal_lines(claim: Document) -> Iterator[str]:
    if claim["retraction"]:
        retracted_on, note = claim["retraction"]["published_on"], claim["retraction"]["note"]
        yield (
            f"- Withdrawn on {retracted_on}. Do not use what it said before. "
            f"The newsroom's reason: {quote_text(note)}"
        )
    if claim["merged_into"]:
        target = claim["merged_into"]
        yield f"- Look at claim {target['claim_id']} instead: {quote_text(target['address'])}"


def _describe_source(source: Document) -> str:
    text = f", words {quote_text(source['quote'])}" if source["quote"] else ""
    return f"{quote_text(source['title'])} at {quote_text(source['address'])}{text}"


def _format_language(language: str) -> str:
    return language if language not in ("", "und") else "language not known"
