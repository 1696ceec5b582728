"""Removal required by law: the words are removed everywhere, and all proofs stay valid."""

import gzip
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils.text import slugify

from claims.ledger.proofs.checkpoints import sign_ledger, sign_reviews
from claims.ledger.verification.verification_run import verify
from claims.models import Claim, Claimant, Publication, Removal, RemovalSearch, Topic
from claims.review import removal_search, removals
from sources.models import Source
from tests.helpers.broken_rules import as_committed, refused
from tests.helpers.eventful_newsroom import exported, full_newsroom
from tests.helpers.newsroom import make_source, person
from tests.helpers.reader_pages import correct

pytestmark = pytest.mark.django_db

NAME = "Mara Lindqvist"
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_PUBLIC = (
    *(f"/api/v1/{kind}/?view={view}" for kind in ("claims", "verdicts") for view in ("summary", "full")),
    *("/api/v1/claimants/", "/api/v1/sources/", "/api/v1/clusters/"),
    *(
        "/api/v1/changes/?since=0&embed=claim",
        "/api/v1/changes/?since=0&embed=stored",
        "/api/v1/corrections/?view=full",
    ),
    *(
        "/api/v1/claims.jsonl",
        "/api/v1/claims.json",
        "/api/v1/claims.csv",
        "/api/v1/claims.jsonld",
        "/claims/",
        "/feeds/claims.atom",
    ),
)


