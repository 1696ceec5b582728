"""How a text becomes proposed claims, and what becomes of them when the text changes."""

from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.articles.article_import import ImportedArticle, import_article
from claims.articles.bounded_detection import detect_bounded
from claims.articles.detection import CheckBand, choose_band, detect
from claims.articles.detection.check_worthiness import WORTH_A_LOOK_SCORE
from claims.articles.proposals import propose_claims
from claims.management.article_report import build_document
from claims.matching.answers import match_published_text
from claims.models import Appearance, Claim, Claimant, Publication
from claims.newsroom.named_claimants import get_or_create_claimants
from claims.quotes.changed_sources import reanchor
from claims.quotes.orphans import OrphanReason
from factcheck.confinement.confined import LimitExceeded
from factcheck.confinement.limits import Cause
from sources.capture import capture
from sources.models import Snapshot, Source
from sources.overrides import Overrides
from sources.source_kinds import Material
from tests.helpers.newsroom import make_appearance, make_claim, make_snapshot, make_source

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("archive")]

PARAGRAPHS = [
    "The port of Sundvik handled 4.2 million tonnes of cargo in 2023, the most since it opened in 1911.",
    "Traffic fell by 12 per cent in the first quarter of 2024, according to the National Transport Agency.",
    "“We have lost two of our five ferry lines since 2019,” Harbour Director Ida Berg said on Tuesday.",
    "In March 2022 the council of Norrhamn sold the old shipyard for 30 million euros.",
]
TEXT = "\n\n".join(["Sundvik loses its ferries", *PARAGRAPHS])
WHEN = Overrides(published_on=date(2024, 4, 3), title="Sundvik loses its ferries")


def imported(text: str = TEXT, **options: Any) -> ImportedArticle:
    return import_article(Material(text.encode()), **({"overrides": WHEN} | options))


def span(row: Appearance) -> tuple[int, int]:
    assert row.start is not None
    assert row.end is not None
    return row.start, row.end


def number_of_snapshot(row: Appearance) -> int:
    assert row.snapshot is not None
    return row.snapshot.number


def exacts() -> list[str]:
    return list(Appearance.objects.order_by("start").values_list("exact", flat=True))


def test_statements_become_proposed_claims_at_their_place(contributor: User) -> None:
    proposal = imported(by=contributor).proposal
    snapshot = Snapshot.objects.get()
    assert [claim.state for claim in Claim.objects.all()] == ["proposed"] * 4
    assert exacts() == PARAGRAPHS
    for appearance in Appearance.objects.select_related("claim"):
        claim = appearance.claim
        start, end = span(appearance)
        assert (appearance.snapshot, appearance.anchor) == (snapshot, "anchored")
        assert snapshot.text[start:end] == appearance.exact
        assert snapshot.text[max(0, start - 32) : start] == appearance.prefix
        assert snapshot.text[end : end + 32] == appearance.suffix
        assert (claim.claimed_on, claim.language, claim.created_by) == (date(2024, 4, 3), "en", contributor)
        assert claim.score is not None
        assert WORTH_A_LOOK_SCORE <= claim.score <= 1
        assert claim.score_reasons
    assert [found.claim.pk for found in proposal.created] == [
        claim.pk for claim in Claim.objects.order_by("appearances__start")
    ]
    assert (proposal.existing, proposal.held, proposal.moved, proposal.orphaned) == ([], [], [], [])


def test_the_claimant_is_the_speaker() -> None:
    imported()
    claimants = dict(Claim.objects.order_by("pk").values_list("appearances__exact", "claimant__name"))
    assert claimants == {
        PARAGRAPHS[0]: None,
        PARAGRAPHS[1]: "National Transport Agency",
        PARAGRAPHS[2]: "Ida Berg",
        PARAGRAPHS[3]: None,
    }
    berg = Claimant.objects.get(name="Ida Berg")
    assert (berg.job_title, berg.kind) == ("Harbour Director", "person")


def test_a_known_claimant_is_found_in_any_case_and_not_changed() -> None:
    known = Claimant.objects.create(name="IDA BERG", job_title="Head of the port", kind="person")
    imported()
    assert Claim.objects.filter(claimant=known).count() == 1
    known.refresh_from_db()
    assert (known.name, known.job_title) == ("IDA BERG", "Head of the port")


