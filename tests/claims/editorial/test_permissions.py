"""Permissions: a token needs the scope, and its owner the role that the same action needs at the desk.

Each row of the table is an action of a tool, the scope it needs, and the first role that includes it; all later
roles include it as well. Verdicts in these tests are another person's.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from claims.models import Claim, Evidence, Scope, Translation, Verdict
from claims.review import verdict_drafts, workflow
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source, person, rating
from tests.helpers.newsroom_tool import Tool, tool
from tests.helpers.sweeps import sweep
from tests.helpers.translations import translate

pytestmark = pytest.mark.django_db

ROLES = ["Nobody", "Contributor", "Fact-checker", "Editor", "Administrator"]


#: The moves that were made, of verdicts and of translations.
STAGES: tuple[tuple[str, ...], ...] = tuple(("submit", "sign_off", "publish")[:count] for count in range(4))


class Newsroom:
    """Something of every kind and state. Who asks found the claims; the verdicts are Chris', signed off by Edith.

    Each case finds them as they were made, because all that a case does is undone.
    """

    def __init__(self, author: User, other: User) -> None:
        self.author, self.other = author, other
        self.finder: User | None = None
        self.people = {
            role: User.objects.create_user("pat") if role == "Nobody" else person(f"pat-{role.lower()}", role)
            for role in ROLES
        }
        self.verdicts = {moves: self._verdict(*moves) for moves in STAGES}
        self.translations = {moves: self._translation(*moves) for moves in STAGES}

    def asked_by(self, person: User) -> Tool:
        self.finder = person
        return tool(person)

    def found(self, state: str = "accepted") -> Claim:
        return make_claim(state=state, created_by=self.finder)

    def claim(self, state: str = "accepted") -> str:
        return f"claims/{self.found(state).pk}/"

    def _verdict(self, *moves: str) -> Verdict:
        verdict = make_draft(make_claim(), self.author)
        for move in moves:
            verdict = workflow.move(verdict, move, by=self.author if move == "submit" else self.other)
        return verdict

    def verdict(self, *moves: str) -> str:
        return f"verdicts/{self.verdicts[moves].pk}/"

    def published_claim(self) -> Claim:
        return Claim.objects.get(verdicts=self.verdicts["submit", "sign_off", "publish"])

    def changed_claim(self) -> str:
        claim = self.published_claim()
        make_appearance(claim, make_source("It cost a lot, she said."), "It cost a lot")
        return f"claims/{claim.pk}/"

    def _translation(self, *moves: str) -> Translation:
        row = translate(self._verdict("submit", "sign_off", "publish").claim, self.author)
        for move in moves:
            row = workflow.move(row, move, by=self.author if move == "submit" else self.other)
        return row

    def translation(self, *moves: str) -> str:
        return f"translations/{self.translations[moves].pk}/"

    def begun(self) -> dict[str, Any]:
        return {"verdict": self.published_claim().verdicts.get().pk, "language": "es"}

    def merged_claim(self) -> str:
        claim = workflow.move(self.found(), "merge", by=self.other, into=make_claim())
        return f"claims/{claim.pk}/"


Doing = Callable[[Tool, Newsroom], Any]


def _appearance(asking: Tool, room: Newsroom) -> str:
    appearance = make_appearance(room.found("proposed"), make_source("He said so."), "said so")
    return f"claims/{appearance.claim_id}/appearances/{appearance.pk}/"


def _evidence(asking: Tool, room: Newsroom) -> str:
    item = Evidence.objects.get(verdict=int(room.verdict().split("/")[1]))
    return f"verdicts/{item.verdict_id}/evidence/{item.pk}/"


def _snapshot(asking: Tool, room: Newsroom) -> str:
    return f"sources/{make_source('He said so.').pk}/snapshots/1/"


READ, WRITE, VERDICTS, MOVE, PUBLISH = Scope.READ, Scope.WRITE, Scope.VERDICTS, Scope.MOVE, Scope.PUBLISH
CLAIM = {"statement": "It rained.", "language": "en"}

TABLE: list[tuple[str, Scope, str, Doing]] = [
    ("list claims", READ, "Contributor", lambda t, r: t.get("claims/")),
    ("read a claim", READ, "Contributor", lambda t, r: t.get(r.claim())),
    ("read an appearance", READ, "Contributor", lambda t, r: t.get(_appearance(t, r))),
    ("list verdicts", READ, "Contributor", lambda t, r: t.get("verdicts/")),
    (
        "read a published verdict",
        READ,
        "Contributor",
        lambda t, r: t.get(r.verdict("submit", "sign_off", "publish")),
    ),
    ("read a draft", READ, "Fact-checker", lambda t, r: t.get(r.verdict())),
    ("read evidence of a draft", READ, "Fact-checker", lambda t, r: t.get(_evidence(t, r))),
    ("read the moves open on a claim", READ, "Contributor", lambda t, r: t.get(f"{r.claim()}moves/")),
    ("read the moves open on a draft", READ, "Fact-checker", lambda t, r: t.get(f"{r.verdict()}moves/")),
    ("list sources", READ, "Contributor", lambda t, r: t.get("sources/")),
    ("read a snapshot", READ, "Contributor", lambda t, r: t.get(_snapshot(t, r))),
    ("list claimants", READ, "Contributor", lambda t, r: t.get("claimants/")),
    ("list topics", READ, "Contributor", lambda t, r: t.get("topics/")),
    ("list ratings", READ, "Contributor", lambda t, r: t.get("ratings/")),
    ("list transitions", READ, "Contributor", lambda t, r: t.get("transitions/")),
    ("add a claim", WRITE, "Contributor", lambda t, r: t.post("claims/", CLAIM)),
    (
        "edit a proposed claim",
        WRITE,
        "Contributor",
        lambda t, r: t.patch(r.claim("proposed"), {"context": "News."}, If_Match="*"),
    ),
    (
        "edit an accepted claim",
        WRITE,
        "Fact-checker",
        lambda t, r: t.patch(r.claim("accepted"), {"context": "News."}, If_Match="*"),
    ),
    ("delete a claim", WRITE, "Editor", lambda t, r: t.delete(r.claim(), If_Match="*")),
    (
        "add an appearance",
        WRITE,
        "Contributor",
        lambda t, r: t.post(f"{r.claim('proposed')}appearances/", {"source": make_source().pk}),
    ),
    (
        "add an appearance to an accepted claim",
        WRITE,
        "Fact-checker",
        lambda t, r: t.post(f"{r.claim('accepted')}appearances/", {"source": make_source().pk}),
    ),
    (
        "edit an appearance",
        WRITE,
        "Contributor",
        lambda t, r: t.patch(_appearance(t, r), {"exact": "He said"}, If_Match="*"),
    ),
    ("remove an appearance", WRITE, "Contributor", lambda t, r: t.delete(_appearance(t, r), If_Match="*")),
    ("add a source", WRITE, "Contributor", lambda t, r: t.post("sources/", {"title": "A report"})),
    (
        "capture a source",
        WRITE,
        "Contributor",
        lambda t, r: t.post("sources/", {"title": "A report", "text": "It rained all day long."}),
    ),
    ("add a claimant", WRITE, "Contributor", lambda t, r: t.post("claimants/", {"name": "Mara"})),
    ("add a topic", WRITE, "Editor", lambda t, r: t.post("topics/", {"name": "Rain"})),
    (
        "draft a verdict",
        VERDICTS,
        "Fact-checker",
        lambda t, r: t.post("verdicts/", {"claim": make_claim().pk, "summary": "It did not."}),
    ),
    (
        "edit another person's draft",
        VERDICTS,
        "Editor",
        lambda t, r: t.patch(r.verdict(), {"summary": "It did not."}, If_Match="*"),
    ),
    ("delete another person's draft", VERDICTS, "Editor", lambda t, r: t.delete(r.verdict(), If_Match="*")),
    (
        "add evidence to another person's draft",
        VERDICTS,
        "Editor",
        lambda t, r: t.post(f"{r.verdict()}evidence/", {"source": make_source().pk, "stance": "context"}),
    ),
    (
        "edit evidence of another person's draft",
        VERDICTS,
        "Editor",
        lambda t, r: t.patch(_evidence(t, r), {"note": "See page 3."}, If_Match="*"),
    ),
    (
        "remove evidence of another person's draft",
        VERDICTS,
        "Editor",
        lambda t, r: t.delete(_evidence(t, r), If_Match="*"),
    ),
    ("accept", MOVE, "Fact-checker", lambda t, r: t.move(r.claim("proposed"), "accept")),
    ("decline", MOVE, "Fact-checker", lambda t, r: t.move(r.claim(), "decline", note="No.")),
    ("merge", PUBLISH, "Editor", lambda t, r: t.move(r.claim(), "merge", into=make_claim().pk)),
    ("undo a merge", PUBLISH, "Editor", lambda t, r: t.move(r.merged_claim(), "unmerge")),
    (
        "republish",
        PUBLISH,
        "Editor",
        lambda t, r: t.move(r.changed_claim(), "republish", note="Another place."),
    ),
    ("submit", MOVE, "Fact-checker", lambda t, r: t.move(r.verdict(), "submit")),
    ("sign off", MOVE, "Fact-checker", lambda t, r: t.move(r.verdict("submit"), "sign_off")),
    (
        "ask for changes",
        MOVE,
        "Fact-checker",
        lambda t, r: t.move(r.verdict("submit"), "request_changes", note="Cite it."),
    ),
    ("publish", PUBLISH, "Editor", lambda t, r: t.move(r.verdict("submit", "sign_off"), "publish")),
    (
        "retract",
        PUBLISH,
        "Editor",
        lambda t, r: t.move(r.verdict("submit", "sign_off", "publish"), "retract", note="Forged."),
    ),
    ("list translations", READ, "Contributor", lambda t, r: t.get("translations/")),
    ("read a draft of a translation", READ, "Fact-checker", lambda t, r: t.get(r.translation())),
    ("begin a translation", VERDICTS, "Contributor", lambda t, r: t.post("translations/", r.begun())),
    (
        "edit another person's translation",
        VERDICTS,
        "Editor",
        lambda t, r: t.patch(r.translation(), {"summary": "No."}, If_Match="*"),
    ),
    (
        "delete another person's translation",
        VERDICTS,
        "Editor",
        lambda t, r: t.delete(r.translation(), If_Match="*"),
    ),
    (
        "sign off a translation",
        MOVE,
        "Fact-checker",
        lambda t, r: t.move(r.translation("submit"), "sign_off"),
    ),
    (
        "publish a translation",
        PUBLISH,
        "Editor",
        lambda t, r: t.move(r.translation("submit", "sign_off"), "publish"),
    ),
    (
        "take back a translation",
        PUBLISH,
        "Editor",
        lambda t, r: t.move(r.translation("submit", "sign_off", "publish"), "retract", note="Wrong."),
    ),
]


@pytest.fixture
def newsroom(checker: User, editor: User) -> Newsroom:
    return Newsroom(checker, editor)


@sweep("role, what, scope, least, doing", [(role, *row) for row in TABLE for role in ROLES], undone=True)
def test_a_role_has_the_same_permissions_as_at_the_desk(
    newsroom: Newsroom, role: str, what: str, scope: Scope, least: str, doing: Doing
) -> None:
    answer = doing(newsroom.asked_by(newsroom.people[role]), newsroom)
    if ROLES.index(role) >= ROLES.index(least):
        assert answer.status_code in (200, 201, 204), (what, answer.content)
    elif role == "Contributor" and answer.status_code in (404, 422):
        # What they may not read is not there for them, whatever they want with it.
        assert answer.json()["detail"].startswith(("No record has the id ", "There is no verdict "))
    else:
        assert answer.status_code == 403, (what, answer.content)
        assert answer.json()["title"] == "Forbidden"
        assert "WWW-Authenticate" not in answer


@sweep("what, scope, least, doing", TABLE, undone=True)
def test_the_scope_is_enough(newsroom: Newsroom, what: str, scope: Scope, least: str, doing: Doing) -> None:
    answer = doing(tool(newsroom.people["Administrator"], scope), newsroom)
    assert answer.status_code in (200, 201, 204), (what, answer.content)


@sweep("what, scope, least, doing", TABLE, undone=True)
def test_all_other_scopes_together_are_not(
    newsroom: Newsroom, what: str, scope: Scope, least: str, doing: Doing
) -> None:
    others = [other for other in Scope if other != scope]
    answer = doing(tool(newsroom.people["Administrator"], *others), newsroom)
    assert answer.status_code == 403, what
    challenge = f'Bearer realm="editorial", error="insufficient_scope", scope="{scope.value}"'
    assert answer["WWW-Authenticate"] == challenge
    assert f"lacks the scope “{scope.value}”" in answer.json()["detail"]


# Owner of the verdict
# --------------------------------------------------------------------------------------------------


def test_a_draft_belongs_to_its_author(checker: User, colleague: User) -> None:
    draft = make_draft(make_claim(), checker)
    own, other = tool(checker), tool(colleague)
    path = f"verdicts/{draft.pk}/"
    refusal = other.patch(path, {"summary": "Mine."})
    assert (refusal.status_code, refusal.json()["detail"]) == (
        403,
        "This draft belongs to another user. Only its author or an editor can change it.",
    )
    assert own.patch(path, {"summary": "Mine."}).json()["summary"] == "Mine."


def test_people_cannot_sign_off_verdicts_they_wrote_or_edited(
    checker: User, editor: User, colleague: User
) -> None:
    draft = make_draft(make_claim(), checker)
    path = f"verdicts/{draft.pk}/"
    assert tool(editor).patch(path, {"byline": "Edith"}).status_code == 200
    assert tool(checker).move(path, "submit").status_code == 200
    for person_ in (checker, editor):
        refusal = tool(person_).move(path, "sign_off")
        assert (refusal.status_code, refusal.json()["detail"]) == (
            403,
            "You wrote, edited or submitted this verdict, so another person must review it.",
        )
    assert tool(colleague).move(path, "sign_off").status_code == 200


def test_evidence_counts_as_writing(checker: User, editor: User) -> None:
    draft = make_draft(make_claim(), checker)
    path = f"verdicts/{draft.pk}/"
    added = tool(editor).post(f"{path}evidence/", {"source": make_source().pk, "stance": "context"})
    assert added.status_code == 201
    assert Verdict.objects.get(pk=draft.pk).edited_by == [editor.pk]
    tool(checker).move(path, "submit")
    assert tool(editor).move(path, "sign_off").status_code == 403


def test_only_the_submitter_can_withdraw(checker: User, colleague: User) -> None:
    verdict = workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    path = f"verdicts/{verdict.pk}/"
    assert tool(colleague).move(path, "withdraw").status_code == 403
    assert tool(checker).move(path, "withdraw").json()["state"] == "draft"


def test_a_rating_comes_from_a_scale_of_the_publisher(checker: User) -> None:
    draft = verdict_drafts.create_draft(make_claim(), author=checker)
    assert tool(checker).patch(f"verdicts/{draft.pk}/", {"rating": rating().pk}).status_code == 200
    scale = rating().scale
    scale.in_use = False
    scale.save()
    refusal = tool(checker).patch(f"verdicts/{draft.pk}/", {"rating": rating("true").pk})
    assert refusal.status_code == 422
    assert [error["pointer"] for error in refusal.json()["errors"]] == ["#/rating"]
    # The one that it has already stays allowed, as in the desk's form.
    assert tool(checker).patch(f"verdicts/{draft.pk}/", {"rating": rating().pk}).status_code == 200
