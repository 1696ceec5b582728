"""docs/roles.md is what happens: every row, button and move, as each role, at the desk, by the API and past both."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from unfold.admin import ModelAdmin

from claims.features.archiving.models import ArchivedFile, Timestamp
from claims.features.teamwork import assignments, comments, mails
from claims.features.teamwork.models import AssignmentRule, ChatChannel, Comment, Notification
from claims.models import ApiToken, Claim, DeskSession, SavedView, Translation, Verdict
from claims.newsroom.refusals import NotAllowed
from claims.review import workflow
from claims.review.moves import CLAIM_MOVES, TRANSLATION_MOVES, VERDICT_MOVES
from factcheck.admin.row_actions import RowActions
from sources.models import Publisher, Source
from tests.claims.editorial.test_permissions import TABLE
from tests.helpers.full_desk import MODELS, add_row_of_each, make_superuser
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source, person
from tests.helpers.newsroom_tool import tool
from tests.helpers.role_matrix import ROLES, tables
from tests.helpers.shared_newsroom import checker, editor, shared_rows
from tests.helpers.translations import translate
from tests.whole.role_walk import Walker, addresses, walker

__all__ = ["checker", "editor", "shared_rows"]  # fixtures

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

PAGES, BUTTONS, MOVES = (
    tables().get(name, {}) for name in ("Pages of the desk", "Buttons and forms", "Moves")
)


@pytest.fixture(scope="module")
def rows(shared_rows: None, checker: User, editor: User) -> dict[type[Model], Any]:
    """A row of every model, which belongs to another person."""
    add_row_of_each(checker, editor)
    Authenticator.objects.create(user=checker, type="totp", data={})
    SocialAccount.objects.create(user=checker, provider="newsroom", uid="1")
    Session.objects.create(session_key="x", expire_date=timezone.now() + timedelta(days=1))
    DeskSession.objects.create(person=checker, session_key="x")
    claim = make_claim(state="proposed", created_by=checker)
    assignments.assign_to_self(make_claim(), by=checker)
    AssignmentRule.objects.create(name="Rule", priority=1)
    ChatChannel.objects.create(name="Desk", shape="json", address="https://example.org/hook")
    SavedView.objects.create(owner=checker, name="Theirs", listed="claims.claim")
    Notification.objects.create(person=checker, kind="assigned", claim=claim, mail="never")
    found = {model: model._default_manager.order_by("pk").last() for model in MODELS}
    found |= {
        Claim: claim,
        Comment: comments.add_comment(
            make_claim(state="proposed", created_by=checker), "Whom do we ask?", by=checker
        ).comment,
        Verdict: Verdict.objects.filter(author=checker, state="draft").first(),
        ApiToken: ApiToken.objects.get(user=checker),
        User: checker,
        Group: Group.objects.create(name="Photo desk"),
        Publisher: Publisher.objects.filter(is_house=False).first(),
        Source: Source.objects.filter(archived_copies__isnull=False).latest("pk"),
    }
    assert [model for model, row in found.items() if row is None] == []
    return found


@pytest.fixture(scope="module", params=ROLES)
def letter(request: pytest.FixtureRequest, shared_rows: None) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def somebody(letter: str, rows: Any, subjects: Any) -> Iterator[Walker]:
    """A person of the role, with rows of their own. They leave before the next, so that the order does not matter."""
    with transaction.atomic():
        yield walker(
            make_superuser()
            if letter == "S"
            else person(f"pat-{letter}", ROLES[letter])
            if ROLES[letter]
            else User.objects.create_user("pat")
        )
        transaction.set_rollback(True)


# Pages ----------------------------------------------------------------------------------------------------------------


def test_every_model_of_the_desk_is_in_the_tables() -> None:
    assert set(PAGES) == {model._meta.label_lower for model in MODELS}
    assert set(BUTTONS) == set(addresses()) - {
        *("claims_claim_move", "claims_verdict_move", "claims_translation_move")
    }
    assert set(MOVES) == {f"claim: {action}" for _state, action in CLAIM_MOVES} | {
        f"verdict: {action}" for _state, action in VERDICT_MOVES
    } | {f"translation: {action}" for _state, action in TRANSLATION_MOVES}
    assert set(tables()["The editorial API"]) == {row[0] for row in TABLE}


def test_permissions_for_rows_equal_the_table(
    letter: str, somebody: Walker, rows: dict[type[Model], Any]
) -> None:
    found, told = {}, {}
    for model in MODELS:
        may = somebody.rows(model, rows[model])
        for what, allowed in may.items():
            name = f"{model._meta.label_lower}: {what}"
            found[name], told[name] = allowed, letter in PAGES[model._meta.label_lower].get(what, set())
    assert found == told


# Buttons --------------------------------------------------------------------------------------------------------------

#: What an address takes, where that is not the key of a row of its model alone.
ARGUMENTS: dict[str, Callable[[dict[type[Model], Any]], tuple[Any, ...]]] = {
    "teamwork_assignment_action": lambda rows: ("claim", rows[Claim].pk, "take"),
    "claims_claim_article": lambda rows: (rows[Source].pk,),
    "claims_claim_article_appearance": lambda rows: (rows[Source].pk,),
    "claims_claim_article_claim": lambda rows: (rows[Source].pk,),
    "claims_claim_article_decide": lambda rows: (rows[Source].pk, _found_in(rows[Source]), "accept"),
    "claims_claim_article_evidence": lambda rows: (rows[Source].pk,),
    "claims_claim_article_offers": lambda rows: (rows[Source].pk,),
    "claims_claim_imported": lambda rows: (rows[Source].snapshots.latest("number").pk,),
    "claims_claim_propose_more": lambda rows: (rows[Source].pk,),
    "claims_claim_take_place": lambda rows: _place(rows[Source]),
    "claims_claim_triage_decide": lambda rows: (rows[Claim].pk, "accept"),
    "teamwork_comment_of_claim": lambda rows: (rows[Claim].pk,),
    "teamwork_comment_write": lambda rows: (rows[Claim].pk,),
    "claims_verdict_translate": lambda rows: (
        Verdict.objects.filter(state="published", publisher__is_house=True).latest("pk").pk,
    ),
    "sources_source_file": lambda rows: _kept_file(rows[Source]),
    "sources_source_timestamp": lambda rows: _stamp(rows[Source]),
    "teamwork_notification_stop_mail": lambda rows: (mails.build_unsubscribe_token(rows[User], "commented"),),
}
#: Data to send if an empty request would be refused from everyone.
SENT: dict[str, dict[str, str] | str] = {
    "claims_claim_article_appearance": "{}",
    "claims_claim_article_claim": "{}",
    "claims_claim_article_decide": "{}",
    "claims_claim_article_evidence": "{}",
    "claims_claim_article_offers": '{"for": "claim"}',
    "claims_claim_pasted": {"address": "https://paper.example.com/tunnel"},
    "claims_savedview_save": {"listed": "claims.claim", "name": "Mine"},
    "teamwork_comment_write": {"text": "Whom do we ask?"},
    "teamwork_comment_edit": {"text": "Whom do we ask now?"},
    "claims_claimant_names": {"app_label": "claims", "model_name": "claim", "field_name": "claimant"},
    "claims_topic_names": {"app_label": "claims", "model_name": "claim", "field_name": "topics"},
    "sources_publisher_names": {"app_label": "sources", "model_name": "source", "field_name": "publisher"},
    "sources_source_names": {"app_label": "claims", "model_name": "evidence", "field_name": "source"},
    "auth_user_reset-factors": {"reason": "Called back."},
}
#: Those that are opened, not sent.
OPENED = {
    *("teamwork_assignment_board", "teamwork_assignment_calendar"),
    *("claims_claim_article", "claims_claim_import", "claims_claim_imported"),
    *(
        "claims_claim_platforms",
        "claims_claim_platforms_picture",
        "claims_claim_timeline",
        "claims_claim_triage",
        "claims_claim_triage_claim",
    ),
    *("teamwork_comment_people", "teamwork_comment_of_claim", "teamwork_comment_thread"),
    *("claims_importrun_progress", "claims_importrun_report"),
    "complaints_readerrequest_picture",
    *("claims_claim_evidence_pack", "sources_source_file", "sources_source_timestamp"),
    *("claims_claimant_same_as", "claims_topic_same_as", "sources_publisher_same_as"),
    *("claims_claimant_names", "claims_topic_names", "sources_publisher_names", "sources_source_names"),
    *("sources_mediaobject_check", "sources_mediaobject_file"),
    *("teamwork_notification_unread", "teamwork_notification_preferences", "teamwork_notification_open"),
}


def _found_in(source: Any) -> int:
    """A proposal that was found in the article."""
    proposal = make_claim(state="proposed")
    make_appearance(proposal, source, "The bridge cost")
    return proposal.pk


def _kept_file(source: Any) -> tuple[int, int]:
    return source.pk, ArchivedFile.objects.filter(copy__source=source).latest("pk").pk


def _stamp(source: Any) -> tuple[int, int]:
    kept = ArchivedFile.objects.filter(copy__source=source).latest("pk")
    return source.pk, Timestamp.objects.get(sha256=kept.sha256).pk


def _place(source: Any) -> tuple[int, ...]:
    appearance: Any = make_appearance(make_claim(), source, "The bridge cost")
    return appearance.claim_id, appearance.pk, appearance.snapshot.number, appearance.start, appearance.end


def test_permissions_for_buttons_equal_the_table(
    letter: str, somebody: Walker, rows: dict[type[Model], Any]
) -> None:
    by_name = {f"{model._meta.app_label}_{model._meta.model_name}": row for model, row in rows.items()}
    patterns = addresses()
    found = {}
    for name in BUTTONS:
        if name in ARGUMENTS:
            arguments = ARGUMENTS[name](rows)
        else:
            arguments = (by_name["_".join(name.split("_")[:2])].pk,) if "<" in patterns[name] else ()
        if name == "claims_claim_preview" and Verdict in somebody.own:
            arguments = (somebody.own[Verdict].claim_id,)  # type: ignore[attr-defined]  # a Verdict
        path = reverse(f"admin:{name}", args=arguments)
        sent = SENT.get(name, {})
        if name == "teamwork_assignment_board_move":
            sent = {"subject": "claim", "pk": str(rows[Claim].pk), "action": "take"}
        found[name] = somebody.may("get" if name in OPENED else "post", path, sent)
    assert found == {name: letter in who["who"] for name, who in BUTTONS.items()}
    assert somebody.soft == []


def test_actions_need_their_button_and_a_row(rows: dict[type[Model], Any]) -> None:
    """GET writes nothing, a POST without its token is refused, and an unknown row is not found.

    An action must not be named like a method of the admin, which it would replace.
    """
    client, without_token = Client(), Client(enforce_csrf_checks=True)
    superuser = User.objects.create_superuser("sven")
    client.force_login(superuser)
    without_token.force_login(superuser)
    client.get("/admin/")  # notes the session
    faults = []
    for model, pages in admin.site._registry.items():
        for function, action in pages.list_actions().items() if isinstance(pages, RowActions) else ():
            assert not hasattr(ModelAdmin, function), function
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{action.name}"
            address, gone = (reverse(name, args=[pk]) for pk in (rows[model].pk, 2**31 - 1))
            with CaptureQueriesContext(connection) as queries:
                looked = client.get(address).status_code
            written = [each["sql"] for each in queries if re.match("INSERT|UPDATE|DELETE", each["sql"])]
            refused = (
                without_token.post(address).status_code,
                client.get(gone).status_code,
                client.post(gone).status_code,
            )
            if looked not in (200, 302) or written or refused != (403, 404, 404):
                faults.append((name, looked, written, refused))
    assert faults == []


# Moves ----------------------------------------------------------------------------------------------------------------


class Subjects:
    """Another person's claim or verdict in the state from which a move starts."""

    def __init__(self, author: User, other: User) -> None:
        self.author, self.other = author, other

    def verdict(self, *moves: str, author: User | None = None) -> Verdict:
        verdict = make_draft(make_claim(), author or self.author)
        for action in moves:
            by = self.author if action == "submit" else self.other
            verdict = workflow.move(verdict, action, by=author or by if action == "submit" else by)
        return verdict

    def translation(self, *moves: str, author: User | None = None) -> Translation:
        row = translate(self.published(), author or self.author)
        for action in moves:
            by = (author or self.author) if action == "submit" else self.other
            row = workflow.move(row, action, by=by)
        return row

    def own_translation(self, by: User, *moves: str) -> Translation:
        """Written by the person who moves it: no one else may, unless they review."""
        return self.translation(*moves, author=by if by.has_perm("claims.add_translation") else None)

    def published(self) -> Claim:
        return Claim.objects.get(verdicts=self.verdict("submit", "sign_off", "publish"))

    def changed(self) -> Claim:
        claim = self.published()
        make_appearance(claim, make_source("It cost a lot, she said."), "It cost a lot")
        return claim

    def merged(self) -> Claim:
        return workflow.move(make_claim(), "merge", by=self.other, into=make_claim())

    def withdrawn(self, by: User) -> Verdict:
        """In review, and written by the person who withdraws it: no one else may."""
        if not by.has_perm("claims.add_verdict"):
            return self.verdict("submit")
        return (
            self.verdict("submit", author=by)
            if by.has_perm("claims.submit_verdict")
            else self.verdict("submit")
        )


