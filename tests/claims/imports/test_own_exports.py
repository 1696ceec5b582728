"""What this program exports comes back in: here it changes nothing, in another installation it is what it was."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from claims.exports.formats.csv import COLUMNS
from claims.imports.reading.formats import own_claims
from claims.models import Claim, ImportRun, Publication
from tests.helpers.import_files import codes, reading
from tests.helpers.imported_reviews import bring, counts, review
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

BROUGHT = [
    review(
        statement="-5 degrees were measured in Sundvik in June.",
        claimant_kind="person",
        claimant_title="mayor, and minister",
        claimed_on="2026-02-20",
        appearances=["https://news.example.org/1", "https://x.com/mara/status/1"],
        topics=["Weather", "Town, hall"],
        byline="Kim Osei",
        title="No; it was 15",
        publisher="Norrhamn Facts",
        publisher_url="https://norrhamn.example.org",
        review_url="https://norrhamn.example.org/1",
    ),
    review(
        statement="-5 degrees were measured in Sundvik in June.",
        publisher="Seeblatt",
        publisher_url="https://seeblatt.example.com",
        review_url=None,
        rating="Nope",
    ),
]


def contents() -> list[Any]:
    """What readers see of each claim, but for ids and moments."""
    return [
        (
            claim["statement"],
            claim["language"],
            [claim["claimant"][name] for name in ("name", "kind", "job_title")],
            claim["claimed_on"],
            sorted(topic["name"] for topic in claim["topics"]),
            [location["source"]["url"] for location in claim["appearances"]],
            [
                [verdict["publisher"]["name"], verdict["publisher"]["domain"]]
                + [verdict["rating"][name] for name in ("label", "rating_class")]
                + [verdict[name] for name in ("url", "title", "summary", "byline", "reviewed_on", "language")]
                for verdict in sorted(claim["verdicts"], key=lambda verdict: verdict["publisher"]["name"])
            ],
        )
        for claim in (entry.document for entry in Publication.objects.current())
    ]


def imported(path: Path) -> dict[str, int]:
    call_command("import_claims", str(path), stdout=io.StringIO(), stderr=io.StringIO())
    return counts(ImportRun.objects.latest("pk"))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["claims.ndjson", "claims.csv"])
def test_an_export_comes_back(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    with transaction.atomic():
        bring(*BROUGHT)
        expected = contents()
        call_command("export_claims", "--output", str(path), stderr=io.StringIO(), verbosity=0)
        assert imported(path) == {"unchanged": 2}
        assert contents() == expected
        transaction.set_rollback(True)
    assert not Claim.objects.exists()
    assert imported(path) == {"created": 2}
    assert contents() == expected


@pytest.mark.parametrize("name", ["claims.ndjson", "claims.csv"])
def test_our_own_verdicts_are_known_again(name: str, tmp_path: Path, publish: Callable[..., Claim]) -> None:
    publish(make_claim("The harbour bridge cost nine million euros."))
    path = tmp_path / name
    call_command("export_claims", "--output", str(path), stderr=io.StringIO(), verbosity=0)
    assert imported(path) == {"unchanged": 1}


def test_withdrawn_claims_are_refused() -> None:
    retracted = json.loads((settings.BASE_DIR / "tests" / "contracts" / "claim_retracted.json").read_text())
    table = io.StringIO()
    csv.writer(table).writerows(
        [COLUMNS, ["7", "2", "retracted", "", "The ferry sank.", *[""] * (len(COLUMNS) - 5)]]
    )
    results = [
        reading(own_claims, json.dumps(retracted).encode(), "claims.json"),
        reading(own_claims, table.getvalue().encode()),
    ]
    assert [codes(one) for one in results] == [["withdrawn"], ["withdrawn"]]
