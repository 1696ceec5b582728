"""Checkpoints, keys and proofs, as those take them who do not want to believe us."""

import hashlib
import json
import re
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.ledger.house_signature import decode_bytes, get_public_key
from claims.ledger.proofs.checkpoints import sign_ledger
from claims.ledger.proofs.merkle_tree import hash_leaf, is_consistency_proven
from claims.ledger.proofs.sealed_text import seal
from claims.ledger.proofs.signed_note import SignedNote, TreeHead
from claims.models import Checkpoint, Claim
from tests.helpers.broken_rules import as_committed
from tests.helpers.inclusion_proofs import is_inclusion_proven
from tests.helpers.shared_newsroom import checker, editor, publish, shared_rows

__all__ = ["checker", "editor", "publish", "shared_rows"]  # fixtures

pytestmark = pytest.mark.django_db
LEDGER = "/api/v1/ledger"


@pytest.fixture(scope="module")
def heads(publish: Callable[..., Claim]) -> list[TreeHead]:
    """Two checkpoints of a ledger with five entries, of two and of four of them."""
    for _ in range(2):
        publish()
    sign_ledger()
    for _ in range(2):
        publish()
    sign_ledger()
    publish()
    as_committed()
    return [TreeHead.read(SignedNote.read(c.note).text) for c in Checkpoint.objects.order_by("id")]


def asked(client: Client, path: str, **query: Any) -> Any:
    return client.get(f"{LEDGER}/{path}", query)


def in_bytes(hashes: list[str]) -> list[bytes]:
    return [b64decode(one) for one in hashes]


@pytest.mark.slow
def test_newest_checkpoint_is_a_signed_note(client: Client, heads: list[TreeHead]) -> None:
    response = asked(client, "checkpoint")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=5"
    note = SignedNote.read(response.content.decode())
    assert TreeHead.read(note.text) == heads[1]
    assert heads[1].size == 4
    assert note.is_signed_by(heads[1].origin, decode_bytes(get_public_key()))


def test_all_checkpoints_page_by_page(client: Client, heads: list[TreeHead]) -> None:
    first = asked(client, "checkpoints", page_size=1).json()
    assert (first["more"], [c["tree_size"] for c in first["results"]]) == (True, [2])
    second = asked(client, "checkpoints", since=first["results"][-1]["number"]).json()
    assert second["more"] is False
    [checkpoint] = second["results"]
    assert checkpoint["note"] == asked(client, "checkpoint").content.decode()
    assert checkpoint["root_sha256"] == heads[1].root.hex()


def test_keys(client: Client, heads: list[TreeHead]) -> None:
    said = asked(client, "keys").json()
    assert said["origin"] == heads[0].origin
    [key] = said["keys"]
    assert key["key"] == get_public_key()
    name, _, rest = key["verifier_key"].partition("+")
    assert name == heads[0].origin
    assert b64decode(rest.partition("+")[2]) == b"\1" + decode_bytes(get_public_key())
    assert (key["statement"], key["loss_reason"]) == ("", "")


@pytest.mark.parametrize("sequence", [1, 2, 3, 4])
def test_every_entry_is_in_the_signed_tree(client: Client, heads: list[TreeHead], sequence: int) -> None:
    proof = asked(client, "proofs/inclusion", sequence=sequence).json()
    leaf = hash_leaf(proof["entry"].encode())
    assert b64decode(proof["leaf_hash"]) == leaf
    assert is_inclusion_proven(leaf, sequence - 1, 4, in_bytes(proof["hashes"]), heads[1].root)
    assert b64decode(proof["root_hash"]) == heads[1].root
    assert TreeHead.read(SignedNote.read(proof["checkpoint"]).text) == heads[1]
    [change] = client.get("/api/v1/changes/", {"since": sequence - 1, "page_size": 1}).json()["results"]
    assert change["chain_sha256"] == hashlib.sha256(proof["entry"].encode()).hexdigest()
    assert proof["entry"].splitlines()[1:5] == [str(sequence), str(change["claim_id"]), "1", "published"]


def test_entry_in_an_earlier_and_in_an_unsigned_size(client: Client, heads: list[TreeHead]) -> None:
    response = asked(client, "proofs/inclusion", sequence=1, tree_size=2)
    proof = response.json()
    assert b64decode(proof["root_hash"]) == heads[0].root
    assert response.headers["Cache-Control"] == "public, max-age=86400, immutable"
    assert asked(client, "proofs/inclusion", sequence=1, tree_size=3).json()["checkpoint"] is None


