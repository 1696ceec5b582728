"""Database rules for archived copies, and how triggers request them when a source is cited."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection

from claims.articles.proposals import propose_claims
from claims.features.archiving.models import ArchivedCopy, ArchivedFile, ArchivingRequest, Timestamp
from claims.features.archiving.requests import request_copy
from claims.models import Appearance, Claim, Evidence, Verdict
from claims.review import workflow
from sources.models import Publisher, Source
from tests.helpers.broken_rules import as_committed, refused, sql
from tests.helpers.newsroom import make_claim, make_draft, make_source, rating_of

pytestmark = pytest.mark.django_db

COPY = (
    "INSERT INTO archiving_archivedcopy (source_id, address, final_address, http_status, reason, missing)"
    " VALUES (%s, %s, %s, %s, %s, '{}')"
)
FILE = (
    "INSERT INTO archiving_archivedfile (copy_id, role, sha256, size, media_type, name)"
    " VALUES (%s, %s, %s, %s, %s, '')"
)
PAGE = "https://example.org/page"
EVIDENCE = (
    "INSERT INTO claims_evidence (verdict_id, source_id, stance, note, position, exact, prefix, suffix)"
    " VALUES (%s, %s, 'refutes', '', 0, '', '', '')"
)
DIGEST = "0123456789abcdef" * 4


@pytest.fixture
def source(db: None) -> Source:
    return make_source(url=PAGE)


def kept(source: Source, reason: str = "evidence") -> ArchivedCopy:
    return ArchivedCopy.objects.create(
        source=source, address=source.url, final_address=source.url, http_status=200, reason=reason
    )


def asked(source: Source) -> list[str]:
    return list(source.archiving_requests.order_by("pk").values_list("reason", flat=True))


@pytest.mark.parametrize(
    ("address", "final", "status", "reason", "rule"),
    [
        (PAGE, PAGE, 200, "whim", "archivedcopy_reason_is_known"),
        (PAGE, PAGE, 200, "upload", "archivedcopy_is_of_an_address_or_an_upload"),
        ("", "", None, "evidence", "archivedcopy_is_of_an_address_or_an_upload"),
        (PAGE, "", 200, "evidence", "archivedcopy_is_of_an_address_or_an_upload"),
        (PAGE, PAGE, None, "evidence", "archivedcopy_is_of_an_address_or_an_upload"),
    ],
)
def test_invalid_copies_are_refused(
    source: Source, address: str, final: str, status: int | None, reason: str, rule: str
) -> None:
    refused(COPY, source.pk, address, final, status, reason, match=rule)


def test_a_copy_never_changes_and_stays(source: Source) -> None:
    assert sql(COPY, source.pk, PAGE, PAGE, 200, "evidence") == 1
    assert sql(COPY, source.pk, "", "", None, "upload") == 1
    refused("UPDATE archiving_archivedcopy SET http_status = 404", match="archivedcopy_append_only")
    refused("DELETE FROM archiving_archivedcopy", match="archivedcopy_append_only")
    as_committed()
    refused("TRUNCATE archiving_archivedcopy CASCADE", match="append_only")
    refused(
        "UPDATE archiving_archivedcopy SET captured_at = captured_at - interval '1 year'",
        match="archivedcopy_append_only",
    )


def test_a_copy_is_dated_by_the_database_and_its_snapshot_is_of_its_source(source: Source) -> None:
    refused(
        COPY.replace("missing)", "missing, captured_at)").replace("'{}')", "'{}', now() - interval '1 day')"),
        *(source.pk, PAGE, PAGE, 200, "evidence"),
        match="archivedcopy_is_dated_by_the_database",
    )
    other = make_source("Another text.").snapshots.get()
    refused(
        COPY.replace("missing)", "missing, snapshot_id)").replace("'{}')", f"'{{}}', {other.pk})"),
        *(source.pk, PAGE, PAGE, 200, "evidence"),
        match="archivedcopy_text_is_of_its_source",
    )


@pytest.mark.parametrize(
    ("role", "digest", "size", "media_type", "rule"),
    [
        ("film", DIGEST, 1, "video/mp4", "archivedfile_role_is_known"),
        ("warc", DIGEST.upper(), 1, "application/warc", "archivedfile_hash_is_sha256"),
        ("warc", DIGEST[1:], 1, "application/warc", "archivedfile_hash_is_sha256"),
        ("warc", DIGEST, 0, "application/warc", "archivedfile_is_not_empty"),
        ("warc", DIGEST, 1, "", "archivedfile_has_a_media_type"),
        # A copy of a page is no upload.
        ("upload", DIGEST, 1, "application/pdf", "archivedfile_comes_with_its_copy"),
    ],
)
def test_invalid_files_are_refused(
    source: Source, role: str, digest: str, size: int, media_type: str, rule: str
) -> None:
    refused(FILE, kept(source).pk, role, digest, size, media_type, match=rule)


def test_a_file_never_changes_and_is_one_of_its_kind(source: Source) -> None:
    copy = kept(source)
    assert sql(FILE, copy.pk, "warc", DIGEST, 1, "application/warc") == 1
    refused(FILE, copy.pk, "warc", DIGEST, 2, "application/warc", match="archivedfile_one_of_each_role")
    refused("UPDATE archiving_archivedfile SET sha256 = repeat('0', 64)", match="archivedfile_append_only")
    refused("DELETE FROM archiving_archivedfile", match="archivedfile_append_only")


@pytest.mark.django_db(transaction=True)
def test_a_file_is_not_added_to_a_copy_afterwards() -> None:
    copy = kept(make_source(url=PAGE))
    refused(FILE, copy.pk, "warc", DIGEST, 1, "application/warc", match="archivedfile_comes_with_its_copy")


def test_a_timestamp_never_changes(source: Source) -> None:
    stamp = (
        "INSERT INTO archiving_timestamp (sha256, authority, token, stamped_at) VALUES (%s, %s, %s, now())"
    )
    refused(stamp, "abc", "https://tsa.example", b"t", match="timestamp_hash_is_sha256")
    refused(stamp, DIGEST, "", b"t", match="timestamp_names_its_authority")
    refused(stamp, DIGEST, "https://tsa.example", b"", match="timestamp_has_a_token")
    assert sql(stamp, DIGEST, "https://tsa.example", b"t") == 1
    refused(stamp, DIGEST, "https://tsa.example", b"u", match="timestamp_one_of_each_authority")
    refused("UPDATE archiving_timestamp SET stamped_at = now() - interval '1 day'", match="append_only")
    refused("DELETE FROM archiving_timestamp", match="timestamp_append_only")
    assert bytes(Timestamp.objects.get().token) == b"t"


def test_an_abandoned_request_has_a_reason(source: Source) -> None:
    request_copy(source, reason="evidence")
    refused("UPDATE archiving_archivingrequest SET due_at = NULL", match="archivingrequest_given_up_says_why")
    refused("UPDATE archiving_archivingrequest SET reason = 'whim'", match="archivingrequest_reason_is_known")
    assert sql("UPDATE archiving_archivingrequest SET due_at = NULL, problem = 'It is gone.'") == 1


def test_evidence_asks_for_a_copy_also_by_sql(checker: User, source: Source) -> None:
    draft = make_draft(make_claim(), checker)
    assert [asked(row.source) for row in draft.evidence.all()] == [["evidence"]]
    sql(EVIDENCE, draft.pk, source.pk)
    assert asked(source) == ["evidence"]
    another = make_source()
    sql("UPDATE claims_evidence SET source_id = %s WHERE source_id = %s", another.pk, source.pk)
    assert asked(another) == ["evidence"]


def test_an_appearance_asks_for_a_copy_and_evidence_for_one_sooner(checker: User, source: Source) -> None:
    claim = make_claim()
    Appearance.objects.create(claim=claim, source=source)
    assert asked(source) == ["appearance"]
    Evidence.objects.create(verdict=make_draft(claim, checker), source=source, stance="refutes")
    assert asked(source) == ["appearance", "evidence"]
    Appearance.objects.create(claim=make_claim(), source=source)
    assert asked(source) == ["appearance", "evidence"]


def test_pages_archived_today_are_requested_again_only_at_the_desk(checker: User, source: Source) -> None:
    kept(source)
    Evidence.objects.create(verdict=make_draft(make_claim(), checker), source=source, stance="refutes")
    assert asked(source) == []
    assert not request_copy(source, reason="command")
    assert request_copy(source, reason="desk", by=checker)
    assert not request_copy(source, reason="desk", by=checker)
    assert source.archiving_requests.get().asked_by == checker


def test_sources_without_a_web_address_are_not_requested(checker: User) -> None:
    draft = make_draft(make_claim(), checker)
    paper, figures = make_source(url=""), make_source(url="ftp://example.org/figures.csv")
    for nowhere in (paper, figures):
        Evidence.objects.create(verdict=draft, source=nowhere, stance="context")
        assert asked(nowhere) == []
    paper.url = "https://example.org/figures.csv"
    paper.save()
    assert asked(paper) == ["evidence"]


def test_another_address_is_another_page(checker: User, source: Source) -> None:
    Evidence.objects.create(verdict=make_draft(make_claim(), checker), source=source, stance="refutes")
    sql("UPDATE archiving_archivingrequest SET copy_id = %s WHERE source_id = %s", kept(source).pk, source.pk)
    Source.objects.filter(pk=source.pk).update(title="Renamed")
    assert asked(source) == ["evidence"]
    Source.objects.filter(pk=source.pk).update(url="https://example.org/elsewhere")
    assert asked(source) == ["evidence", "evidence"]


def test_an_uncited_source_is_not_requested(source: Source) -> None:
    Source.objects.filter(pk=source.pk).update(url="https://example.org/elsewhere")
    assert asked(source) == []


def test_a_move_requests_only_missing_copies(checker: User, editor: User, source: Source) -> None:
    claim = make_claim()
    Appearance.objects.create(claim=claim, source=source)
    draft = make_draft(claim, checker)
    paper = draft.evidence.get().source
    ArchivingRequest.objects.filter(source=source).update(copy=kept(source))
    # It could not be fetched, and a person has to look.
    ArchivingRequest.objects.filter(source=paper).update(due_at=None, problem="It is gone.")
    verdict = workflow.move(draft, "submit", by=checker)
    assert (asked(source), asked(paper)) == (["appearance"], ["evidence", "review"])
    ArchivingRequest.objects.filter(source=paper).update(due_at=None, problem="It is gone.")
    verdict = workflow.move(verdict, "sign_off", by=editor)
    workflow.move(verdict, "publish", by=editor)
    assert (asked(source), asked(paper)) == (["appearance"], ["evidence", "review", "publication"])


def test_imported_archives_request_no_copies(source: Source) -> None:
    claim = make_claim()
    others = Publisher.objects.create(name="Harbour Facts")
    verdict = Verdict.objects.create(
        claim=claim,
        publisher=others,
        rating=rating_of(others),
        origin="imported",
        state="published",
    )
    Appearance.objects.create(claim=claim, source=source)
    sql(EVIDENCE, verdict.pk, source.pk)
    assert asked(source) == []


def test_publishing_a_verdict_on_an_imported_claim_requests_copies(
    publish: Callable[..., Claim], source: Source
) -> None:
    test_imported_archives_request_no_copies(source)
    publish(source.appearances.get().claim)
    assert asked(source) == ["review"]


def test_the_worker_finds_the_next_request_with_an_index(source: Source) -> None:
    """Not the planner's choice for three rows: that the index answers the question at all."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT source_id FROM archiving_archivingrequest WHERE copy_id IS NULL AND due_at IS NOT NULL"
            " ORDER BY priority DESC, due_at, id LIMIT 1"
        )
        assert "archivingrequest_queue" in str(cursor.fetchall())


def test_a_file_belongs_to_one_copy(source: Source) -> None:
    copy = kept(source)
    ArchivedFile.objects.create(copy=copy, role="warc", sha256=DIGEST, size=4, media_type="application/warc")
    assert [file.role for file in copy.files.all()] == ["warc"]


def test_an_article_that_comes_in_asks_for_its_page() -> None:
    article = make_source(
        "The city spent 14 million euros on the bridge in 2023, the mayor said. Unemployment fell by 12 percent."
    )
    assert propose_claims(article.snapshots.get()).created
    assert asked(article) == ["appearance"]
