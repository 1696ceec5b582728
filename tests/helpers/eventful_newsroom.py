"""A newsroom with every kind of entry that a ledger can have."""

import io
from datetime import date

from django.contrib.auth.models import User
from django.db import connection, connections

from claims.exports.export_run import ExportOptions, export_to_stream
from claims.ledger.publishing import record
from claims.models import Appearance, Claim, Claimant, Evidence, Rating, RatingScale, Topic, Verdict
from claims.review import workflow
from sources.models import Publisher, Source
from tests.helpers.database import Contents, contents, put_back
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_snapshot, make_source
from tests.helpers.reader_pages import bring_out, correct

LEDGER = ExportOptions("ndjson", "all")


def exported(order: ExportOptions = LEDGER) -> bytes:
    file = io.BytesIO()
    export_to_stream(order, file)
    return file.getvalue()


#: What the full newsroom of these two people, whose ids begin with the database, is made of, by database.
_made: dict[tuple[str, int, int], Contents] = {}


def full_newsroom(checker: User, editor: User) -> None:
    """Corrections, retractions, merges and their undoing, publishers, scripts, anchored and orphaned quotes.

    In a test that commits it is made once, and its rows are put back for those after it that begin with it.
    """
    if connection.in_atomic_block or Claim.objects.exists():
        _make(checker, editor)
        return
    name = connection.settings_dict["NAME"]
    key = name, checker.pk, editor.pk
    connections.close_all()
    if key not in _made or not put_back(name, _made[key]):
        _make(checker, editor)
        _made[key] = contents(name)


def _make(checker: User, editor: User) -> None:
    transport = Topic.objects.create(name="Transport", slug="transport", description="Roads and rails.")
    bridges = Topic.objects.create(name="Brücken & Tunnel", slug="brücken", parent=transport)
    minister = Claimant.objects.create(
        name="Mara Lindqvist", job_title="Minister", country="SE", notes="Secret"
    )
    office = Claimant.objects.create(
        name="مكتب الإحصاء", kind="organization", same_as=["https://stat.example/"]
    )

    bridge = make_claim("The bridge cost 12 million euros.", claimant=minister, topics=[bridges, transport])
    article = make_source(
        "A bridge too dear. The bridge cost 12 million euros. Nobody said why.", show_text=False
    )
    first = make_appearance(bridge, article, "The bridge cost 12 million euros.")
    bridge.first_appearance = first
    bridge.save()
    quoting = make_source(
        "The accounts of the year say 14 million.", kind="report", published_on=date(2025, 3, 1)
    )
    _publish_with_quote(bridge, quoting, "14 million", checker, editor)
    correct(bridge, checker, editor, code="true", kind="correction")
    make_snapshot(article, "Quite another text.")
    Appearance.objects.filter(pk=first.pk).update(anchor="orphaned")
    workflow.move(bridge, "republish", by=editor, note="The article was changed.", kind="update")

    ferry = make_claim("渡輪去年載客一千萬人次。", language="zh-Hant", claimant=office, topics=[transport])
    Appearance.objects.create(
        claim=ferry, source=make_source(title="港口年報\u2028第二行"), exact="一千萬人次"
    )
    live = bring_out(
        make_draft(ferry, checker, summary='"Two" lines\n\\ and\ttabs ,"body":{}'), checker, editor
    )
    workflow.move(live, "retract", by=editor, note='It was another ship, "body":')
    correct(ferry, checker, editor, code="mixed", kind="update")

    _merges(bridge, checker, editor)
    _others_verdict(bridge)
    gone = make_claim("그 다리는 2019년에 무너졌다.", language="ko")
    workflow.move(bring_out(make_draft(gone, checker), checker, editor), "retract", by=editor, note="틀렸다.")
    make_draft(make_claim("A draft that nobody may see."), checker)


def _publish_with_quote(claim: Claim, source: Source, words: str, checker: User, editor: User) -> None:
    draft = make_draft(claim, checker)
    snapshot = source.snapshots.get()
    start = snapshot.text.index(words)
    Evidence.objects.create(
        verdict=draft,
        source=source,
        stance="supports",
        snapshot=snapshot,
        exact=words,
        start=start,
        end=start + len(words),
        position=3,
    )
    bring_out(draft, checker, editor)


def _merges(into: Claim, checker: User, editor: User) -> None:
    """One claim merged and taken out again, one left merged, one merged that was never published."""
    double = make_claim("The bridge was twelve million.")
    make_appearance(double, make_source("It was twelve million, they say."), "twelve million")
    bring_out(make_draft(double, checker), checker, editor)
    workflow.move(double, "merge", by=editor, into=into)
    workflow.move(double, "unmerge", by=editor)
    correct(double, checker, editor, code="false", kind="clarification")
    other = make_claim("Twelve million for the bridge.")
    bring_out(make_draft(other, checker), checker, editor)
    workflow.move(other, "merge", by=editor, into=into)
    silent = make_claim("Never published by itself.")
    shared = into.appearances.get().source
    Appearance.objects.create(claim=silent, source=shared, exact="dear")
    Appearance.objects.create(claim=into, source=shared, exact="so dear")
    workflow.move(silent, "merge", by=editor, into=into)
    fresh = make_claim("A tunnel would have cost less.")
    moved = make_claim("A tunnel is cheaper.")
    bring_out(make_draft(moved, checker), checker, editor)
    workflow.move(moved, "merge", by=editor, into=fresh)


def _others_verdict(claim: Claim) -> None:
    """A verdict of another publisher, in its own scale, on the same claim."""
    publisher = Publisher.objects.create(
        name="Kontrollradet",
        kind="fact_checker",
        url="https://kontroll.example/",
        language="sv",
        ifcn_signatory=True,
        same_as=["https://register.example/kontroll"],
    )
    scale = RatingScale.objects.create(
        publisher=publisher, name="Fem steg", version="2", language="sv", methodology="Så gör vi."
    )
    rating = Rating.objects.create(
        scale=scale, code="falskt", label="Falskt", labels={"en": "False", "de": "Falsch"}
    )
    Rating.objects.create(
        scale=scale, code="sant", label="Sant", rating_class="true"
    )  # no verdict has this rating
    Verdict.objects.create(
        claim=claim,
        publisher=publisher,
        origin="imported",
        rating=rating,
        language="sv",
        state="published",
        url="https://kontroll.example/bron",
    )
    record(claim, "addition")