@pytest.fixture(scope="module")
def subjects(checker: User, editor: User) -> dict[str, Callable[[User], Any]]:
    room = Subjects(checker, editor)
    proposed, in_review = make_claim(state="proposed"), room.verdict("submit")
    made = {
        "claim: accept": proposed,
        "claim: decline": proposed,
        "claim: reconsider": workflow.move(make_claim(), "decline", by=editor, note="No."),
        "claim: merge": make_claim(),
        "claim: unmerge": room.merged(),
        "claim: republish": room.changed(),
        "verdict: submit": room.verdict(),
        "verdict: sign_off": in_review,
        "verdict: request_changes": in_review,
        "verdict: publish": room.verdict("submit", "sign_off"),
        "verdict: retract": room.verdict("submit", "sign_off", "publish"),
        "translation: sign_off": room.translation("submit"),
        "translation: request_changes": room.translation("submit"),
        "translation: publish": room.translation("submit", "sign_off"),
        "translation: retract": room.translation("submit", "sign_off", "publish"),
    }
    anew: Any = {name: partial(type(row)._default_manager.get, pk=row.pk) for name, row in made.items()}
    return {name: lambda by, read=read: read() for name, read in anew.items()} | {
        "verdict: withdraw": room.withdrawn,
        "translation: submit": room.own_translation,
        "translation: withdraw": lambda by: room.own_translation(by, "submit"),
    }