def test_the_first_of_two_namesakes_is_used_and_no_claimant_is_created() -> None:
    first = Claimant.objects.create(name="Ida Berg")
    Claimant.objects.create(name="Ida Berg")
    assert get_or_create_claimants({"ida berg": "", "Ida Berg": ""}) == {"ida berg": first, "Ida Berg": first}
    assert Claimant.objects.count() == 2


def test_one_new_name_in_two_spellings_is_one_claimant() -> None:
    named = get_or_create_claimants({"ÖSTEN Ågren": "Mayor", "Östen Ågren": ""})
    assert named["ÖSTEN Ågren"] == named["Östen Ågren"] == Claimant.objects.get()


def test_an_unknown_language_is_undetermined() -> None:
    source = make_source("On 3 May 2023 Ana Ruiz sold 400 boats to the Kingdom of Norway.", language="")
    propose_claims(source.snapshots.get())
    assert Claim.objects.get().language == "und"


def test_repeated_statement_is_one_claim_that_appears_twice() -> None:
    imported(f"{TEXT}\n\nThe city regrets what it did. {PARAGRAPHS[3]}")
    claim = Claim.objects.get(statement=PARAGRAPHS[3])
    assert claim.appearances.count() == 2
    assert Claim.objects.values("statement").distinct().count() == Claim.objects.count()


def test_same_text_again_changes_nothing() -> None:
    imported()
    before = [
        list(model.objects.order_by("pk").values())
        for model in (Claim, Appearance, Claimant, Source, Snapshot)
    ]
    again = imported().proposal
    assert [
        list(model.objects.order_by("pk").values())
        for model in (Claim, Appearance, Claimant, Source, Snapshot)
    ] == before
    assert again.created == []
    assert [found.anchor.exact for found in again.existing] == PARAGRAPHS
    assert [found.claim.pk for found in again.existing] == [
        claim.pk for claim in Claim.objects.order_by("appearances__start")
    ]
    assert (again.held, again.moved, again.orphaned) == ([], [], [])


@pytest.mark.parametrize("state", ["accepted", "declined"])
def test_claim_that_was_decided_about_is_not_proposed_again(state: str) -> None:
    imported()
    Claim.objects.all().delete()
    claim = make_claim("Sundvik sold its shipyard for 30 million euros.", state=state, reason="No.")
    # The editor chose a part of the sentence.
    make_appearance(claim, Source.objects.get(), "sold the old shipyard for 30 million euros")
    found = imported().proposal
    assert [one.anchor.exact for one in found.created] == PARAGRAPHS[:3]
    assert [(one.claim, one.anchor.exact) for one in found.existing] == [
        (claim, "sold the old shipyard for 30 million euros")
    ]


def test_claim_without_anchor_is_known_by_its_words() -> None:
    imported()
    Claim.objects.all().delete()
    claim = make_claim(PARAGRAPHS[3].upper())
    Appearance.objects.create(claim=claim, source=Source.objects.get())
    assert [found.claim for found in imported().proposal.existing] == [claim]
    assert Claim.objects.count() == 4


# When the text changes --------------------------------------------------------------------------------------


def test_anchor_holds_moves_or_is_orphaned_and_the_row_follows() -> None:
    a, b, c = (f"Sentence {letter} states that {letter * 3} ships came in 2023." for letter in "ABC")
    filler = "Nothing in this paragraph says anything about the number of ships in the port."
    text = f"Ships\n\n{a}\n\n{filler}\n\n{b}\n\n{filler}\n\n{c}\n\n{filler}"
    source = make_source(text)
    first = source.snapshots.get()
    rows = [make_appearance(make_claim(), source, exact) for exact in (a, b, c)]
    starts = [row.start for row in rows]
    text = text.replace(f"{a}\n\n{filler}", f"{a}\n\n{filler} And nothing more.\n\n{filler}")
    second = make_snapshot(source, text.replace("CCC ships", "CC ships"))

    result = reanchor(second)

    assert [(o.appearance.pk, o.start_before) for o in result.held] == [(rows[0].pk, starts[0])]
    assert [(o.appearance.pk, o.start_before) for o in result.moved] == [(rows[1].pk, starts[1])]
    assert [(o.appearance.pk, o.reason) for o in result.orphaned] == [(rows[2].pk, "the words were changed")]
    for row, snapshot, anchor in zip(
        rows, (second, second, first), ("anchored", "anchored", "orphaned"), strict=True
    ):
        row.refresh_from_db()
        assert (row.snapshot, row.anchor) == (snapshot, anchor)
        assert snapshot.text[row.start : row.end] == row.exact
    assert [row.start for row in rows] == [starts[0], second.text.index(b), starts[2]]


