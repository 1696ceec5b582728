"""The preview of an import, computed in a transaction that is rolled back."""

from typing import Any, Final

from django.db.models import Count, F
from django.utils.translation import gettext
from rich.console import Console
from rich.table import Table

from claims.models import Claim, ImportedRecord, ImportRun, RatingClass, Verdict

#: The number of records shown, and of labels for each publisher.
SHOWN_RECORDS: Final = 5
MAX_LABELS: Final = 40


def build_explanation(run: ImportRun) -> dict[str, Any]:
    """Return the numbers of verdicts and proposals that the import would create, its labels, and some records."""
    records = ImportedRecord.objects.filter(run=run)
    verdicts = Verdict.objects.filter(pk__in=records.filter(made_verdict=True).values("verdict"))
    claims = Claim.objects.filter(pk__in=records.filter(made_claim=True).values("claim"))
    return {
        "published": verdicts.exclude(state=Verdict.State.DRAFT).count(),
        "drafts": verdicts.filter(state=Verdict.State.DRAFT).count(),
        "triage": claims.filter(state=Claim.State.PROPOSED).exclude(verdicts__in=verdicts).count(),
        "labels": _list_labels(run),
        "shown": [_format_record(record) for record in _list_first_records(run)],
    }


def print_explanation(console: Console, explanation: dict[str, Any]) -> None:
    """Print the explanation to a terminal."""
    for number, record in enumerate(explanation["shown"], 1):
        table = Table(
            title=gettext("Record %(number)d") % {"number": number}, title_justify="left", show_header=False
        )
        for name, value in record.items():
            table.add_row(name, value)
        console.print(table)
    if explanation["labels"]:
        table = Table(title=gettext("Meaning of the labels"), title_justify="left")
        for heading in (gettext("publisher"), gettext("label"), gettext("rating class"), gettext("scale")):
            table.add_column(heading)
        table.add_column(gettext("records"), justify="right")
        for row in explanation["labels"]:
            meaning = RatingClass(row["rating_class"]).label if row["rating_class"] else ""
            table.add_row(
                row["publisher"], row["label"], str(meaning) or gettext("not mapped yet"), row["scale"] or "–",
                f"{row['records']:,}",
            )  # fmt: skip
        console.print(table)
    console.print(
        gettext("Verdicts published: %(published)s. Drafts: %(drafts)s. Claims for triage: %(triage)s.")
        % {name: f"{explanation[name]:,}" for name in ("published", "drafts", "triage")},
        highlight=False,
    )


def _list_labels(run: ImportRun) -> list[dict[str, Any]]:
    """Return each label with its publisher and rating class, most frequent first."""
    rated_records = ImportedRecord.objects.filter(run=run, verdict__rating__isnull=False).order_by()
    rows = rated_records.values(
        "label",
        publisher=F("verdict__publisher__name"),
        rating_class=F("verdict__rating__rating_class"),
        scale=F("verdict__rating__scale__name"),
    ).annotate(records=Count("pk"))
    return [dict(row) for row in rows.order_by("-records", "publisher", "label")[:MAX_LABELS]]


def _list_first_records(run: ImportRun) -> list[ImportedRecord]:
    rows = ImportedRecord.objects.filter(run=run).select_related(
        "claim__claimant", "verdict__publisher", "verdict__rating"
    )
    return list(rows.order_by("pk")[:SHOWN_RECORDS])


def _format_record(record: ImportedRecord) -> dict[str, str]:
    claim, verdict = record.claim, record.verdict
    record_facts: dict[str, Any] = {
        "position": record.position,
        "statement": claim.statement,
        "language": claim.language,
        "claimant": claim.claimant,
        "claimed_on": claim.claimed_on,
        "context": claim.context,
        "topics": ", ".join(topic.name for topic in claim.topics.all()),
    }
    if verdict:
        record_facts |= {
            "publisher": verdict.publisher,
            "rating": verdict.rating,
            "rating_class": verdict.rating and verdict.rating.rating_class,
            "reviewed_on": verdict.reviewed_on,
            "title": verdict.title,
            "summary": verdict.summary,
            "review_url": verdict.url,
            "state": verdict.get_state_display(),
        }
    else:
        record_facts["state"] = claim.get_state_display()
    return {name: str(value) for name, value in record_facts.items() if value}
