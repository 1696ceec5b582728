"""The command that reads an article: what it prints and what it stores."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from claims.articles import article_import
from claims.articles.detection import choose_band
from claims.articles.score_reasons import get_band_label
from claims.models import Appearance, Claim
from sources import archive as archiving
from sources.capture import extract_document
from sources.extraction import Document
from sources.models import Snapshot, Source
from sources.source_kinds import Material
from tests.helpers.article_import import STATEMENTS, TEXT, everything, run, run_json
from tests.helpers.parallel import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("archive")]


# What it prints ---------------------------------------------------------------------------------------------


def test_table_has_header_claims_and_summary(article: Path) -> None:
    printed = run(article, width=200)
    header, table = printed[: printed.index("┏")], printed[printed.index("┏") :]
    source = Source.objects.get()
    assert [" ".join(line.split()) for line in header.splitlines()] == [
        "Title Sundvik loses its ferries",
        "Publisher not found",
        "Byline Ida Lund",
        "Published 2024-04-03",
        "Language en",
        "Address not found",
        f"Text {len(Snapshot.objects.get().text)} characters, {len(TEXT.split())} words",
        f"Source source {source.pk}, new; snapshot 1, new",
    ]
    assert [part.strip() for part in table.splitlines()[1].split("┃")[1:-1]] == [
        "",
        "Statement",
        "Claimant",
        "Reasons",
    ]
    assert printed.splitlines()[-1] == "3 claims proposed."
    for claim in Claim.objects.all():
        assert get_band_label(claim.score) in table


@pytest.mark.parametrize("width", [20, 40, 79, 80, 200])
def test_table_fits_any_width(article: Path, width: int) -> None:
    printed = run(article, width=width)
    assert max(map(len, printed.splitlines())) <= width
    words = "".join(character for character in printed if character.isalnum())
    for statement in STATEMENTS if width in (40, 79) else []:
        assert "".join(character for character in statement if character.isalnum()) in words


def test_statement_is_printed_as_it_is_and_not_as_markup(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "The council [red]sold[/red] 30 ships :ship: to Norway in 2021, the audit of May 2022 says."
    )
    assert "The council [red]sold[/red] 30 ships :ship: to Norway in 2021" in run(path, width=300)


def test_json_is_one_object_with_exact_spans(article: Path) -> None:
    document = run_json(article, "--url", "https://post.example.org/ferries", "--publisher", "Sundvik Post")
    source, snapshot = Source.objects.get(), Snapshot.objects.get()
    assert list(document) == ["dry_run", "source", "snapshot", "claims", "also_stated", "failure", "anchors"]
    assert document["also_stated"] == []
    assert document["source"] == {
        "id": source.pk,
        "is_new": True,
        "title": "Sundvik loses its ferries",
        "kind": "article",
        "url": "https://post.example.org/ferries",
        "publisher": "Sundvik Post",
        "byline": "Ida Lund",
        "published_on": "2024-04-03",
        "language": "en",
    }
    assert document["snapshot"] == {
        "id": snapshot.pk,
        "is_new": True,
        "number": 1,
        "captured_at": snapshot.captured_at.isoformat(),
        "url": "",
        "media_type": "text/plain",
        "extractor": "plain 1",
        "content_sha256": snapshot.content_sha256,
        "content_size": len(TEXT.encode()),
        "text_sha256": snapshot.text_sha256,
        "caveats": [],
        "text": snapshot.text,
    }
    assert document["anchors"] == {"held": [], "moved": [], "orphaned": []}
    assert [claim["statement"] for claim in document["claims"]] == STATEMENTS
    for found, row in zip(document["claims"], Claim.objects.order_by("pk"), strict=True):
        appearance = row.appearances.get()
        assert found == {
            "id": row.pk,
            "is_new": True,
            "state": "proposed",
            "statement": row.statement,
            "exact": appearance.exact,
            "prefix": appearance.prefix,
            "suffix": appearance.suffix,
            "start": appearance.start,
            "end": appearance.end,
            "heard_at": None,
            "score": row.score,
            "band": choose_band(row.score or 0),
            "reasons": found["reasons"],
            "claimant": row.claimant.name if row.claimant else None,
            "claimant_job_title": row.claimant.job_title if row.claimant else None,
            "claimant_may_be": [],
            "checked_before": None,
        }
        text = document["snapshot"]["text"]
        assert text[found["start"] : found["end"]] == found["exact"]
        for reason, stored in zip(found["reasons"], row.score_reasons, strict=True):
            assert f"{reason['kind']}: {reason['words']}".startswith(stored.removesuffix("…"))
            assert list(reason) == ["kind", "words", "start", "end"]
            assert text[reason["start"] : reason["end"]] == reason["words"]
        assert text[: found["start"]].endswith(found["prefix"])
        assert text[found["end"] :].startswith(found["suffix"])
    assert [claim["claimant"] for claim in document["claims"]] == [None, "Ida Berg", "Ida Berg"]


def test_other_statements_are_listed_and_proposed_with_all(tmp_path: Path) -> None:
    path = tmp_path / "ships.txt"
    path.write_text(
        "In 2010 the port sold 30 of its ships for 12 million euros. They are blue. Nobody knows why."
    )
    first, everything = (run_json(path, "--title", "Ships", *options) for options in ((), ("--all",)))
    assert [one["is_new"] for one in first["claims"]] == [True]
    assert [(one["statement"], one["band"]) for one in first["also_stated"]] == [
        ("They are blue.", "also_stated"),
        ("Nobody knows why.", "also_stated"),
    ]
    assert [one["is_new"] for one in everything["claims"]] == [False, True, True]
    assert everything["also_stated"] == []


def test_options_override_extracted_values(article: Path, contributor: User) -> None:
    document = run_json(
        article,
        *("--title", "Ferries of Sundvik"),
        *("--byline", "Ada Holm"),
        *("--publisher", "Sundvik Post"),
        *("--date", "2024-05-06"),
        *("--language", "en_gb"),
        *("--url", "https://post.example.org/f"),
        *("--kind", "report"),
        *("--by", contributor.username),
    )
    expected = {
        "title": "Ferries of Sundvik",
        "byline": "Ada Holm",
        "publisher": "Sundvik Post",
        "published_on": "2024-05-06",
        "language": "en-GB",
        "url": "https://post.example.org/f",
        "kind": "report",
    }
    assert {key: document["source"][key] for key in expected} == expected
    assert (Source.objects.get().created_by, Snapshot.objects.get().captured_by) == (contributor, contributor)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    assert [claim["statement"] for claim in run_json("-")["claims"]] == STATEMENTS


def test_html(tmp_path: Path) -> None:
    paragraphs = "".join(f"<p>{part}</p>" for part in TEXT.split("\n\n")[3:5])
    path = tmp_path / "ferries.html"
    path.write_text(
        '<html lang="en"><head><title>Sundvik loses its ferries</title></head>'
        "<body><nav>Home | Ports in 2024</nav>"
        f"<article><h1>Sundvik loses its ferries</h1>{paragraphs}</article></body></html>",
        encoding="utf-8",
    )
    document = run_json(path)
    assert document["source"]["title"] == "Sundvik loses its ferries"
    assert [claim["statement"] for claim in document["claims"]] == STATEMENTS


# What it stores ---------------------------------------------------------------------------------------------


def test_dry_run_leaves_every_table_and_the_archive_untouched(article: Path, archive: Path) -> None:
    before = everything()
    rehearsed = run_json(article, "--publisher", "Sundvik Post", "--dry-run")
    assert everything() == before
    assert not archive.exists()
    stored = run_json(article, "--publisher", "Sundvik Post")
    assert (rehearsed["dry_run"], stored["dry_run"]) == (True, False)
    assert without_identity(rehearsed) == without_identity(stored)
    assert [claim["id"] for claim in rehearsed["claims"]] == [None] * 3
    assert (rehearsed["source"]["id"], rehearsed["snapshot"]["id"]) == (None, None)


def without_identity(document: dict[str, Any]) -> dict[str, Any]:
    fixed: dict[str, Any] = json.loads(json.dumps(document))
    for part in (fixed["source"], fixed["snapshot"], *fixed["claims"]):
        del part["id"]
    del fixed["dry_run"], fixed["snapshot"]["captured_at"]
    return fixed


def test_dry_run_of_changed_content_reports_and_changes_nothing(article: Path, archive: Path) -> None:
    run(article)
    article.write_text(TEXT.replace("4.2 million", "4.7 million"))
    before = everything(), sorted(archive.rglob("*"))
    document = run_json(article, "--dry-run")
    assert (everything(), sorted(archive.rglob("*"))) == before
    assert len(document["anchors"]["orphaned"]) == 1
    assert document["snapshot"]["id"] is None
    assert document["source"]["id"] == Source.objects.get().pk
    assert run(article, "--dry-run").splitlines()[-1] == (
        "1 claim proposed; 2 seen before; anchors: 2 unchanged, 0 moved, 1 orphaned. "
        "Nothing was stored: this was a dry run."
    )


def test_same_content_again_changes_nothing(article: Path) -> None:
    first = run_json(article)
    before = everything()
    again = run_json(article)
    assert everything() == before
    assert (again["source"]["is_new"], again["snapshot"]["is_new"]) == (False, False)
    assert [claim["id"] for claim in again["claims"]] == [claim["id"] for claim in first["claims"]]
    assert [claim["is_new"] for claim in again["claims"]] == [False] * 3
    assert run(article).splitlines()[-1] == "0 claims proposed; 3 seen before."


def test_changed_content_makes_a_snapshot_and_a_report_of_anchors(article: Path) -> None:
    first = run_json(article)
    article.write_text(
        TEXT.replace("Sundvik handled", "Sundvik has handled").replace("By Ida Lund", "By Ida B. Lund")
    )
    document = run_json(article)
    snapshot = Snapshot.objects.get(number=2)
    assert (document["source"]["is_new"], document["snapshot"]["id"]) == (False, snapshot.pk)
    changed, *moved = first["claims"]
    assert document["anchors"]["held"] == []
    assert [
        {key: one[key] for key in ("claim", "exact", "start_before", "start", "reason")}
        for one in document["anchors"]["moved"]
    ] == [
        {
            "claim": claim["id"],
            "exact": claim["exact"],
            "start_before": claim["start"],
            "start": snapshot.text.index(claim["exact"]),
            "reason": "",
        }
        for claim in moved
    ]
    assert [(one["claim"], one["reason"]) for one in document["anchors"]["orphaned"]] == [
        (changed["id"], "the words were changed")
    ]
    assert [claim["is_new"] for claim in document["claims"]] == [True, False, False]
    for appearance in Appearance.objects.select_related("snapshot"):
        assert appearance.snapshot is not None
        assert appearance.snapshot.text[appearance.start : appearance.end] == appearance.exact


def test_changed_content_is_reported_in_a_table(article: Path) -> None:
    run(article)
    claim = Claim.objects.order_by("pk")[0]
    article.write_text(TEXT.replace("Sundvik handled", "Sundvik has handled"))
    printed = run(article, width=200)
    anchors = printed[printed.index("Earlier anchors") :]
    assert f"│ {claim.pk:>5} │ {claim.statement}" in anchors
    assert "orphaned: the words were changed" in anchors
    assert "moved, " in anchors
    assert printed.splitlines()[-1] == (
        "1 claim proposed; 2 seen before; anchors: 0 unchanged, 2 moved, 1 orphaned."
    )


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_make_each_row_once(article: Path) -> None:
    printed = at_once(*[lambda: run_json(article)] * 2)
    assert [Source.objects.count(), Snapshot.objects.count(), Claim.objects.count()] == [1, 1, 3]
    assert Appearance.objects.count() == 3
    assert len({claim["id"] for document in printed for claim in document["claims"]}) == 3
    assert (
        list(Claim.objects.exclude(claimant=None).values_list("claimant__name", flat=True))
        == ["Ida Berg"] * 2
    )


# Transcripts and parts of pages ----------------------------------------------------------------------------

VTT = """\
WEBVTT

