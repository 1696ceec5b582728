"""The API and the page of a claim show the status of each quote; drafts are not revealed."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.models import Appearance, Claim, Evidence, QuoteStatus
from claims.quotes.changed_sources import LostQuote, find_lost_quote, reanchor
from claims.quotes.orphans import OrphanReason
from claims.review import workflow
from factcheck.confinement.confined import ConfinedModule
from factcheck.confinement.limits import Allowance
from sources.models import Snapshot, Source
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_snapshot, make_source
from tests.helpers.reader_pages import bring_out, page

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]

TEXT = "The dam above Lipnik lost 300 litres.\n\nThe mayor was not there.\n\nNobody was hurt in the night."
DAM, MAYOR, NIGHT = TEXT.split("\n\n")


def captured(source: Source, text: str) -> Snapshot:
    snapshot = make_snapshot(source, text)
    reanchor(snapshot)
    return snapshot


def read_quotes(client: Client, claim: Claim) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/claims/{claim.pk}/quotes/")
    assert answer.status_code == 200
    quotes: list[dict[str, Any]] = answer.json()["quotes"]
    return quotes


def brief(quotes: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Outcome, the newest version with the words, the first without them, and the words there."""
    return [
        (
            q["exact"],
            q["outcome"],
            q["last_found_in"]["number"],
            (q["first_missing_in"] or {}).get("number"),
            q["wording"],
        )
        for q in quotes
    ]


@pytest.fixture
def source() -> Source:
    return make_source(TEXT, title="A dam")


@pytest.fixture
def claim(publish: Publish, source: Source) -> Claim:
    claim = make_claim("The dam lost 300 litres.")
    for words in (DAM, MAYOR, NIGHT):
        make_appearance(claim, source, words)
    return publish(claim)


def test_a_source_that_was_not_captured_again_has_its_words(client: Client, claim: Claim) -> None:
    assert brief(read_quotes(client, claim)) == [
        (words, "stands", 1, None, "") for words in (DAM, MAYOR, NIGHT)
    ]


def test_each_quote_is_unchanged_changed_or_gone(client: Client, claim: Claim, source: Source) -> None:
    captured(source, f"Update\n\n{DAM.replace('300', '900')}\n\n{MAYOR}")
    assert brief(read_quotes(client, claim)) == [
        (DAM, "changed", 1, 2, DAM.replace("300", "900")),
        (MAYOR, "stands", 2, None, ""),
        (NIGHT, "gone", 1, 2, ""),
    ]