def test_ledger_was_only_added_to(client: Client, heads: list[TreeHead]) -> None:
    proof = asked(client, "proofs/consistency", first=2).json()
    assert (proof["first"], proof["second"]) == (2, 4)
    assert is_consistency_proven(2, 4, in_bytes(proof["hashes"]), heads[0].root, heads[1].root)
    assert in_bytes([proof["first_root_hash"], proof["second_root_hash"]]) == [h.root for h in heads]


def test_the_documentation_shows_the_keys_of_proofs(client: Client, heads: list[TreeHead]) -> None:
    page = (settings.BASE_DIR / "docs" / "ledger-proofs.md").read_text()
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", page, flags=re.DOTALL)]
    served = [
        asked(client, "proofs/inclusion", sequence=1).json(),
        asked(client, "proofs/consistency", first=1).json(),
    ]
    assert [list(example) for example in shown] == [list(proof) for proof in served]


@pytest.mark.parametrize(
    ("path", "query", "status", "says"),
    [
        ("proofs/inclusion", {}, 400, "`sequence` is required"),
        ("proofs/inclusion", {"sequence": 0}, 400, "whole number"),
        ("proofs/inclusion", {"sequence": 1, "size": 3}, 400, "not a parameter"),
        ("proofs/inclusion", {"sequence": 5}, 404, "a ledger of 4 entries"),
        ("proofs/inclusion", {"sequence": 3, "tree_size": 2}, 404, "a ledger of 2 entries"),
        ("proofs/inclusion", {"sequence": 1, "tree_size": 5}, 404, "latest checkpoint covers 4"),
        ("proofs/consistency", {}, 400, "`first` is required"),
        ("proofs/consistency", {"first": 3, "second": 2}, 400, "more than `second`"),
        ("proofs/consistency", {"first": 5}, 400, "more than `second`"),
        ("proofs/consistency", {"first": 1, "second": 9}, 404, "latest checkpoint covers 4"),
        ("checkpoint", {"size": 1}, 400, "not a parameter"),
        ("checkpoints", {"since": "x"}, 400, "whole number"),
    ],
)
def test_proofs_that_do_not_exist(
    client: Client, heads: list[TreeHead], path: str, query: dict[str, Any], status: int, says: str
) -> None:
    response = asked(client, path, **query)
    assert (response.status_code, response.headers["Content-Type"]) == (status, "application/problem+json")
    assert says in response.json()["detail"]


def test_tiles_are_those_of_the_signed_tree(client: Client, heads: list[TreeHead]) -> None:
    tile = asked(client, "tile/0/000.p/4")
    assert tile.headers["Content-Type"] == "application/octet-stream"
    leaves = [tile.content[at : at + 32] for at in range(0, 128, 32)]
    bundle = asked(client, "tile/entries/000.p/4").content
    texts = []
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        texts.append(bundle[2 : 2 + length])
        bundle = bundle[2 + length :]
    assert [hash_leaf(text) for text in texts] == leaves
    assert asked(client, "tile/0/000.p/2").content == tile.content[:64]


@pytest.mark.parametrize(
    "path",
    [
        "0/000",
        "0/000.p/5",
        "0/001.p/1",
        "1/000.p/1",
        "64/000.p/1",
        "0/0.p/1",
        "0/000.p/0",
        "0/000.p/04",
        "0/x000/000.p/1",
    ],
)
def test_tiles_that_are_not_there(client: Client, heads: list[TreeHead], path: str) -> None:
    assert asked(client, f"tile/{path}").status_code == 404


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("checkpoint", 2),
        ("checkpoints", 1),
        ("keys", 1),
        ("proofs/inclusion?sequence=3", 4),
        ("proofs/inclusion?sequence=1&tree_size=2", 5),
        ("proofs/consistency?first=2", 2),
        ("tile/0/000.p/4", 2),
        ("tile/entries/000.p/4", 2),
    ],
)
def test_cost_of_an_answer(
    client: Client,
    heads: list[TreeHead],
    path: str,
    queries: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(queries):
        client.get(f"{LEDGER}/{path}")


def test_end_of_the_feed_has_the_checkpoint(client: Client, heads: list[TreeHead]) -> None:
    end = client.get("/api/v1/changes/").json()
    assert end["checkpoint"] == asked(client, "checkpoint").content.decode()
    assert client.get("/api/v1/changes/", {"page_size": 2}).json()["checkpoint"] is None


def test_the_stored_text_is_the_hashed_one(client: Client, heads: list[TreeHead]) -> None:
    for change in client.get("/api/v1/changes/", {"embed": "stored"}).json()["results"]:
        assert change["claim"] is None
        sealed = seal(change["note"], change["stored"], change["salts"])
        assert hashlib.sha256(sealed.encode()).hexdigest() == change["sealed_sha256"]
        assert '\t"/claims/' in change["stored"]
