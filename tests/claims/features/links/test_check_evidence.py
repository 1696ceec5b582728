"""The effects, output and exit status of `check_evidence`."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from claims.features.links import watched_links
from claims.features.links.models import LinkState
from claims.models import Claim
from sources.models import Source
from tests.claims.features.links.watched_paper import claim, link_of, paper, source
from tests.helpers.followed_site import Paper, clock

__all__ = ["claim", "clock", "paper", "source"]

pytestmark = pytest.mark.django_db

ELSEWHERE = timedelta(days=400)


def check(*arguments: str) -> str:
    """Only the paper is asked: what else is cited in tests is nowhere."""
    LinkState.objects.exclude(url__startswith="http://127.").update(held_until=timezone.now() + ELSEWHERE)
    out = StringIO()
    call_command("check_evidence", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def watched(claim: Claim) -> None:
    watched_links.update_watched_links()


def test_due_links_are_checked_once(source: Source, paper: Paper) -> None:
    assert "works" in check()
    assert link_of(source).outcome == "alive"
    paper.asked()
    check("--due")
    assert paper.asked() == []


def test_all_of_it_is_checked_on_demand(source: Source, paper: Paper, clock: Any) -> None:
    check()
    paper.asked()
    clock.shift(timedelta(minutes=10))
    check("--all")
    assert "/2024/ferries" in paper.asked()


def test_one_claim_is_checked_on_demand(claim: Claim, source: Source, paper: Paper, clock: Any) -> None:
    check()
    clock.shift(timedelta(minutes=10))
    paper.asked()
    check("--claim", str(claim.pk))
    assert "/2024/ferries" in paper.asked()
    with pytest.raises(CommandError, match="Claim 999 is not published, or cites no source"):
        check("--claim", "999")


def test_links_that_need_attention_are_listed_and_the_command_fails(
    source: Source, paper: Paper, clock: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    check()
    paper.page("/2024/ferries", b"", 404)
    for _ in range(2):
        clock.shift(timedelta(days=2))
        check("--all")
    assert "checked again before this counts" in capsys.readouterr().err
    clock.shift(timedelta(days=2))
    with pytest.raises(CommandError, match="Links to review: 1"):
        check("--all")


def test_contradicting_options_are_refused() -> None:
    with pytest.raises(CommandError, match="not allowed with"):
        check("--all", "--due")