def test_orphaned_anchor_comes_back_with_its_words() -> None:
    imported()
    imported(TEXT.replace("30 million", "31 million"))
    row = Appearance.objects.get(exact=PARAGRAPHS[3])
    assert (row.anchor, number_of_snapshot(row)) == ("orphaned", 1)
    proposal = imported(TEXT).proposal
    row.refresh_from_db()
    assert (row.anchor, number_of_snapshot(row)) == ("anchored", 3)
    assert row.exact in {outcome.appearance.exact for outcome in proposal.held}
    assert Claim.objects.count() == 5, "four and the one of 31 million, which is orphaned now"


def test_only_new_sentences_of_a_changed_text_are_proposed() -> None:
    imported()
    new = "The Port Authority dismissed 140 workers in January 2024."
    proposal = imported(f"{TEXT}\n\n{new}").proposal
    assert [found.anchor.exact for found in proposal.created] == [new]
    assert [outcome.appearance.exact for outcome in proposal.held] == PARAGRAPHS
    assert [found.anchor.exact for found in proposal.existing] == PARAGRAPHS


def test_every_new_snapshot_is_followed_for_any_author() -> None:
    imported()
    capture(Material(TEXT.replace("Sundvik loses", "Norrhamn loses").encode()), source=Source.objects.get())
    assert {number_of_snapshot(row) for row in Appearance.objects.filter(anchor="anchored")} == {2}


def test_places_of_one_claim_may_follow_each_other() -> None:
    """Each appearance moves to the place of the other one of the same claim."""
    words = [
        f"{name} sold exactly {number} ships in 2023." for name, number in (("Anna", 111), ("Olga", 222))
    ]
    before, after = "Between the ports lies nothing that matters.", "Nothing else is known of the two."
    text = f"{before} {words[0]} {before} {words[1]} {after}"
    source, claim = make_source(text), make_claim()
    first, second = (make_appearance(claim, source, exact) for exact in words)
    shift = span(second)[0] - span(first)[0]
    snapshot = make_snapshot(source, "x" * (shift - 1) + " " + text)
    result = reanchor(snapshot)
    assert ({o.appearance.pk for o in result.moved}, result.orphaned) == ({first.pk, second.pk}, [])
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.start, second.start) == (text.index(words[0]) + shift, text.index(words[1]) + shift)


def test_two_appearances_of_a_claim_never_share_a_place() -> None:
    """One comes back from an old snapshot to where the other has been put meanwhile."""
    misprinted = "Anna sold 111 shpis in 2023. Nobody knows who bought them."
    source, claim = make_source(misprinted), make_claim()
    first = make_appearance(claim, source, "Anna sold 111 shpis in 2023.")
    make_snapshot(source, f"Late news. {misprinted.replace('shpis', 'ships')}")
    reanchor(source.snapshots.get(number=2))
    second = make_appearance(claim, source, "Anna sold 111")
    result = reanchor(make_snapshot(source, misprinted))
    assert [outcome.appearance.pk for outcome in result.held] == [first.pk]
    assert [(outcome.appearance.pk, outcome.reason) for outcome in result.orphaned] == [
        (second.pk, OrphanReason.PLACE_TAKEN)
    ]