@pytest.fixture(autouse=True)
def nothing_stays(shared_rows: None) -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("door", ["move", "desk", "api"])
def test_permissions_for_moves_equal_the_table(
    door: str, letter: str, somebody: Walker, subjects: dict[str, Callable[[User], Any]]
) -> None:
    by = User.objects.get(pk=somebody.person.pk)
    found = {}
    for name in MOVES:
        with transaction.atomic():
            subject, action = subjects[name](by), name.partition(": ")[2]
            into = make_claim() if action == "merge" else None
            found[name] = {"move": past_both, "desk": at_the_desk, "api": by_the_api}[door](
                somebody, by, subject, action, into
            )
            transaction.set_rollback(True)
    assert found == {name: letter in who["who"] for name, who in MOVES.items()}


def past_both(somebody: Walker, by: User, subject: Any, action: str, into: Claim | None) -> bool:
    try:
        workflow.move(subject, action, by=by, note="Because.", into=into)
    except NotAllowed:
        return False
    return True


def at_the_desk(somebody: Walker, by: User, subject: Any, action: str, into: Claim | None) -> bool:
    return somebody.moves(subject, action, note="Because.", into=into.pk if into else "")


def by_the_api(somebody: Walker, by: User, subject: Any, action: str, into: Claim | None) -> bool:
    kind = f"{subject._meta.model_name}s"
    asked = {"note": "Because."} | ({"into": into.pk} if into else {})
    answer = tool(by).move(f"{kind}/{subject.pk}/", action, **asked)
    # The claim to merge into may be one that the person does not see.
    assert answer.status_code in (200, 403, 404) or (answer.status_code == 422 and into), answer.content
    return bool(answer.status_code == 200)