00:01.000 --> 00:04.000
The port of Sundvik handled 4.2 million tonnes

00:04.000 --> 00:07.500
of cargo in 2023, the most since it opened in 1911.
"""


def test_a_transcript_gives_the_time_of_a_claim(tmp_path: Path) -> None:
    page, said = tmp_path / "film.html", tmp_path / "film.vtt"
    page.write_text(
        "<html lang=en><head><meta property=og:title content='Council of May'></head><body></body></html>"
    )
    said.write_text(VTT)
    document = run_json(page, "--transcript", said, "--kind", "video")
    assert (document["source"]["title"], document["source"]["kind"]) == ("Council of May", "video")
    [claim] = document["claims"]
    assert (claim["exact"], claim["heard_at"]) == (
        "The port of Sundvik handled 4.2 million tonnes of cargo in 2023, the most since it opened in 1911.",
        "t=1,7.5",
    )
    snapshot = Snapshot.objects.get()
    assert (snapshot.media_type, snapshot.cues) == ("text/vtt", [[0, 1.0, 4.0], [47, 4.0, 7.5]])
    assert archiving.load(snapshot.content_sha256) == VTT.encode()
    assert "(t=1,7.5)" in run(page, "--transcript", said, width=300)


def test_unread_parts_are_reported_and_stored(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    data = json.dumps({"@type": "NewsArticle", "wordCount": 400, "isAccessibleForFree": False})
    paragraphs = "".join(f"<p>{text}</p>" for text in TEXT.split("\n\n")[3:5])
    path.write_text(
        f"<html lang=en><head><script "
        f"type='application/ld+json'>{data}</script></head><body><article>{paragraphs}</article>"
        "</body></html>"
    )
    document = run_json(path)
    [caveat] = document["snapshot"]["caveats"]
    assert caveat["code"] == "partly_read"
    assert caveat["sentence"].startswith("Most of this article was not read: it says that it has 400 words")
    assert Snapshot.objects.get().caveats == [caveat]
    assert "Most of this article was not read" in " ".join(run(path, width=300).split())


def test_nothing_is_begun_before_a_document_is_read(article: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction that waits for half a minute holds what others need."""
    before, seen = list(connection.savepoint_ids), []

    def watched(material: Material) -> Document:
        seen.append(list(connection.savepoint_ids))
        return extract_document(material)

    monkeypatch.setattr(article_import, "extract_document", watched)
    run(article)
    assert seen == [before]
