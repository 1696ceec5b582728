"""`fields` selects parts of an answer, and refuses unknown ones."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from factcheck.api.field_selection import build_parts, pick_parts

pytestmark = pytest.mark.django_db


def answer(client: Client, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200, response.content
    return response.json()


def test_parts_of_a_claim(client: Client, publish) -> None:
    claim = publish()
    whole = answer(client, f"/api/v1/claims/{claim.pk}/")
    assert answer(client, f"/api/v1/claims/{claim.pk}/?fields=id,statement") == {
        "id": claim.pk,
        "statement": whole["statement"],
    }
    assert answer(client, f"/api/v1/claims/{claim.pk}/?fields=verdicts.rating.label&fields=verdicts.id") == {
        "verdicts": [{"id": v["id"], "rating": {"label": v["rating"]["label"]}} for v in whole["verdicts"]]
    }


def test_parts_of_every_result_of_a_list(client: Client, publish) -> None:
    claims = [publish() for _ in range(3)]
    page = answer(client, "/api/v1/claims/?fields=id&page_size=2")
    assert page["results"] == [{"id": claims[2].pk}, {"id": claims[1].pk}]
    assert "fields=id" in page["next"]
    assert answer(client, page["next"])["results"] == [{"id": claims[0].pk}]
    verdicts = answer(client, "/api/v1/verdicts/?fields=claim.id&ordering=reviewed")["results"]
    assert sorted(v["claim"]["id"] for v in verdicts) == [claim.pk for claim in claims]


def test_the_whole_wins_over_its_parts(client: Client, publish) -> None:
    claim = publish()
    whole = answer(client, f"/api/v1/claims/{claim.pk}/")
    assert answer(client, f"/api/v1/claims/{claim.pk}/?fields=verdicts.id,verdicts") == {
        "verdicts": whole["verdicts"]
    }


def test_parts_of_unknown_values_are_null(client: Client, publish) -> None:
    claim = publish()
    assert answer(client, f"/api/v1/claims/{claim.pk}/?fields=claimant.name") == {"claimant": None}


@pytest.mark.parametrize(
    ("path", "suggestion"),
    [
        ("statment", "statement"),
        ("verdicts.ratin", "verdicts.rating"),
        ("id.id", ""),
        ("verdicts.", "verdicts"),
    ],
)
def test_unknown_parts_are_refused(client: Client, path: str, suggestion: str) -> None:
    response = client.get(f"/api/v1/claims/?fields={path}")
    assert response.status_code == 400
    [error] = response.json()["errors"]
    assert error["parameter"] == "fields"
    assert path in error["detail"]
    assert f"Did you mean {suggestion}" in error["detail"] or not suggestion


def test_same_parts_again_are_not_sent_again(client: Client, publish) -> None:
    claim = publish()
    for path in (f"/api/v1/claims/{claim.pk}/?fields=id", "/api/v1/claims/?fields=id"):
        etag = client.get(path)["ETag"]
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 304


documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=20,
)
paths = st.lists(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(".".join), min_size=1, max_size=4
)


@given(documents, paths)
def test_selected_parts_are_parts_of_the_document(document: Any, wanted: list[str]) -> None:
    parts = json.loads(pick_parts(json.dumps(document).encode(), build_parts(wanted)))

    def within(part: Any, whole: Any) -> bool:
        if isinstance(whole, dict):
            return isinstance(part, dict) and all(k in whole and within(v, whole[k]) for k, v in part.items())
        if isinstance(whole, list):
            return isinstance(part, list) and len(part) == len(whole) and all(map(within, part, whole))
        return part == whole

    assert within(parts, document)
    if isinstance(document, dict):
        assert set(parts) == {path.split(".")[0] for path in wanted} & set(document)
