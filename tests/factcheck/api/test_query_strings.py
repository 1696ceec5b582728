"""Query strings: unknown parameters are refused with their name and the alternatives."""

from typing import Any

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from claims.models import Topic
from factcheck.api.pagination import build_both_orderings, make_id_key
from factcheck.api.problems import InvalidParameters
from factcheck.api.query_strings import ListQuery, NoQuery, Parameter, Query, make_ordering_parameter
from factcheck.api.query_values import IdOrName, Keyword, Slug, WholeNumber, Words
from tests.helpers.sweeps import sweep


class FruitQuery(ListQuery):
    orderings = build_both_orderings("id", make_id_key("id"))
    q = Parameter(Words(maximum=20), "Words.")
    kind = Parameter(Keyword(("apple", "pear")), "Kinds.", several=True)
    page = Parameter(Words(), "Addresses.", several=True, split=False)
    tree = Parameter(IdOrName("slug", Slug()), "Tree.")
    ordering = make_ordering_parameter(orderings)


def read(text: str, query: type[Query] = FruitQuery) -> Any:
    return query(QueryDict(text), Topic.objects.none(), request=RequestFactory().get("/"))


def refused(text: str, query: type[Query] = FruitQuery) -> list[dict[str, str]]:
    with pytest.raises(InvalidParameters) as refusal:
        read(text, query)
    return refusal.value.errors


def test_values_are_read() -> None:
    query = read("q=red+apple&kind=pear&page_size=3&tree=oak&count=exact")
    found = {name: query.value(name) for name in ("q", "kind", "page_size", "tree", "count", "cursor")}
    assert found == {
        "q": "red apple",
        "kind": ["pear"],
        "page_size": 3,
        "tree": "oak",
        "count": "exact",
        "cursor": None,
    }


@pytest.mark.parametrize("text", ["kind=apple&kind=pear", "kind=apple,pear", "kind=apple%2Cpear"])
def test_several_values_are_repeated_or_separated_by_commas(text: str) -> None:
    assert read(text).value("kind") == ["apple", "pear"]


def test_comma_inside_an_address_separates_nothing() -> None:
    assert read("page=https://example.org/a,b").value("page") == ["https://example.org/a,b"]


@pytest.mark.parametrize("text, name", [("", "-id"), ("ordering=id", "id")])
def test_ordering(text: str, name: str) -> None:
    assert read(text).ordering.name == name


KNOWN = "Valid names: count, cursor, kind, ordering, page, page_size, q, tree."


@sweep(
    "text, error",
    [
        (
            "knd=pear",
            ("knd", "unknown", f"`knd` is not a parameter of this address. Did you mean kind? {KNOWN}"),
        ),
        ("zzz", ("zzz", "unknown", f"`zzz` is not a parameter of this address. {KNOWN}")),
        ("kind", ("kind", "empty", "`kind`: the value is empty; give one or leave the parameter out.")),
        ("kind=", ("kind", "empty", "`kind`: the value is empty; give one or leave the parameter out.")),
        ("kind=pear,", ("kind", "empty", "`kind`: the value is empty; give one or leave the parameter out.")),
        ("q=+", ("q", "empty", "`q`: the value is empty; give one or leave the parameter out.")),
        ("q=a&q=b", ("q", "repeated", "`q`: give this parameter once, not 2 times.")),
        (
            "kind=paer",
            ("kind", "invalid", "`kind`: “paer”: give one of apple, pear. Did you mean pear?"),
        ),
        (
            "page_size=0",
            ("page_size", "invalid", "`page_size`: “0”: give a whole number from 1 to 200."),
        ),
        (
            "page_size=201",
            ("page_size", "invalid", "`page_size`: “201”: give a whole number from 1 to 200."),
        ),
        ("tree=a+b", ("tree", "invalid", "`tree`: “a b”: give an id or a slug.")),
        (
            "ordering=+id",
            ("ordering", "invalid", "`ordering`: “ id”: give one of -id, id. Did you mean id?"),
        ),
    ],
)
def test_a_refusal_names_the_parameter_the_value_and_the_allowed_values(
    text: str, error: tuple[str, str, str]
) -> None:
    assert refused(text) == [dict(zip(("parameter", "code", "detail"), error, strict=True))]


def test_all_errors_are_reported_at_once() -> None:
    assert [error["parameter"] for error in refused("page_size=x&nothing=1&kind=fig")] == [
        "nothing",
        "page_size",
        "kind",
    ]


def test_too_many_values_are_a_bulk_request() -> None:
    text = ",".join(["pear"] * 101)
    assert refused(f"kind={text}")[0]["detail"] == "`kind`: give at most 100 values, not 101."


def test_long_nonsense_is_cut_in_the_answer() -> None:
    (error,) = refused("q=" + "x" * 5000)
    assert error["detail"] == "`q`: “" + "x" * 100 + "…”: it has 5000 characters; the limit is 20."
    (error,) = refused("x" * 5000)
    assert error["detail"].startswith("`" + "x" * 50 + "…` is not a parameter of this address.")


def test_address_without_parameters() -> None:
    assert (
        refused("a=1", NoQuery)[0]["detail"]
        == "`a` is not a parameter of this address. This address has no parameters."
    )


def test_percent_sign_in_a_value_is_shown_as_it_is() -> None:
    assert refused("tree=%25(shown)s")[0]["detail"] == "`tree`: “%(shown)s”: give an id or a slug."


def test_parameter_describes_itself_to_openapi() -> None:
    assert FruitQuery.base_filters["kind"].to_openapi("kind") == {
        "name": "kind",
        "in": "query",
        "description": "Kinds.",
        "schema": {
            "type": "array",
            "items": {"type": "string", "enum": ["apple", "pear"]},
            "minItems": 1,
            "maxItems": 100,
        },
        "style": "form",
        "explode": True,
    }
    assert Parameter(WholeNumber(1, 9), "How many.", default=3).to_openapi("n") == {
        "name": "n",
        "in": "query",
        "description": "How many.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3},
    }
