"""Rating scales at the desk, and the queue of undecided labels."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.models import Claim, Rating, RatingScale, Verdict
from sources.models import Publisher
from tests.helpers.desk import Desk, said
from tests.helpers.newsroom import make_claim, rating

pytestmark = pytest.mark.django_db

LIST = reverse("admin:claims_rating_changelist")
QUEUE = LIST + "?queue=unmapped"
FOLLOW = "claims.review.classification.publish_changed_classes"


@pytest.fixture
def desk(client: Client, editor: User) -> Desk:
    return Desk(client).sign_in(editor)


def label(words: str, publisher: str) -> Rating:
    """An undecided label of an imported scale."""
    outlet, _made = Publisher.objects.get_or_create(name=publisher)
    scale, _made = RatingScale.objects.get_or_create(
        publisher=outlet, name="As found", version="1", language="en"
    )
    return Rating.objects.create(scale=scale, code=words.lower().replace(" ", "-"), label=words)


def judge(claim: Claim, with_rating: Rating, publish: Callable[..., Claim]) -> None:
    """Another publisher's verdict beside ours, public with it."""
    Verdict.objects.create(
        claim=claim,
        publisher=with_rating.scale.publisher,
        rating=with_rating,
        origin="imported",
        state="published",
        language="en",
    )
    publish(claim)


def decide(desk: Desk, rows: list[Rating], value: str, at: str = QUEUE) -> list[str]:
    asked = {"action": f"class_{value}", "_selected_action": [row.pk for row in rows]}
    return said(desk.client.post(at, asked, follow=True))


def jobs() -> list[list[int]]:
    waiting = ProcrastinateJob.objects.filter(task_name=FOLLOW).order_by("pk")
    return [job.args["rating_ids"] for job in waiting]


@pytest.mark.slow
def test_the_queue_begins_with_the_words_that_decide_about_most(
    desk: Desk, publish: Callable[..., Claim]
) -> None:
    rare, lonely = label("Half baked", "Gazette"), label("Aged badly", "Gazette")
    big, small = label("Four stars", "Gazette"), label("four stars", "Tribune")
    for words, row in (("Trams are free.", big), ("Buses are free.", big), ("Boats are free.", small)):
        judge(make_claim(words), row, publish)
    judge(make_claim("Trains are free."), rare, publish)
    rows: list[Any] = list(desk.client.get(QUEUE).context["cl"].result_list)
    assert rows == [big, small, rare, lonely]
    assert [row.claim_count for row in rows] == [2, 1, 1, 0]
    assert [sorted(row.samples) for row in rows] == [
        ["Buses are free.", "Trams are free."],
        ["Boats are free."],
        ["Trains are free."],
        [],
    ]


def test_a_sample_is_shown_as_text(desk: Desk, publish: Callable[..., Claim]) -> None:
    judge(make_claim("<b>Trams</b> are free."), label("Four stars", "Gazette"), publish)
    assert "<li>&lt;b&gt;Trams&lt;/b&gt; are free.</li>" in desk.client.get(QUEUE).content.decode()


def test_one_press_decides_about_many(desk: Desk, publish: Callable[..., Claim]) -> None:
    one, other = label("Four stars", "Gazette"), label("four stars", "Tribune")
    judge(make_claim(), one, publish)
    before = len(jobs())
    assert decide(desk, [one, other], "mostly_true") == [
        "Labels now in the rating class “Mostly true”: 2. Published claims that will be updated within minutes: 1."
    ]
    assert [Rating.objects.get(pk=row.pk).rating_class for row in (one, other)] == ["mostly_true"] * 2
    assert jobs()[before:] == [[one.pk, other.pk]]
    assert list(desk.client.get(QUEUE).context["cl"].result_list) == []


def test_a_mistake_is_put_right_in_the_same_way(desk: Desk) -> None:
    row = label("Four stars", "Gazette")
    decide(desk, [row], "false")
    decide(desk, [row], "true", at=LIST)
    assert Rating.objects.get(pk=row.pk).rating_class == "true"
    assert decide(desk, [row], "true", at=LIST) == ["Nothing to change: this has already been decided."]


@pytest.mark.parametrize("role", ["contributor", "checker"])
def test_the_decision_is_offered_only_to_people_with_permission(
    role: str, client: Client, request: pytest.FixtureRequest
) -> None:
    row = label("Four stars", "Gazette")
    desk = Desk(client).sign_in(request.getfixturevalue(role))
    assert "class_true" not in desk.client.get(QUEUE).content.decode()
    decide(desk, [row], "true")
    assert Rating.objects.get(pk=row.pk).rating_class == ""


@pytest.mark.slow
def test_a_class_that_is_set_on_a_page_is_followed_too(desk: Desk) -> None:
    false = rating("false")
    desk.save(false, definition="Not so.")
    assert jobs() == []
    desk.save(false, rating_class="misleading")
    assert jobs() == [[false.pk]]
    form = desk.form(false.scale)
    (name,) = (key for key, value in form.items() if key.endswith("-id") and value == str(false.pk))
    desk.save(false.scale, form, **{name.replace("-id", "-rating_class"): "mixed"})
    assert (rating("false").rating_class, jobs()) == ("mixed", [[false.pk], [false.pk]])


@pytest.mark.parametrize("page", ["admin:claims_rating_change", "admin:claims_ratingscale_change"])
def test_people_who_may_not_edit_see_other_languages_as_text(
    client: Client, contributor: User, page: str
) -> None:
    mostly_true = rating("mostly_true")
    of = mostly_true if page.startswith("admin:claims_rating_") else mostly_true.scale
    client.force_login(contributor)
    answer = client.get(reverse(page, args=[of.pk]))
    # More in a row would overlap.
    rows = [row for _title, section in answer.context["adminform"].fieldsets for row in section["fields"]]
    assert [row for row in rows if isinstance(row, tuple) and len(row) > 2] == []
    shown = answer.content.decode()
    assert "Größtenteils wahr" in shown
    assert "صحيح في معظمه" in shown
    assert "\\u" not in shown


def test_a_scale_stays_its_publishers_and_a_rating_with_it(desk: Desk) -> None:
    theirs = label("Pants on Fire", "Harbour Facts")
    page = desk.save(theirs.scale, name="Six steps", publisher=Publisher.objects.get_house().pk)
    theirs.scale.refresh_from_db()
    assert (theirs.scale.name, theirs.scale.publisher.name) == ("Six steps", "Harbour Facts")
    assert len(said(page)) == 1
    assert 'name="publisher"' in desk.client.get(reverse("admin:claims_ratingscale_add")).content.decode()
    refused = desk.save(theirs, scale=rating().scale_id)
    assert said(refused) == [
        "Not saved: A rating cannot be moved to another publisher's scale, because verdicts may use it."
    ]
    theirs.refresh_from_db()
    assert theirs.scale.publisher.name == "Harbour Facts"