def test_quotes_stay_if_a_text_is_too_long_to_compare(
    client: Client, claim: Claim, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    def places() -> set[tuple[str, str, int | None]]:
        rows = Appearance.objects.select_related("snapshot")
        return {(row.exact, row.anchor, row.snapshot.number if row.snapshot else None) for row in rows}

    comparison = ConfinedModule("claims.quotes.comparison_process", Allowance(seconds=0.1))
    with monkeypatch.context() as patched, closing(comparison):
        patched.setattr("claims.quotes.bounded_comparison._get_comparison", lambda: comparison)
        hostile = captured(source, f"{TEXT}\n\n{'The rate fell. ' * 60_000}")
        assert places() == {(words, "orphaned", 1) for words in (DAM, MAYOR, NIGHT)}
        assert brief(read_quotes(client, claim)) == [
            (words, "stands", 1, None, "") for words in (DAM, MAYOR, NIGHT)
        ]
        lost = find_lost_quote(Appearance.objects.all()[0])
        assert lost == LostQuote(hostile, OrphanReason.NOT_COMPARED, "", ())
    captured(source, f"{TEXT}\n\nTwo roads are closed.")
    assert places() == {(words, "anchored", 3) for words in (DAM, MAYOR, NIGHT)}


def test_words_that_were_changed_and_then_moved_stay_changed(
    client: Client, claim: Claim, source: Source
) -> None:
    changed = "The new mayor of the town was not there at all, nor was her deputy."
    captured(source, TEXT.replace(MAYOR, changed))
    assert brief(read_quotes(client, claim))[1] == (MAYOR, "changed", 1, 2, changed)
    captured(source, f"{DAM}\n\nTwo roads are closed.\n\n{NIGHT}\n\nThe fire is out.\n\n{changed}")
    assert brief(read_quotes(client, claim))[1] == (MAYOR, "changed", 1, 2, changed)


def test_the_answer_is_complete(client: Client, claim: Claim, source: Source) -> None:
    second = captured(source, TEXT.replace("not there", "there"))
    [_, mayor, _] = read_quotes(client, claim)
    body = client.get(f"/api/v1/claims/{claim.pk}/").json()
    shown = body["appearances"][1]

    def seen(snapshot: Snapshot) -> dict[str, Any]:
        moment = snapshot.captured_at.isoformat(timespec="microseconds").replace("+00:00", "Z")
        return {"number": snapshot.number, "captured_at": moment}

    first = seen(source.snapshots.get(number=1))
    assert mayor == {
        "cited_by": "appearance", "id": shown["id"], "exact": MAYOR, "source": shown["source"], "snapshot": first,
        "outcome": "changed", "last_found_in": first, "first_missing_in": seen(second),
        "last_compared_in": seen(second), "wording": "The mayor was there.",
    }  # fmt: skip


def test_the_words_may_come_back(client: Client, claim: Claim, source: Source) -> None:
    captured(source, f"{DAM}\n\n{NIGHT}")
    captured(source, f"{DAM}\n\n{NIGHT}\n\nMore tomorrow.")
    assert brief(read_quotes(client, claim))[1] == (MAYOR, "gone", 1, 2, "")
    captured(source, TEXT)
    assert brief(read_quotes(client, claim)) == [
        (words, "stands", 4, None, "") for words in (DAM, MAYOR, NIGHT)
    ]


def test_words_are_followed_through_many_versions(client: Client, claim: Claim, source: Source) -> None:
    """Each step is small; the first and the last version have one sentence in common."""
    steps = [
        f"{DAM}\n\nThe mayor came at six.\n\n{NIGHT}",
        f"{DAM}\n\nThe mayor came at six.\n\nTwo roads are closed.",
        f"The basin is empty.\n\n{DAM}\n\nTwo roads are closed.",
    ]
    for text in steps:
        captured(source, text)
    assert brief(read_quotes(client, claim)) == [
        (DAM, "stands", 4, None, ""),
        (MAYOR, "gone", 1, 2, ""),
        (NIGHT, "gone", 2, 3, ""),
    ]


def test_evidence_is_reported_too(client: Client, checker: User, editor: User, source: Source) -> None:
    claim = make_claim()
    draft = make_draft(claim, checker)
    snapshot = source.snapshots.get()
    Evidence.objects.create(
        verdict=draft,
        source=source,
        stance="supports",
        snapshot=snapshot,
        exact=NIGHT,
        start=TEXT.index(NIGHT),
        end=len(TEXT),
    )
    captured(source, TEXT.replace("Nobody was", "Two were"))
    bring_out(draft, checker, editor)
    [quote] = [quote for quote in read_quotes(client, claim) if quote["exact"] == NIGHT]
    assert (quote["cited_by"], quote["outcome"], quote["wording"]) == (
        "evidence",
        "changed",
        "Two were hurt in the night.",
    )


def test_a_quote_that_was_lost_before_it_was_published_is_reported(
    client: Client, publish: Publish, source: Source
) -> None:
    claim = make_claim()
    make_appearance(claim, source, NIGHT)
    captured(source, f"{DAM}\n\n{MAYOR}")
    publish(claim)
    assert brief(read_quotes(client, claim)) == [(NIGHT, "gone", 1, 2, "")]


def test_words_of_a_text_that_is_not_shown_stay_untold(client: Client, claim: Claim, source: Source) -> None:
    captured(source, TEXT.replace("300", "nine hundred"))
    Source.objects.filter(pk=source.pk).update(show_text=False)
    assert brief(read_quotes(client, claim))[0] == (DAM, "changed", 1, 2, "")
    assert b"nine hundred" not in client.get(claim.get_absolute_url()).content


def test_unpublished_appearances_are_not_included(client: Client, publish: Publish, source: Source) -> None:
    secret = "Only editors know of this quote, whose word is Quillfeather."
    text = f"{TEXT}\n\n{secret}"
    hidden = make_source(f"{secret}\n\n{DAM}")
    make_snapshot(source, text)
    claim = make_claim()
    make_appearance(claim, source, DAM)
    publish(claim)
    drafts = make_claim("Nobody may see this.")
    for place in (source, hidden):
        make_appearance(drafts, place, secret)
        make_appearance(claim, place, secret)
    captured(source, text.replace("Only", "No").replace("300", "900"))
    captured(hidden, f"{secret.replace('Only', 'No')}\n\n{DAM}")
    assert QuoteStatus.objects.filter(wording__contains="Quillfeather").count() == 2
    assert brief(read_quotes(client, claim)) == [(DAM, "changed", 2, 3, DAM.replace("300", "900"))]
    for path in (f"/api/v1/claims/{claim.pk}/quotes/", claim.get_absolute_url()):
        assert "Quillfeather" not in client.get(path).content.decode()
    assert client.get(f"/api/v1/claims/{drafts.pk}/quotes/").status_code == 404
    unknown = client.get("/api/v1/claims/987654/quotes/").json()
    assert client.get(f"/api/v1/claims/{drafts.pk}/quotes/").json() == {
        **unknown,
        "instance": f"/api/v1/claims/{drafts.pk}/quotes/",
    }


@pytest.mark.parametrize("count", [1, 3])
def test_all_quotes_cost_two_queries(
    client: Client,
    publish: Publish,
    source: Source,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    claim = make_claim()
    for words in (DAM, MAYOR, NIGHT)[:count]:
        make_appearance(claim, source, words)
    publish(claim)
    captured(source, f"More\n\n{TEXT}")
    with django_assert_num_queries(2):
        assert len(read_quotes(client, claim)) == count


def test_a_current_copy_returns_304_until_the_source_changes(
    client: Client, claim: Claim, source: Source
) -> None:
    path = f"/api/v1/claims/{claim.pk}/quotes/"
    first = client.get(path)
    again = {"If-None-Match": first["ETag"]}
    assert client.get(path, headers=again).status_code == 304
    of_claim = client.get(f"/api/v1/claims/{claim.pk}/")["ETag"]
    captured(source, TEXT.replace("300", "900"))
    changed = client.get(path, headers=again)
    assert (changed.status_code, changed["Cache-Control"]) == (200, first["Cache-Control"])
    # The body of a claim never changes without a new version of it.
    assert client.get(f"/api/v1/claims/{claim.pk}/")["ETag"] == of_claim


def test_the_page_shows_both_wordings(client: Client, claim: Claim, source: Source) -> None:
    first = client.get(claim.get_absolute_url())
    captured(source, f"{DAM.replace('300', '900')}\n\n{MAYOR}")
    document = page(client, claim.get_absolute_url())
    said = [" ".join(item.text_content().split()) for item in document.cssselect(".appearances .standing")]
    assert "changed by" in said[0]
    assert said[0].endswith("The source now says: The dam above Lipnik lost 900 litres.")
    assert said[1].startswith("The source still contained this quote on ")
    assert "gone by" in said[2]
    assert len(said) == 3
    assert [mark.text for mark in document.cssselect(".appearances mark")] == [DAM, MAYOR, NIGHT]
    assert client.get(claim.get_absolute_url(), HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


def test_a_merged_claim_leads_to_its_target(
    client: Client, publish: Publish, claim: Claim, editor: User
) -> None:
    other = publish(make_claim("The dam lost much."))
    workflow.move(other, "merge", by=editor, into=claim)
    answer = client.get(f"/api/v1/claims/{other.pk}/quotes/")
    assert (answer.status_code, answer["Location"]) == (
        301,
        f"http://testserver/api/v1/claims/{claim.pk}/quotes/",
    )


def test_an_unknown_parameter_is_refused(client: Client, claim: Claim) -> None:
    assert client.get(f"/api/v1/claims/{claim.pk}/quotes/?colour=red").status_code == 400


def test_the_status_of_quotes_no_longer_used_is_deleted(client: Client, source: Source) -> None:
    claim = make_claim("Not published.")
    row = make_appearance(claim, source, NIGHT)
    captured(source, f"{DAM}\n\n{MAYOR}")
    assert [(fate.start, fate.outcome) for fate in QuoteStatus.objects.all()] == [(row.start, "gone")]
    captured(source, TEXT)
    row.refresh_from_db()
    assert (row.anchor, QuoteStatus.objects.count()) == (Appearance.Anchor.ANCHORED, 0)