def test_publication_stays_on_its_snapshot_when_the_appearance_moves(publish: Any) -> None:
    claim = make_claim()
    source = make_source(TEXT, title="Sundvik loses its ferries", url="")
    make_appearance(claim, source, PARAGRAPHS[1])
    publish(claim)
    before = Publication.objects.values().get()
    imported("Sundvik loses its ferries\n\nBy Ida Lund\n\n" + "\n\n".join(PARAGRAPHS))
    assert number_of_snapshot(Appearance.objects.get(claim=claim)) == 2
    assert Publication.objects.values().get() == before


# Whole ------------------------------------------------------------------------------------------------------


def test_nothing_is_stored_when_the_last_step_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*rows: Any, **options: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(Appearance.objects, "bulk_create", fail)
    with pytest.raises(RuntimeError):
        imported()
    assert [model.objects.count() for model in (Source, Snapshot, Claim, Claimant)] == [0, 0, 0, 0]


@pytest.mark.parametrize("count", [1, 30])
def test_queries_do_not_grow_with_the_number_of_claims(count: int) -> None:
    text = "\n\n".join(
        f"In 20{number:02} the port of Sundvik sold {number} ships for {number} million euros."
        for number in range(1, count + 1)
    )
    match_published_text("Ships are sold.")  # queries that run once in a while have run
    ContentType.objects.clear_cache()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        imported(text)
    assert Claim.objects.count() == count
    assert len(queries) == {1: 28, 30: 30}[count]


LONG = "\n\n".join(
    f"In 20{number:02} the port of Sundvik sold {number} of its ships to {place} for {number * 3} million euros."
    for number, place in enumerate(["Norway", "Chile", "Japan", "Ghana", "Poland"] * 6, start=10)
)


def test_other_statements_are_listed_and_proposed_on_request() -> None:
    text = f"{LONG}\n\nThe ships are blue. Nobody paints them any more."
    first = imported(text).proposal
    assert [one.statement for one in first.also_stated] == [
        "Nobody paints them any more.",
        "The ships are blue.",
    ]
    assert {choose_band(one.score) for one in first.also_stated} == {CheckBand.ALSO_STATED}
    assert (len(first.created), Claim.objects.count()) == (30, 30)
    everything = propose_claims(Snapshot.objects.get(), include_all=True)
    assert [found.claim.statement for found in everything.created] == [
        "The ships are blue.",
        "Nobody paints them any more.",
    ]
    assert (len(everything.existing), everything.also_stated) == (30, [])


def test_reasons_are_stored_with_the_words_that_are_them() -> None:
    imported()
    claim = Claim.objects.get(appearances__exact=PARAGRAPHS[1])
    assert {"change: fell", "number: 12 per cent"} <= set(claim.score_reasons)
    for reason in claim.score_reasons:
        kind, _, words = reason.partition(": ")
        assert kind
        assert words in PARAGRAPHS[1]


@pytest.mark.parametrize("cause", [Cause.TIME, Cause.MEMORY, Cause.CRASH, Cause.BUSY])
def test_an_article_is_stored_though_it_cannot_be_searched_for_claims(
    monkeypatch: pytest.MonkeyPatch, cause: Cause
) -> None:
    def fail(self: object, question: bytes) -> bytes:
        raise LimitExceeded(cause)

    unreadable = type("Unreadable", (), {"send_request": fail})
    monkeypatch.setattr("claims.articles.bounded_detection._get_detector", unreadable)
    article = imported()
    proposal = article.proposal
    assert (proposal.created, proposal.existing, Claim.objects.count()) == ([], [], 0)
    assert proposal.failure.startswith("The article is stored, but no claims were proposed")
    assert build_document(article)["failure"] == proposal.failure
    assert Snapshot.objects.get().text == TEXT


def test_the_confined_detector_finds_the_same() -> None:
    assert detect_bounded(TEXT, "en") == detect(TEXT, "en")


def test_history_says_whose_import_moved_an_anchor(contributor: User) -> None:
    imported()
    imported(TEXT.replace("Sundvik loses", "Norrhamn loses"), by=contributor)
    events = apps.get_model("claims", "AppearanceEvent")._default_manager.all()
    contexts = {tuple(sorted(event.pgh_context.items())) for event in events}
    assert contexts == {(("action", "import_article"), ("user", contributor.pk))}
