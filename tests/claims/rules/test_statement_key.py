"""By what a statement is found again however it is typed: the function that feeds a generated column of claims."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.django_db


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
        ("橋は閉鎖された。", "「橋は閉鎖された」".strip("「」")),
    ],
)
def test_spellings_of_one_statement_have_one_key(spellings: tuple[str, ...]) -> None:
    assert len(keys(*spellings)) == 1


def test_what_says_something_else_has_another_key() -> None:
    different = [
        "5 %",
        "-5 %",
        "5.5 %",
        "55 %",
        "The bridge is closed",
        "The bridges closed",
        "Bridge closed",
        "",
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
