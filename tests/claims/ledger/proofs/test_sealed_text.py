"""What an entry says is hashed text by text, so that one can be removed and the hash stays."""

import importlib.util
from hashlib import sha256
from pathlib import Path

from django.db import connection

from claims.ledger.proofs.sealed_text import compute_salt, compute_sealed_sha256, digest_text, seal
from claims.models.ledger_rules import build_sealed_sha256_sql
from factcheck.web.site_urls import parse_stored, render_stored

EXAMPLE = Path(__file__).parents[4] / "docs/examples/verify_ledger.py"
NOTE = 'He said "no".\nAnd 10:30.'
BODY = render_stored(
    {
        "id": 7,
        "url": "\0/claims/7/x/",
        "a": 'a "b": \\"c\\',
        "b": ["", ":d", None, 1.5, {"e:": "é\n"}],
        "c": ":",
    }
)
SEED = "5" * 32


def digest_by_hand(number: int, text: str) -> str:
    salt = sha256(f"{SEED} {number}".encode()).hexdigest()
    return sha256(f"{salt} {text}".encode()).hexdigest()


def test_texts_are_sealed_and_names_are_not() -> None:
    assert seal("n", '{"a":"x","b":[1,"y"]}', SEED) == (
        f'"{digest_by_hand(0, "n")}"{{"a":"{digest_by_hand(2, "x")}","b":[1,"{digest_by_hand(4, "y")}"]}}'
    )


def test_quotation_marks_in_texts_are_escaped() -> None:
    assert '\\"' not in BODY
    assert parse_stored(BODY)["a"] == 'a "b": \\"c\\'
    assert parse_stored(render_stored(parse_stored(BODY))) == parse_stored(BODY)


def test_a_text_is_removed_and_the_hash_stays() -> None:
    salts = [compute_salt([SEED], number) for number in range(12)]
    salts[2] = f"-{digest_text('Mara Lindqvist', salts[2])}"
    kept = ("n", '{"a":"Mara Lindqvist","b":"x"}')
    left = ("n", '{"a":"█████","b":"x"}')
    assert compute_sealed_sha256(*left, ",".join(salts)) == compute_sealed_sha256(*kept, SEED)
    assert compute_sealed_sha256("n", '{"a":"█████","b":"y"}', ",".join(salts)) != compute_sealed_sha256(
        *kept, SEED
    )


def test_database_and_outsiders_seal_the_same(db: None) -> None:
    spec = importlib.util.spec_from_file_location("verify_ledger", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    cases = [(NOTE, BODY, SEED), ("", '{"a":"b"}', SEED), ("n", '{"a":"b","c":"d"}', f"x,,-{'f' * 64},,y")]
    with connection.cursor() as cursor:
        for case in cases:
            cursor.execute(
                f"SELECT {build_sealed_sha256_sql('entry')} FROM (SELECT %s AS note, %s AS body, %s AS salts) AS entry",
                case,
            )
            by_database = cursor.fetchone()[0]
            assert [by_database, sha256(example.seal(*case).encode()).hexdigest()] == [
                compute_sealed_sha256(*case)
            ] * 2
