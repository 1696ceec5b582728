"""What tests of publishing look at."""

from datetime import datetime

from claims.models import Claim, Publication, Verdict
from sources.models import Publisher
from tests.helpers.newsroom import rating_of


def moment(value: datetime | None) -> str:
    assert value is not None
    return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def ledger(claim: Claim) -> list[tuple[int, str, str, str]]:
    """The claim's entries, oldest first: version, status, kind, note."""
    rows = claim.publications.order_by("version")
    return list(rows.values_list("version", "status", "kind", "note"))


def public() -> list[int]:
    return list(Publication.objects.current().order_by("claim").values_list("claim", flat=True))


def imported_verdict(claim: Claim, publisher: Publisher) -> Verdict:
    return Verdict.objects.create(
        claim=claim,
        publisher=publisher,
        origin="imported",
        rating=rating_of(publisher, "true"),
        language="en",
        state="published",
        url="https://checkers.example/bridge",
    )
