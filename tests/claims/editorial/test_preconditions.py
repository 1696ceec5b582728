"""`If-Match`: changes that a client has not read are never overwritten, not even by simultaneous requests."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from claims.models import Appearance, Claim, Evidence, Verdict
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source
from tests.helpers.newsroom_tool import Tool, tool
from tests.helpers.parallel import at_once

TEXT = "The minister said the bridge cost 90 million euros."


def paths(author: User) -> dict[str, tuple[str, dict[str, Any]]]:
    """Everything that can be edited, and a change of it."""
    claim = make_claim()
    appearance = make_appearance(claim, make_source(TEXT), "the bridge cost 90 million euros")
    draft = make_draft(claim, author)
    item = draft.evidence.get()
    return {
        "claim": (f"claims/{claim.pk}/", {"context": "News."}),
        "appearance": (f"claims/{claim.pk}/appearances/{appearance.pk}/", {"exact": "The minister said"}),
        "verdict": (f"verdicts/{draft.pk}/", {"summary": "It cost more."}),
        "evidence": (f"verdicts/{draft.pk}/evidence/{item.pk}/", {"note": "Page 3."}),
    }


KINDS = ["claim", "appearance", "verdict", "evidence"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.django_db
def test_an_edit_says_which_version_it_is_made_from(editor: User, kind: str, method: str) -> None:
    asking = tool(editor)
    path, change = paths(editor)[kind]
    before = asking.get(path).content
    refusal = asking.ask(method, path, change)
    assert refusal.status_code == 428
    assert "`If-Match`" in refusal.json()["detail"]
    assert asking.get(path).content == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.django_db
def test_an_edit_of_an_older_version_is_refused_with_the_present_one(editor: User, kind: str) -> None:
    asking = tool(editor)
    path, change = paths(editor)[kind]
    old = asking.etag(path)
    edited = asking.patch(path, change, If_Match=old)
    assert edited.status_code == 200
    assert edited["ETag"] == asking.etag(path) != old
    for method in ("PATCH", "DELETE"):
        refusal = asking.ask(method, path, change, If_Match=old)
        assert (refusal.status_code, refusal["ETag"]) == (412, edited["ETag"])
    assert asking.get(path).content == edited.content


@pytest.mark.parametrize(
    "header, status",
    [
        ("*", 200),
        ('"other", {}', 200),
        ("{}", 200),
        ('"other"', 412),
        ("W/{}", 412),  # RFC 9110, 13.1.1: compared strongly
        ("other", 412),
        ("", 412),
    ],
)
@pytest.mark.django_db
def test_if_match_is_read_as_the_standard_has_it(editor: User, header: str, status: int) -> None:
    asking, claim = tool(editor), make_claim()
    path = f"claims/{claim.pk}/"
    answer = asking.patch(path, {"context": "News."}, If_Match=header.format(asking.etag(path)))
    assert answer.status_code == status


@pytest.mark.django_db
def test_an_etag_changes_with_everything_that_the_representation_shows(editor: User) -> None:
    asking, claim = tool(editor), make_claim()
    path = f"claims/{claim.pk}/"
    seen = [asking.etag(path)]
    make_appearance(claim, make_source(TEXT), "the bridge cost 90 million euros")
    seen.append(asking.etag(path))
    make_draft(claim, editor)
    seen.append(asking.etag(path))
    assert len(set(seen)) == 3
    assert asking.etag(path) == seen[-1]
    assert tool(editor).etag(path) == seen[-1]


@pytest.mark.django_db
def test_a_current_copy_returns_304(editor: User) -> None:
    asking, claim = tool(editor), make_claim()
    path = f"claims/{claim.pk}/"
    again = asking.get(path, If_None_Match=asking.etag(path))
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.django_db
def test_a_deleted_row_returns_404(editor: User, kind: str) -> None:
    asking = tool(editor)
    path, _change = paths(editor)[kind]
    if kind == "claim":  # it must not have any work on it
        path = f"claims/{make_claim().pk}/"
    answer = asking.delete(path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert asking.get(path).status_code == 404
    assert asking.delete(path, If_Match="*").status_code == 404


# At the same moment ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.django_db(transaction=True)
def test_one_of_two_simultaneous_edits_of_a_version_succeeds(editor: User, kind: str) -> None:
    one, other = tool(editor), tool(editor)
    path, change = paths(editor)[kind]
    read = one.etag(path)
    key = next(iter(change))
    texts = {"exact": ["The minister said", "minister said the bridge"]}.get(key, ["First.", "Second."])

    def edit(asking: Tool, text: str) -> Callable[[], Any]:
        return lambda: asking.patch(path, {key: text}, If_Match=read)

    answers = at_once(edit(one, texts[0]), edit(other, texts[1]))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    (winner,) = (answer for answer in answers if answer.status_code == 200)
    (loser,) = (answer for answer in answers if answer.status_code == 412)
    assert one.get(path).json() == winner.json()
    assert loser["ETag"] == winner["ETag"]


@pytest.mark.django_db(transaction=True)
def test_an_edit_and_a_submission_at_once(editor: User) -> None:
    """Either the edit comes first and is submitted, or it is refused: never half of both."""
    draft = make_draft(make_claim(), editor)
    path = f"verdicts/{draft.pk}/"
    one, other = tool(editor), tool(editor)
    read = one.etag(path)
    edited, submitted = at_once(
        lambda: one.patch(path, {"summary": "Edited."}, If_Match=read),
        lambda: other.post(f"{path}moves/", {"action": "submit"}, If_Match=read),
    )
    assert sorted([edited.status_code, submitted.status_code]) == [200, 412]
    draft.refresh_from_db()
    expected = ("draft", "Edited.") if edited.status_code == 200 else ("in_review", draft.summary)
    assert (draft.state, draft.summary) == expected
    assert (draft.summary == "Edited.") is (edited.status_code == 200)


@pytest.mark.django_db(transaction=True)
def test_two_deletions_at_once(editor: User) -> None:
    claim = make_claim()
    tools = [tool(editor), tool(editor)]
    answers = at_once(*(lambda t=t: t.delete(f"claims/{claim.pk}/", If_Match="*") for t in tools))
    assert sorted(answer.status_code for answer in answers) == [204, 404]
    assert not Claim.objects.exists()
    assert not any(model.objects.exists() for model in (Verdict, Evidence, Appearance))
