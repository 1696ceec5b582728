"""A walk through the whole admin as every role: each page opens or is refused, and no list grows costly with rows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims.models import (
    Claimant,
    ImportProblem,
    ImportRun,
    PossibleDuplicate,
    Publication,
    Rating,
    RatingScale,
    Repeat,
    SignOff,
    Topic,
    Transition,
    Watch,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from claims.newsroom import api_tokens
from claims.review import clusters, verdict_drafts, workflow
from sources.models import Publisher, Snapshot
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source

pytestmark = pytest.mark.slow

MODELS = list(admin.site._registry)
ROLES = ["contributor", "checker", "editor", "administrator", "superuser"]

#: Queries of each changelist as a superuser sees it: the session, the person, how many rows there are, the rows, and
#: what filters, the date drill-down and linked rows ask, each once.
QUERIES = {
    "auth.group": 5,
    "auth.user": 6,
    "claims.apitoken": 4,
    "claims.claim": 10,
    "claims.claimant": 4,
    "claims.cluster": 5,
    "claims.importproblem": 5,
    "claims.importrun": 6,
    "claims.possibleduplicate": 6,
    "claims.publication": 6,
    "claims.rating": 4,
    "claims.ratingscale": 4,
    "claims.repeat": 6,
    "claims.signoff": 6,
    "claims.topic": 4,
    "claims.transition": 7,
    "claims.verdict": 5,
    "claims.watch": 4,
    "claims.webhookdelivery": 6,
    "claims.webhookendpoint": 4,
    "mfa.authenticator": 4,
    "procrastinate.procrastinatejob": 5,
    "socialaccount.socialaccount": 4,
    "sources.publisher": 4,
    "sources.snapshot": 7,
    "sources.source": 6,
}

Fill = Callable[[int], None]


@pytest.fixture
def superuser(db: None) -> User:
    return User.objects.create_superuser("root", "root@example.org", "correct horse battery")


@pytest.fixture
def fill(checker: User, editor: User) -> Fill:
    """Add `count` rows of everything a newsroom makes."""

    def add(count: int) -> None:
        for _row in range(count):
            number = Topic.objects.count() + 1
            topic = Topic.objects.create(name=f"Topic {number}", slug=f"topic-{number}")
            publisher = Publisher.objects.create(name=f"Paper {number}", kind="news")
            scale = RatingScale.objects.create(
                publisher=publisher, name="Stars", version=str(number), language="en"
            )
            Rating.objects.create(scale=scale, code="odd", label="Odd")
            claimant = Claimant.objects.create(name=f"Person {number}")
            source = make_source("The bridge cost 90 million euros, she said.", publisher=publisher)
            claim = make_claim(claimant=claimant, topics=[topic], created_by=checker, score=0.5)
            make_appearance(claim, source, "The bridge cost 90 million euros")
            verdict = make_draft(claim, checker)
            for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
                verdict = workflow.move(verdict, action, by=by)
            verdict_drafts.draft(claim, author=checker)
            endpoint = WebhookEndpoint.objects.create(
                name=f"Receiver {number}", url="https://example.org/hook", event_kinds=["claim.published"]
            )
            delivery = WebhookDelivery.objects.create(
                endpoint=endpoint, publication=claim.publications.get(), event="claim.published"
            )
            WebhookAttempt.objects.create(
                delivery=delivery, at=timezone.now(), duration_ms=5, status_code=500, error="HTTP 500"
            )
            run = ImportRun.objects.create(origin=f"archive-{number}.csv", started_by=editor, format="csv")
            ImportProblem.objects.create(
                run=run,
                outcome="refused",
                file=run.origin,
                position="row 7",
                code="no statement",
                reason="None.",
            )
            PossibleDuplicate.objects.create(claim=make_claim(), earlier=claim, run=run)
            clusters.gather([claim], by=editor)
            Repeat.objects.create(
                claim=claim,
                source=source,
                snapshot=source.snapshots.get(),
                exact="The bridge",
                start=0,
                end=10,
                proposal=make_claim(state="proposed"),
                origin="article",
                confidence=0.9,
            )
            watch = Watch.objects.create(name=f"Feed {number}", url=f"https://example.org/feed/{number}")
            watch.pages.create(url=source.url, url_key=source.url_key, state="imported", source=source)
            api_tokens.issue(checker, name="Tool", scopes=["claims:read"], days=1)
            LogEntry.objects.create(
                user=checker,
                content_type=ContentType.objects.get_for_model(claim),
                object_id=str(claim.pk),
                object_repr=str(claim),
                action_flag=ADDITION,
            )

    return add


def address(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("role", ROLES)
def test_every_list_opens_when_it_is_empty(role: str, request: pytest.FixtureRequest, client: Client) -> None:
    person = request.getfixturevalue(role)
    client.force_login(person)
    assert client.get(reverse("admin:index")).status_code == 200
    for model in MODELS:
        may_look = admin.site._registry[model].has_view_or_change_permission(_asks(person))
        assert client.get(address(model, "changelist")).status_code == (200 if may_look else 403), model


@pytest.mark.parametrize("role", ROLES)
def test_every_page_opens_or_is_refused(
    role: str, request: pytest.FixtureRequest, client: Client, fill: Fill
) -> None:
    fill(1)
    person = request.getfixturevalue(role)
    client.force_login(person)
    assert client.get(reverse("admin:index")).status_code == 200
    for model in MODELS:
        may_look = admin.site._registry[model].has_view_or_change_permission(_asks(person))
        expected = 200 if may_look else 403
        listed = client.get(address(model, "changelist"), {"q": "bridge"})
        # A list that cannot be searched ignores the words; nothing may break either way.
        assert listed.status_code == expected, model
        # Some rows are seen only by whom they belong to.
        for row in admin.site._registry[model].get_queryset(_asks(person))[:2]:
            assert client.get(address(model, "change", row.pk)).status_code == expected, row
            assert client.get(address(model, "history", row.pk)).status_code == expected, row
        may_add = admin.site._registry[model].has_add_permission(_asks(person))
        assert client.get(address(model, "add")).status_code == (200 if may_add else 403), model


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_every_filter_narrows_without_breaking(
    model: type[Model], client: Client, superuser: User, fill: Fill
) -> None:
    fill(1)
    client.force_login(superuser)
    changelist = client.get(address(model, "changelist")).context["cl"]
    for spec in changelist.filter_specs:
        for name in spec.expected_parameters():
            for value in _values_of(spec, name):
                answer = client.get(address(model, "changelist"), {name: value})
                assert answer.status_code == 200, (name, value)
                assert answer.context["cl"].has_active_filters, (name, value)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_a_list_costs_the_same_whatever_its_length(
    model: type[Model], client: Client, superuser: User, fill: Fill
) -> None:
    client.force_login(superuser)
    client.get(address(model, "changelist"))  # content types and permissions are cached by the first page
    costs = []
    for more in (1, 2):  # 1 and then 3 rows
        fill(more)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address(model, "changelist")).status_code == 200
        costs.append(len(queries))
    assert costs == [QUERIES[model._meta.label_lower]] * 2


@pytest.mark.parametrize(
    "model", [Transition, SignOff, Publication, Snapshot, WebhookDelivery, ImportProblem, PossibleDuplicate]
)
def test_records_are_only_looked_at(model: type[Model], client: Client, superuser: User, fill: Fill) -> None:
    fill(1)
    client.force_login(superuser)
    row = model._default_manager.first()
    assert row is not None
    page = client.get(address(model, "change", row.pk))
    assert page.context["has_change_permission"] is False
    assert 'name="_save"' not in page.content.decode()
    assert client.post(address(model, "change", row.pk), {}).status_code == 403
    assert client.get(address(model, "add")).status_code == 403
    assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert model._default_manager.filter(pk=row.pk).exists()


def _asks(person: User) -> Any:
    request = RequestFactory().get("/admin/")
    request.user = User.objects.get(pk=person.pk)
    return request


def _values_of(spec: Any, name: str) -> list[str]:
    """One or more values that the filter offers for a parameter."""
    if name == "queue" or hasattr(spec, "lookup_choices"):
        return [str(choice[0]) for choice in spec.lookup_choices if choice[0] is not None][:4]
    field = getattr(spec, "field", None)
    if field is not None and field.is_relation:
        row = field.related_model._default_manager.first()
        return [str(row.pk)] if row else []
    if field is not None and field.flatchoices:
        return [str(field.flatchoices[0][0])]
    return ["1"]
