"""The state of the ledger is signed if it continues the last signed state."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, connection, transaction

from claims.ledger.house_signature import decode_bytes, get_public_key
from claims.ledger.proofs import checkpoints, stored_tree
from claims.ledger.proofs.checkpoints import InconsistentLedger, sign_ledger, sign_reviews
from claims.ledger.proofs.entry_text import compute_chain_hash
from claims.ledger.proofs.key_succession import KeyRefused
from claims.ledger.proofs.merkle_tree import GrowingTree, hash_leaf
from claims.ledger.proofs.signed_note import SignedNote, TreeHead, sign_note
from claims.models import (
    Checkpoint,
    Claim,
    HashTile,
    Publication,
    ReviewLink,
    SigningKey,
    Transition,
    UnlinkedReviewRow,
)
from claims.models.ledger_rules import ZERO_SHA256
from tests.claims.rules.test_ledger import insert_publication
from tests.helpers.broken_rules import as_committed, refused, sql
from tests.helpers.rewritten_ledger import past_all_rules

pytestmark = pytest.mark.django_db
Publish = Callable[..., Claim]

NOTE = "Zwölf, nicht elf:\nsiehe „oben“."


def texts() -> Iterator[bytes]:
    previous = ZERO_SHA256
    for entry in stored_tree.iterate_entries(Publication.objects.all()):
        yield entry.text(previous)
        previous = entry.chain_sha256


def signed_heads() -> list[TreeHead]:
    return [
        TreeHead.read(SignedNote.read(c.note).text) for c in Checkpoint.objects.of_ledger().order_by("id")
    ]


def test_database_and_program_write_the_same_entry(publish: Publish) -> None:
    claim = publish()
    publish(claim, correction_kind="correction", correction_note=NOTE)
    publish()
    stored = list(Publication.objects.order_by("sequence").values_list("chain_sha256", flat=True))
    assert stored == [compute_chain_hash(text) for text in texts()]
    assert list(texts())[1].decode().splitlines() == [
        "factcheck ledger entry 1",
        "2",
        str(claim.pk),
        "2",
        "published",
        "correction",
        stored_tree.format_moment(Publication.objects.get(sequence=2).published_at),
        "-",
        Publication.objects.get(sequence=2).sealed_sha256,
        stored[0],
    ]


def test_an_empty_ledger_is_not_signed(db: None) -> None:
    assert sign_ledger() is None
    assert not SigningKey.objects.exists()


def test_ledger_is_signed_as_it_grows(publish: Publish, settings: LazySettings) -> None:
    settings.SITE_URL = "https://facts.example.org"
    publish()
    first = sign_ledger()
    assert first is not None
    assert sign_ledger() is None  # nothing has come since
    publish()
    publish()
    second = sign_ledger()
    assert second is not None
    tree = GrowingTree()
    roots = []
    for text in texts():
        tree.add(hash_leaf(text))
        roots.append(tree.root)
    name = "facts.example.org/api/v1/ledger"
    assert signed_heads() == [TreeHead(name, 1, roots[0]), TreeHead(name, 3, roots[2])]
    assert SignedNote.read(second.note).is_signed_by(name, decode_bytes(get_public_key()))
    [tile] = HashTile.objects.all()
    assert (tile.level, tile.number, len(tile.hashes)) == (0, 0, 96)


def test_same_is_signed_again_after_a_day(publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    sign_ledger()
    monkeypatch.setattr(checkpoints, "RENEWAL_INTERVAL", timedelta(0))
    assert sign_ledger() is not None
    assert signed_heads()[0] == signed_heads()[1]


def test_the_name_of_the_log_stays_when_the_site_moves(publish: Publish, settings: LazySettings) -> None:
    publish()
    sign_ledger()
    settings.SITE_URL = "https://elsewhere.example.org"
    publish()
    sign_ledger()
    assert len({head.origin for head in signed_heads()}) == 1


@pytest.mark.parametrize(
    ("tampering", "says"),
    [
        (
            "UPDATE claims_publication SET note = 'x' WHERE sequence = 3",
            "Entry 3 .* has changed since it was published",
        ),
        (
            "UPDATE claims_publication SET note = 'x' WHERE sequence = 2",
            "Entry 2 .* has changed since it was published",
        ),
        ("UPDATE claims_publication SET chain_sha256 = repeat('0', 64) WHERE sequence = 3", "Entry 3"),
        ("DELETE FROM claims_publication WHERE sequence IN (2, 3)", "ends at entry 1, but a checkpoint of 2"),
        ("DELETE FROM claims_publication WHERE sequence = 2", "Entry 3|gap"),
        (
            "UPDATE claims_hashtile SET hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1)",
            "do not match checkpoint 2",
        ),
        (
            "DELETE FROM claims_hashtile WHERE number = 0; UPDATE claims_publication SET note = 'x'",
            "Entry 1 of",
        ),
        ("UPDATE claims_checkpoint SET root_sha256 = repeat('0', 64)", "differs from its signed text"),
        ("UPDATE claims_checkpoint SET note = replace(note, 'api', 'apl')", "has an invalid signature"),
        ("UPDATE claims_checkpoint SET note = 'x'", "not a signed note"),
    ],
)
def test_nothing_is_signed_that_does_not_go_on(publish: Publish, tampering: str, says: str) -> None:
    for _ in range(2):
        publish()
    sign_ledger()
    publish()
    past_all_rules(tampering)
    before = Checkpoint.objects.count()
    with pytest.raises(InconsistentLedger, match=says):
        sign_ledger()
    assert Checkpoint.objects.count() == before


def test_hashes_that_the_owner_took_away_are_made_again(publish: Publish) -> None:
    """As docs/ledger-proofs.md has it mended, after something else was there."""
    for _ in range(3):
        publish()
    sign_ledger()
    past_all_rules("UPDATE claims_hashtile SET hashes = sha256('x')")
    publish()
    with pytest.raises(InconsistentLedger):
        sign_ledger()
    as_committed()
    for statement in (
        "ALTER TABLE claims_hashtile DISABLE TRIGGER USER",
        "DELETE FROM claims_hashtile",
        "ALTER TABLE claims_hashtile ENABLE TRIGGER USER",
    ):
        sql(statement)
    checkpoint = sign_ledger()
    assert checkpoint is not None
    assert checkpoint.tree_size == 4


def test_another_key_is_not_used_unannounced(publish: Publish, settings: LazySettings) -> None:
    publish()
    sign_ledger()
    publish()
    settings.SIGNING_KEY = "another"
    with pytest.raises(KeyRefused, match="change_signing_key"):
        sign_ledger()


def test_reviews_are_linked_and_signed(publish: Publish) -> None:
    publish()
    waiting = UnlinkedReviewRow.objects.count()
    assert waiting == Transition.objects.count() + 1  # and the sign-off
    checkpoint = sign_reviews()
    assert checkpoint is not None
    assert checkpoint.tree_size == waiting == ReviewLink.objects.count()
    assert not UnlinkedReviewRow.objects.exists()
    assert sign_reviews() is None
    past_all_rules("UPDATE claims_reviewlink SET chain_sha256 = repeat('0', 64)")
    with pytest.raises(InconsistentLedger, match="reviews"):
        sign_reviews()


# What the database holds ----------------------------------------------------------------------------------------------


def insert_checkpoint(**changed: object) -> None:
    row: dict[str, object] = {
        **Checkpoint.objects.of_ledger().values("log", "tree_size", "root_sha256", "note", "key_id")[0]
    }
    row |= changed
    sql(
        f"INSERT INTO claims_checkpoint ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})",
        *row.values(),
    )


def test_checkpoints_go_on_from_each_other_by_sql_too(publish: Publish) -> None:
    publish()
    publish()
    sign_ledger()
    insert_checkpoint()
    for wrong in (
        {"root_sha256": "0" * 64},
        {"tree_size": 1},
        {
            "tree_size": 3,
            "note": sign_note(TreeHead("a", 3, bytes(32)).text, name="a", keys=[]),
            "root_sha256": "0" * 64,
        },
        {"tree_size": 2, "note": "a\n2\nb\n"},
        {"log": "reviews"},
        {"log": "drafts"},
    ):
        with pytest.raises(IntegrityError, match="checkpoint"), transaction.atomic():
            insert_checkpoint(**wrong)
    refused("UPDATE claims_checkpoint SET note = note || 'x'", match="checkpoint_append_only")
    refused("DELETE FROM claims_checkpoint", match="checkpoint_append_only")
    refused("DELETE FROM claims_hashtile", match="hashtile_append_only")
    refused("UPDATE claims_hashtile SET hashes = substr(hashes, 1, 32)", match="hashtile_append_only")
    refused("UPDATE claims_hashtile SET hashes = hashes || '\\x00'", match="hashtile_has_whole_hashes")
    refused("DELETE FROM claims_signingkey", match="signingkey_append_only")
    refused(
        "INSERT INTO claims_signingkey (public_key, origin, statement, loss_reason)"
        " SELECT repeat('A', 43), origin, '', '' FROM claims_signingkey",
        match="signingkey_follows_the_last",
    )


def test_hash_is_not_for_the_writer_to_say(publish: Publish) -> None:
    publish()
    as_committed()
    insert_publication(chain_sha256="0" * 64)
    assert [compute_chain_hash(text) for text in texts()] == list(
        Publication.objects.order_by("sequence").values_list("chain_sha256", flat=True)
    )
    refused("UPDATE claims_publication SET chain_sha256 = repeat('0', 64)", match="publication_append_only")


def test_links_are_the_databases_to_make(publish: Publish) -> None:
    publish()
    sql(
        "INSERT INTO claims_reviewlink (number, kind, row_id, chain_sha256)"
        " SELECT 7, 'transition', max(id), 'x' FROM claims_transition"
    )
    [link] = ReviewLink.objects.all()
    assert (link.number, len(link.chain_sha256)) == (1, 64)
    refused(
        "INSERT INTO claims_reviewlink (kind, row_id) VALUES ('signoff', 0)", match="reviewlink_is_of_a_row"
    )
    refused("INSERT INTO claims_reviewlink (kind, row_id) VALUES ('claim', 1)", match="reviewlink")
    refused("UPDATE claims_reviewlink SET row_id = 0", match="reviewlink_append_only")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM claims_unlinkedreviewrow WHERE row_id = %s AND kind = 'transition'",
            [link.row_id],
        )
        assert cursor.fetchone() == (0,)
