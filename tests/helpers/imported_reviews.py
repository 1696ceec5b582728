"""Records as importers bring them, and what became of them."""

from typing import Any

from claims.imports.reading.mappings.conventions import NO_CONVENTIONS, Conventions
from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal
from claims.imports.storing.run_import import run_import
from claims.models import Claim, ImportRun, Publication, Verdict

STATEMENT = "The new harbour bridge cost the city nine million euros."


def review(**fields: Any) -> dict[str, Any]:
    """A complete record; None takes a field away."""
    complete = {
        "statement": STATEMENT,
        "language": "en",
        "claimant": "Mara Lindqvist",
        "publisher": "Example Checks",
        "publisher_url": "https://checks.example",
        "rating": "False",
        "review_url": "https://checks.example/bridge",
        "reviewed_on": "2026-03-01",
        "summary": "The accounts show twelve million.",
    }
    return {name: value for name, value in (complete | fields).items() if value is not None}


def bring(
    *records: dict[str, Any] | Refusal,
    run: ImportRun | None = None,
    conventions: Conventions = NO_CONVENTIONS,
) -> ImportRun:
    """Import these records, as lines of one file."""
    items = [
        record
        if isinstance(record, Refusal)
        else RawRecord(RecordLocation("file.jsonl", f"line {number}"), record)
        for number, record in enumerate(records, 1)
    ]
    run = run or ImportRun.objects.create(origin="file.jsonl")
    return run_import(run, [(item, conventions) for item in items])


def counts(run: ImportRun) -> dict[str, int]:
    """What became of its records, as the database has it; outcomes without a record are left out."""
    run.refresh_from_db()
    said = {name: getattr(run, name) for name in ("created", "updated", "unchanged", "merged", "refused")}
    return {name: count for name, count in said.items() if count}


def newest(claim: Claim) -> dict[str, Any]:
    """The public body of a claim."""
    return Publication.objects.newest().get(claim=claim).document


def live(claim: Claim) -> Verdict:
    return claim.verdicts.get(state="published")