def find_in_database(*parts: str) -> list[str]:
    """The tables that have one of these in any column of whatever type, as it is or in bytes."""
    patterns = [f"%{form}%" for part in parts for form in (part.lower(), part.encode().hex())]
    found = []
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        for [table] in cursor.fetchall():
            # As text, a row has each of its columns: vectors word for word, and bytes in hexadecimal.
            cursor.execute(
                f'SELECT count(*) FROM public."{table}" AS line WHERE lower(line::text) LIKE ANY (%s)',
                [patterns],
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def read_in_public(client: Client, claims: list[int]) -> dict[str, str]:
    """The answers to readers and programs, by address."""
    of_each = (
        *("/api/v1/claims/{}/", "/api/v1/claims/{}.jsonld", "/api/v1/claims/{}/versions/1/"),
        *("/claims/{}/x/", "/claims/{}/x/index.md"),
    )
    addresses = [*_PUBLIC, *(address.format(claim) for claim in claims for address in of_each)]
    read: dict[str, str] = {}
    for address in addresses:
        answer: Any = client.get(address, follow=True)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        read[address] = content.decode()
    return read


def test_words_are_found_in_large_and_compressed_files(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removals, "_PIECE_BYTES", 64)
    # Each time, the name lies across the end of another piece.
    contents = {f"page-{n}.html": b"." * n + NAME.upper().encode() + b"." * 500 for n in range(50, 66)}
    contents["page.html.gz"] = gzip.compress(b"." * 60 + NAME.encode() + b"." * 90)
    contents["bold.html"] = b"<p>Mara <b>Lindqvist</b></p>"
    others = {
        "other.html": b"x" * 900,
        "longer.html": NAME.encode() + b"er",
        "broken.gz": gzip.compress(NAME.encode())[:-9],
        "empty": b"",
    }
    for name, content in (contents | others).items():
        default_storage.save(f"pages/{name}", ContentFile(content))
    found = removals.find_files([NAME])
    assert set(contents) <= {name.removeprefix("pages/") for name in found}
    assert not {f"pages/{name}" for name in ("other.html", "longer.html", "empty")} & set(found)


def test_a_confirmation_that_breaks_off_can_be_repeated(
    administrators: list[User], publish: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = publish()
    as_committed()
    ada, abe = administrators
    kept = default_storage.save("pages/one.html", ContentFile(claim.statement.encode()))
    removal = removals.propose(claim, [claim.statement], reason="safety", note="", by=ada)
    with monkeypatch.context() as broken:
        broken.setattr(default_storage, "delete", lambda name: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            removals.confirm(removal, by=abe)
    removal.refresh_from_db()
    assert (removal.confirmed_by, claim.statement in removal.words) == (None, True)
    removals.confirm(removal, by=abe)
    assert not default_storage.exists(kept)


@pytest.fixture
def administrators(db: None) -> list[User]:
    return [person("ada", "Administrator"), person("abe", "Administrator")]


@pytest.mark.slow
def test_a_removed_name_is_nowhere_and_the_proofs_hold(
    checker: User, editor: User, administrators: list[User], client: Client
) -> None:
    full_newsroom(checker, editor)
    as_committed()
    sign_ledger()
    sign_reviews()
    default_storage.save("dumps/2026-01-01T000000Z-00000000/claims.ndjson", ContentFile(b"{}"))
    kept_page = default_storage.save("pages/kept.html", ContentFile(f"<p>{NAME.upper()}</p>".encode()))
    claims = list(Claim.objects.filter(claimant__name=NAME).values_list("pk", flat=True))
    leaves = dict(Publication.objects.values_list("sequence", "chain_sha256"))
    assert any(NAME in text for text in read_in_public(client, claims).values())
    assert {"claims_claimant", "claims_publication", "claims_searchword"} <= set(
        find_in_database("lindqvist")
    )
    ada, abe = administrators

    removal = removals.propose(Claim.objects.get(pk=claims[0]), [NAME], reason="court_order", note="", by=ada)
    removal_search.request_search(removal)
    removal_search.search(removal.pk)
    search = RemovalSearch.objects.get(removal=removal)
    places = search.places
    assert (search.done, search.longer, search.finished_at is None) == (search.total, [], False)
    assert {"claims_claimant", "claims_publication", "claims_publishedverdict", "files"} <= places.keys()
    removals.confirm(removal, by=abe)
    as_committed()

    removal.refresh_from_db()
    assert (removal.words, removal.stand_ins, removal.confirmed_by) == ([], [], abe)
    assert removal.entries
    assert find_in_database(NAME, "lindqvist") == []
    assert not RemovalSearch.objects.exists()
    assert not default_storage.exists(kept_page)
    assert default_storage.listdir("dumps/2026-01-01T000000Z-00000000")[1] == []
    assert [a for a, text in read_in_public(client, claims).items() if "lindqvist" in text.casefold()] == []
    found = client.get("/api/v1/claims/", {"q": "Lindqvist"}).json()["results"]
    assert set(claims).isdisjoint(claim["id"] for claim in found)
    assert b"lindqvist" not in exported().lower()
    assert Claimant.objects.filter(name="█" * len(NAME)).exists()
    # The entries are the ones that were signed, and newer ones say that something was removed.
    signed = Publication.objects.filter(sequence__in=leaves)
    assert dict(signed.values_list("sequence", "chain_sha256")) == leaves
    newest = Publication.objects.newest().filter(kind="removal")
    assert set(claims) <= set(newest.filter(note="Court order").values_list("claim", flat=True))
    sign_ledger()
    sign_reviews()
    assert [str(finding) for finding in verify()] == []


def test_removals_need_two_administrators(
    checker: User, editor: User, administrators: list[User], publish: Any
) -> None:
    claim = publish()
    as_committed()
    ada, abe = administrators
    removal = removals.propose(claim, [claim.statement], reason="safety", note="", by=ada)
    confirm = "UPDATE claims_removal SET confirmed_by_id = %s, confirmed_at = now(), confirmed_by_name = 'x'"
    by_another = "removal_is_confirmed_by_another"
    insert = (
        "INSERT INTO claims_removal (claim_id, reason, note, words, stand_ins, proposed_by_id, proposed_by_name,"
        " confirmed_by_id, confirmed_by_name, confirmed_at)"
        " VALUES (%s, 'safety', '', '{{abcd}}', '{{xxxx}}', %s, 'x', %s, '', {})"
    )
    rewrite = (
        "INSERT INTO claims_removal (claim_id, reason, note, words, stand_ins, proposed_by_id, proposed_by_name,"
        " confirmed_by_name) VALUES (%s, 'safety', '', %s, %s, %s, 'x', '')"
    )
    cases: list[tuple[str, tuple[Any, ...], str]] = [
        # The same person, people who are not administrators, no one, and a person who does not exist.
        (confirm, (ada.pk,), by_another),
        (confirm, (editor.pk,), by_another),
        (confirm, (checker.pk,), by_another),
        ("UPDATE claims_removal SET confirmed_at = now()", (), by_another),
        (confirm, (0,), by_another),
        # Confirmed, but not as it was proposed.
        (f"{confirm}, proposed_by_id = %s", (ada.pk, abe.pk), by_another),
        (f"{confirm}, words = '{{another}}'", (abe.pk,), by_another),
        (f"{confirm}, claim_id = claim_id + 1", (abe.pk,), by_another),
        (f"{confirm}, entries = '{{}}'", (abe.pk,), by_another),
        ("UPDATE claims_removal SET proposed_by_id = %s", (abe.pk,), by_another),
        # Proposed and confirmed at once, or by another person.
        (insert.format("now()"), (claim.pk, ada.pk, abe.pk), "removal_is_proposed"),
        (insert.format("NULL"), (claim.pk, editor.pk, None), "removal_is_proposed"),
        # Other words, fewer bars, words that are part of all others, and none.
        *(
            (rewrite, (claim.pk, words, stand_ins, ada.pk), "removal_leaves_bars")
            for words, stand_ins in [
                (["False"], ["True"]),
                (["False"], ["█████ True"]),
                (["abcd", "efgh"], ["████"]),
                (["abc"], ["████"]),
                (["明"], ["████"]),
                ([None], ["████"]),
                (["abcd"], [""]),
            ]
        ),
        # The note would publish them again.
        (
            rewrite.replace("'safety', ''", "'safety', 'Of ABCD.'"),
            (claim.pk, ["abcd"], ["████"], ada.pk),
            "removal_note_has_no_words",
        ),
        ("TRUNCATE claims_removal CASCADE", (), "removal_no_truncate"),
        # The ledger has no other door.
        ("UPDATE claims_publication SET body = replace(body, 'a', '█')", (), "publication_append_only"),
        ("UPDATE claims_publication SET salts = ''", (), "publication_append_only"),
        ("UPDATE claims_publication SET note = 'x', sealed_sha256 = ''", (), "publication_append_only"),
        ("UPDATE claims_publishedverdict SET body = '{}'", (), "publishedverdict_append_only"),
    ]
    for statement, values, rule in cases:
        refused(statement, *values, match=rule)
    removals.confirm(removal, by=abe)
    for statement, values, rule in [
        ("DELETE FROM claims_removal", (), "removal_stays"),
        (confirm, (abe.pk,), by_another),
        ("UPDATE claims_removal SET entries = NULL", (), by_another),
        ("UPDATE claims_removal SET words = '{again}'", (), by_another),
    ]:
        refused(statement, *values, match=rule)
    assert Claim.objects.get(pk=claim.pk).statement == "█" * len(claim.statement)
    assert Removal.objects.get().entries == [1]


def test_a_whole_claim_is_removed_with_all_its_texts(
    administrators: list[User], publish: Any, client: Client
) -> None:
    other, claim = publish(), publish()
    as_committed()
    ada, abe = administrators
    texts = removals.find_claim_texts(claim)
    assert claim.statement in texts
    signed_off = claim.publications.get().document["verdicts"][0]["signed_off"]
    digests = [signed_off["claim_sha256"], signed_off["verdict_sha256"]]
    assert set(find_in_database(*digests)) >= {"claims_publication", "claims_signoff"}
    again = removals.propose(claim, texts[:1], reason="data_protection", note="", by=ada)
    removal = removals.propose(claim, texts, reason="data_protection", note="", by=ada)
    removals.confirm(removal, by=abe)
    assert not Removal.objects.filter(pk=again.pk).exists()
    # Nor is a digest of them there, by which a guess could be confirmed.
    assert find_in_database(claim.statement, *digests) == []
    assert client.get(f"/api/v1/claims/{claim.pk}/").json()["statement"] == "█" * len(claim.statement)
    assert client.get(f"/api/v1/claims/{other.pk}/").status_code == 200


def test_words_of_an_earlier_version_are_announced_too(
    checker: User, editor: User, administrators: list[User], publish: Any, client: Client
) -> None:
    """Caches keep pages of all versions until the next entry of the ledger."""
    claim = publish(summary="By Mara **Lindqvist**, so “Lindqvister”.")
    correct(claim, checker, editor, code="true", kind="correction")
    as_committed()
    first = f"/api/v1/claims/{claim.pk}/versions/1/"
    assert "Mara **Lindqvist**" in client.get(first).content.decode()
    ada, abe = administrators
    proposed = removals.propose(claim, [NAME], reason="court_order", note="", by=ada)
    removals.confirm(proposed, by=abe)
    assert list(claim.publications.order_by("version").values_list("kind", flat=True)) == [
        *("publication", "correction", "removal")
    ]
    assert client.get(first).json()["verdicts"][0]["summary"] == "By ████████████████**, so “Lindqvister”."


def test_addresses_that_become_the_same_do_not_keep_the_second_name(
    administrators: list[User], publish: Any
) -> None:
    """Of two pages about two people, and of topics, the addresses are unique, with bars too."""
    claim = publish()
    names = ("Mara Lindqvist", "Jens Petersens")
    for name in names:
        make_source(f"About {name}.", url=f"https://herald.example/politics/{slugify(name)}")
        Topic.objects.create(name=name, slug=slugify(name))
    as_committed()
    ada, abe = administrators
    for name in names:
        removals.confirm(removals.propose(claim, [name], reason="court_order", note="", by=ada), by=abe)
    assert find_in_database("lindqvist", "petersens") == []
    for source in Source.objects.filter(url__contains="herald.example/politics/x"):
        source.save()  # which computes the unique key again
