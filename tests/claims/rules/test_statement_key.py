"""The key that finds a statement despite typing variants: the function for a generated column of claims."""

import hashlib
import sys
import unicodedata

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.search.texts import normalise_statement

pytestmark = pytest.mark.django_db

#: Characters that this Python knows and that a statement can have.
CHARACTERS = [
    chr(code)
    for code in range(1, sys.maxunicode + 1)
    if unicodedata.category(chr(code)) not in {"Cn", "Cs", "Co"}
]


def keys(*statements: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT claims_statement_key(given)::text FROM unnest(%s::text[]) AS given", [list(statements)]
        )
        return {key for (key,) in cursor.fetchall()}


@pytest.mark.parametrize(
    "spellings",
    [
        (
            "The bridge is closed",
            "the Bridge is closed.",
            '"The bridge is closed!"',
            "  The bridge\t is\nclosed ?",
        ),
        ("It's closed", "It’s closed", "Its closed", "It`s closed…."),
        ("5-6 bridges", "5–6 bridges", "5−6 bridges"),
        ("Die Brücke ist zu.", "„Die Brücke ist zu“", "DIE BRÜCKE\u00a0IST  ZU", "Die Bru\u0308cke ist zu"),
        ("ÉCOLE À ŻARY ЖУК", "école à żary жук"),
        ("İSTANBUL'DA IŞIK YOK", "istanbul’da ışık yok", "i̇stanbulda işik yok"),
        ("CO₂ costs 5 m² and 5 MW", "co2 COSTS 5 m2 and 5 mw"),
        ("橋は閉鎖された。", "「橋は閉鎖された」".strip("「」")),
    ],
)
def test_spellings_of_one_statement_have_one_key(spellings: tuple[str, ...]) -> None:
    assert len(keys(*spellings)) == 1


def test_different_statements_have_different_keys() -> None:
    different = [
        "5 %",
        "-5 %",
        "5.5 %",
        "55 %",
        "The bridge is closed",
        "The bridges closed",
        "Bridge closed",
        "",
        *("10² people", "102 people", "10²³ people", "1023 people"),
        *("It makes 5 MW.", "It makes 5 mW.", "It makes 5 MW a day in Łódź", "It makes 5 mW a day in Łódź"),
    ]
    assert len(keys(*different)) == len(different)


@given(st.text("aB -–\"'`“.!?\t\n\u00a0é", max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_letter_beyond_ascii_changes_nothing_but_itself(text: str) -> None:
    """ASCII takes a short way, and comes to the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT claims_statement_key(%s || 'x') = claims_statement_key(%s || 'ｘ')", [text, text]
        )
        assert cursor.fetchone() == (True,)


def python_keys(statements: list[str]) -> list[str]:
    return [
        hashlib.md5(normalise_statement(each).encode(), usedforsecurity=False).hexdigest()
        for each in statements
    ]


def database_keys(statements: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT replace(claims_statement_key(given)::text, '-', '')"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS listed (given, place) ORDER BY place",
            [statements],
        )
        return [key for (key,) in cursor.fetchall()]


@pytest.mark.slow
def test_python_and_the_database_compare_every_character_alike() -> None:
    statements = [f"A{character}Σ" for character in CHARACTERS]
    differing = [
        f"U+{ord(character):04X}"
        for character, ours, theirs in zip(
            CHARACTERS, python_keys(statements), database_keys(statements), strict=True
        )
        if ours != theirs
    ]
    assert differing == []


@given(st.lists(st.text("1²₂mWaBσΣİIıŁ -–\"'’“.!?。\t\n\u00a0\u0307é", max_size=12), min_size=1, max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
def test_python_and_the_database_compare_statements_alike(statements: list[str]) -> None:
    assert python_keys(statements) == database_keys(statements)
