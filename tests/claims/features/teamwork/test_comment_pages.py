"""Comments at the desk: who sees which, that buttons do what they say once, and what much of it costs."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from claims.features.teamwork import comments
from claims.features.teamwork.admin.comment_threads import CLAIM_PAGE_LIMITS, COMMENT_PAGE_LIMITS
from claims.features.teamwork.models import Comment, Notification
from claims.models import Claim
from claims.review import verdict_drafts
from tests.helpers.desk import Desk, said
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(db: None) -> Claim:
    return make_claim()


def write_at(claim: Claim) -> str:
    return reverse("admin:teamwork_comment_write", args=[claim.pk])


def at(view: str, comment: Comment) -> str:
    return reverse(f"admin:teamwork_comment_{view}", args=[comment.pk])


@pytest.mark.slow
def test_written_from_the_claims_page(
    claim: Claim, desk: Desk, checker: User, contributor: User, client: Client
) -> None:
    page = client.get(desk.page(claim))
    key = page.context["talk_key"]
    form = {"text": "Is it @chris or @connie?", "key": key, "back": page.context["talk_page"]}
    places = {client.post(write_at(claim), form).headers["Location"] for _double_click in range(2)}
    row = Comment.objects.get()
    assert places == {f"{desk.page(claim)}#comment-{row.pk}"}
    shown = client.get(desk.page(claim))
    assert (
        '<a class="desk-button desk-savebar-moves" href="#comments">Comments (1)</a>'
        in shown.content.decode()
    )
    assert said(shown) == ["Connie cannot read this comment and was not notified."]
    assert "<p>Is it <strong>@Chris</strong> or @connie?</p>" in shown.content.decode()
    assert list(Notification.objects.values_list("person__username", "kind")) == [("chris", "mentioned")]
    client.post(
        write_at(claim), {"text": "Hm.", "reply_to": row.pk, "key": uuid4(), "back": "https://evil.example/"}
    )
    reply = Comment.objects.get(reply_to=row)
    assert reply.text == "Hm."


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", "\\\\evil"]
)
def test_redirects_stay_on_the_site(back: str, claim: Claim, desk: Desk, client: Client) -> None:
    answer = client.post(write_at(claim), {"text": "x", "back": back})
    assert answer.headers["Location"] == f"{desk.page(claim)}#comment-{Comment.objects.get().pk}"


def test_contributors_see_comments_on_claims_they_may_read(
    claim: Claim, publish: Callable[..., Claim], checker: User, contributor: User, client: Client
) -> None:
    public = publish()
    version = verdict_drafts.create_draft(public, author=checker)
    hidden = comments.add_comment(claim, "Of an unseen claim", by=checker).comment
    draft = comments.add_comment(public, "Of an unseen draft", by=checker, verdict=version).comment
    shown = comments.add_comment(public, "Of the claim", by=checker).comment
    desk = Desk(client).sign_in(contributor)
    text = desk.text(public)
    assert "Of the claim" in text
    assert "unseen" not in text
    assert 'class="desk-talk-count">1<' in text
    listed = client.get(reverse("admin:teamwork_comment_changelist")).content.decode()
    assert "Of the claim" in listed
    assert "unseen" not in listed
    for comment in (hidden, draft):
        assert client.get(desk.page(comment)).status_code in (302, 404)
        assert client.get(at("thread", comment)).status_code == 404
        for view in ("edit", "withdraw", "resolve"):
            assert client.post(at(view, comment), {"text": "Mine"}).status_code == 404
    assert client.get(reverse("admin:teamwork_comment_of_claim", args=[claim.pk])).status_code == 404
    assert client.post(write_at(claim), {"text": "x"}).status_code == 404
    for asked in (
        {"reply_to": draft.pk},
        {"reply_to": hidden.pk},
        {"verdict": version.pk},
        {"verdict": "x" * 30},
    ):
        assert client.post(write_at(public), {"text": "x"} | asked).status_code == 403
    assert client.post(write_at(public), {"text": "May I?", "reply_to": shown.pk}).status_code == 302
    assert Comment.objects.filter(author=contributor).count() == 1
    assert {row.text for row in Comment.objects.exclude(author=contributor)} == {
        "Of an unseen claim",
        "Of an unseen draft",
        "Of the claim",
    }


def test_people_without_access_to_the_desk_are_refused(claim: Claim, checker: User, client: Client) -> None:
    comment = comments.add_comment(claim, "Hello", by=checker).comment
    outsider = User.objects.create_user("olga", "olga@example.org", "correct horse battery")
    pages = [write_at(claim), at("edit", comment), at("withdraw", comment), at("resolve", comment)]
    for person in (None, outsider):
        if person:
            client.force_login(person)
        for page in pages:
            assert client.post(page, {"text": "x"}).status_code in (302, 403)
        assert client.get(reverse("admin:teamwork_comment_people")).status_code in (302, 403)
    without_role = User.objects.create_user("rolf", is_staff=True)
    client.force_login(without_role)
    for page in pages:
        assert client.post(page, {"text": "x"}).status_code in (403, 404)
    assert client.get(reverse("admin:teamwork_comment_people")).status_code == 403
    assert list(Comment.objects.values_list("text", "withdrawn_at", "resolved_at")) == [("Hello", None, None)]


def test_a_refused_comment_is_shown_again(claim: Claim, desk: Desk, client: Client) -> None:
    long = "word " * 2001
    answer = client.post(write_at(claim), {"text": long})
    assert answer.status_code == 409
    assert answer.context["refused_words"] == long
    assert "errornote" in answer.content.decode()
    assert Comment.objects.count() == 0


@pytest.mark.slow
def test_edited_withdrawn_and_resolved_by_buttons(
    claim: Claim, desk: Desk, editor: User, checker: User, administrator: User, client: Client
) -> None:
    own = comments.add_comment(claim, "One", by=editor).comment
    other = comments.add_comment(claim, "Two", by=checker).comment
    assert client.post(at("edit", own), {"text": "Three"}).status_code == 302
    assert client.post(at("edit", other), {"text": "Three"}).status_code == 403
    assert client.post(at("withdraw", other)).status_code == 403
    for _double_click in range(2):
        assert client.post(at("resolve", other)).status_code == 302
    assert Comment.objects.get(pk=other.pk).resolved_by == editor
    client.post(at("resolve", other), {"reopen": "1"})
    assert Comment.objects.get(pk=other.pk).resolved_at is None
    # Nothing is done by following a link.
    for view in ("edit", "withdraw", "resolve"):
        client.get(at(view, own))
    own.refresh_from_db()
    assert (own.text, own.withdrawn_at, own.resolved_at) == ("Three", None, None)
    history = reverse("admin:teamwork_comment_history", args=[own.pk])
    assert "One" in client.get(history).content.decode()
    client.post(at("withdraw", own))
    text = desk.text(claim)
    assert "Withdrawn by Edith" in text
    assert "Three" not in text
    assert "One" not in client.get(history).content.decode()
    client.force_login(administrator)
    assert "One" in client.get(history).content.decode()


@pytest.mark.slow
def test_a_stale_tab_overwrites_and_hides_nothing(
    claim: Claim, desk: Desk, editor: User, checker: User, client: Client
) -> None:
    own = comments.add_comment(claim, "One", by=editor).comment
    (thread,) = client.get(desk.page(claim)).context["talk"]
    comments.edit_comment(own, "Two", by=editor)
    comments.add_comment(claim, "But why?", by=checker, reply_to=own)
    refused = client.post(at("edit", own), {"text": "Three", "seen": thread.first_comment.version})
    assert refused.status_code == 409
    assert "Three" in refused.content.decode()
    answer = client.post(at("resolve", own), {"last_id": thread.last_id}, follow=True)
    assert said(answer) == ["Someone has replied in the meantime. Read the reply, then resolve the thread."]
    own.refresh_from_db()
    assert (own.text, own.resolved_at) == ("Two", None)
    (fresh,) = client.get(desk.page(claim)).context["talk"]
    client.post(at("resolve", own), {"last_id": fresh.last_id})
    client.post(at("edit", own), {"text": "Three", "seen": fresh.first_comment.version})
    own.refresh_from_db()
    assert (own.text, own.resolved_by) == ("Three", editor)


def test_people_are_offered_by_name(desk: Desk, checker: User, contributor: User, client: Client) -> None:
    def offered(typed: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = client.get(
            reverse("admin:teamwork_comment_people"), {"q": typed}
        ).json()["people"]
        return found

    assert offered("CH") == [{"username": "chris", "name": "Chris"}]
    assert [each["username"] for each in offered("")] == ["chris", "connie", "edith"]
    assert offered("'; DROP") == offered("%") == []
    User.objects.filter(pk=checker.pk).update(is_active=False)
    assert offered("chris") == []


def test_opening_the_claim_marks_its_notifications_as_read(
    claim: Claim, desk: Desk, editor: User, checker: User
) -> None:
    comments.add_comment(claim, "@edith", by=checker)
    comments.add_comment(make_claim(), "@edith", by=checker)
    desk.text(claim)
    assert [row.read_at is None for row in Notification.objects.order_by("pk")] == [False, True]


@pytest.fixture
def much(claim: Claim, checker: User, colleague: User) -> Callable[[int, int], None]:
    """So many threads more with so many replies each."""

    def written(threads: int, replies: int) -> None:
        def rows(**of: Any) -> Comment:
            return Comment(
                claim=claim, author=checker, author_name="Chris", text="Look at *this*, @kim.", **of
            )

        begun = Comment.objects.bulk_create(rows() for _each in range(threads))
        answers = Comment.objects.bulk_create(
            rows(reply_to=thread) for thread in begun for _each in range(replies)
        )
        through = Comment.mentioned.through
        through.objects.bulk_create(through(comment=row, user=colleague) for row in [*begun, *answers])

    return written


@pytest.mark.slow
def test_much_is_shown_in_pages_at_the_same_cost(
    claim: Claim,
    much: Callable[[int, int], None],
    desk: Desk,
    editor: User,
    client: Client,
    django_assert_num_queries: Any,
) -> None:
    page, own = desk.page(claim), reverse("admin:teamwork_comment_of_claim", args=[claim.pk])
    much(1, 1)
    client.get(page)
    counts = []
    for threads, replies in ((0, 0), (40, 12)):
        much(threads, replies)
        with django_assert_num_queries(12):
            shown = client.get(own)
        counts.append((len(shown.context["talk"]), shown.context["talk_count"]))
    assert counts == [(1, 2), (COMMENT_PAGE_LIMITS.max_threads, 522)]
    text = client.get(page).content.decode()
    assert text.count("<strong>@Kim</strong>") == CLAIM_PAGE_LIMITS.max_threads * (
        1 + CLAIM_PAGE_LIMITS.max_replies
    )
    assert "7 earlier replies" in text
    assert len(text) < 250_000
    last = client.get(own, {"p": 3})
    assert len(last.context["talk"]) == 1


@pytest.mark.slow
@pytest.mark.parametrize(("thread", "reply"), [(0, 0), (0, 11), (39, 0), (39, 11)])
def test_a_link_leads_to_the_page_with_the_comment(
    thread: int,
    reply: int,
    claim: Claim,
    much: Callable[[int, int], None],
    desk: Desk,
    client: Client,
    checker: User,
) -> None:
    much(40, 12)
    begun = Comment.objects.threads().order_by("pk")[thread]
    comment = begun.replies.order_by("pk")[reply]
    edited = client.post(at("edit", comment), {"text": "x"})
    assert edited.status_code == 403
    place = client.get(at("edit", comment)).headers["Location"]
    address, _sign, anchor = place.partition("#")
    assert f'id="{anchor}"' in client.get(address).content.decode()
