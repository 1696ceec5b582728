"""A walk through the whole admin as every role: each page opens or is refused, and no list grows costly with rows."""

import re
from contextlib import suppress
from html import unescape
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve, reverse
from pytest_django import Settings

from claims.features.reply.models import ReplyRequest
from claims.features.webhooks.models import WebhookDelivery
from claims.models import Claim, ImportProblem, PossibleDuplicate, Publication, SignOff, Transition, Verdict
from factcheck import features
from sources.models import Snapshot
from tests.helpers.full_desk import MODELS, ROLES, add_row_of_each, address, asks, make_superuser
from tests.helpers.shared_newsroom import checker, editor, shared_rows
from tests.helpers.sweeps import sweep

__all__ = ["checker", "editor", "shared_rows"]  # fixtures

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

#: Queries of each changelist as a superuser sees it: the session, the person, how many rows there are, the rows, and
#: what filters, the date drill-down and linked rows ask, each once.
QUERIES = {
    "auth.group": 5,
    "auth.user": 6,
    "claims.apitoken": 4,
    "teamwork.assignment": 7,
    "teamwork.assignmentrule": 4,
    "claims.auditrecord": 5,
    "teamwork.chatchannel": 4,
    "claims.claim": 13,
    "claims.claimant": 4,
    "claims.cluster": 5,
    "teamwork.comment": 4,
    "complaints.complaint": 4,
    "corrections.rectification": 4,
    "claims.desksession": 4,
    "claims.embeddingmodel": 4,
    "claims.importproblem": 5,
    "claims.importrun": 4,
    "claims.newsroompage": 4,
    "teamwork.notification": 4,
    "federation.peerclaim": 4,
    "federation.peernewsroom": 4,
    "claims.possibleduplicate": 8,
    "claims.publication": 4,
    "claims.rating": 4,
    "claims.ratingscale": 4,
    "complaints.readerrequest": 5,
    "claims.removal": 4,
    "claims.repeat": 6,
    "reply.replyrequest": 6,
    "reply.replytemplate": 4,
    "claims.savedview": 4,
    "claims.secondfactorrule": 4,
    "claims.signoff": 4,
    "claims.topic": 4,
    "claims.transition": 4,
    "claims.translation": 5,
    "claims.verdict": 8,
    "links.linkstate": 5,
    "watches.watch": 4,
    "webhooks.webhookdelivery": 4,
    "webhooks.webhookendpoint": 4,
    "witnesses.witness": 4,
    "witnesses.witnessedlog": 4,
    "mfa.authenticator": 4,
    "procrastinate.procrastinatejob": 4,
    "socialaccount.socialaccount": 4,
    "sources.mediaobject": 4,
    "sources.publisher": 4,
    "sources.snapshot": 5,
    "sources.source": 4,
}
#: "Jan. 19, 2019" and "6 p.m.", where the desk writes "19 Jan 2019" and "18:00".
OTHER_DATES = re.compile(
    r"\b(Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec)[a-z]*\.? \d+, \d{4}|\d [ap]\.m\."
)
#: Paths in links, forms, buttons and data for scripts.
TARGETS = re.compile(r"""\b(?:href|action|formaction|data-[a-z-]+)=["'](/[^"'?#]*)""")
#: And the saved views above each of them.
ABOVE_THE_LIST = 1


@pytest.fixture(scope="module")
def superuser(shared_rows: None) -> User:
    return make_superuser()


@pytest.fixture(scope="module")
def filled(checker: User, editor: User) -> None:
    """One row of everything that a newsroom makes."""
    add_row_of_each(checker, editor)


@pytest.fixture(scope="module")
def costs(filled: None, checker: User, editor: User, superuser: User) -> dict[str, list[int]]:
    """By model, how many queries its list takes with 1 row and with 3."""
    client = Client()
    client.force_login(superuser)
    lists = {model._meta.label_lower: address(model, "changelist") for model in MODELS}
    for path in lists.values():
        client.get(path)  # content types and permissions are cached by the first page
    counted: dict[str, list[int]] = {name: [] for name in lists}
    with transaction.atomic():
        for more in (0, 2):
            for _row in range(more):
                add_row_of_each(checker, editor)
            for name, path in lists.items():
                with CaptureQueriesContext(connection) as queries:
                    assert client.get(path).status_code == 200
                counted[name].append(len(queries))
        transaction.set_rollback(True)
    return counted


def test_every_date_of_the_lists_has_one_form(client: Client, filled: None, superuser: User) -> None:
    client.force_login(superuser)
    pages = [reverse("admin:index"), *(address(model, "changelist") for model in MODELS)]
    texts = {page: client.get(page).content.decode() for page in pages}
    assert {page: found[0] for page, text in texts.items() if (found := OTHER_DATES.search(text))} == {}
    assert any(re.search(r"\b\d{1,2} [A-Z][a-z]{2} \d{4}\b", text) for text in texts.values())


@pytest.mark.parametrize("role", ROLES)
def test_every_page_opens_or_is_refused(
    role: str, request: pytest.FixtureRequest, client: Client, filled: None, superuser: User
) -> None:
    person = request.getfixturevalue(role)
    client.force_login(person)
    assert client.get(reverse("admin:index")).status_code == 200
    for model in MODELS:
        may_look = admin.site._registry[model].has_view_or_change_permission(asks(person))
        expected = 200 if may_look else 403
        listed = client.get(address(model, "changelist"), {"q": "bridge"})
        # A list that cannot be searched ignores the words; nothing may break either way.
        assert listed.status_code == expected, model
        # Some rows are visible only to their owner.
        for row in admin.site._registry[model].get_queryset(asks(person))[:2]:
            assert client.get(address(model, "change", row.pk)).status_code == expected, row
            assert client.get(address(model, "history", row.pk)).status_code == expected, row
        may_add = admin.site._registry[model].has_add_permission(asks(person))
        # A request for a reply starts from a draft.
        begun = {"verdict": Verdict.objects.filter(author__username="chris", state="draft").latest("pk").pk}
        shown = client.get(address(model, "add"), begun if model is ReplyRequest else {})
        assert shown.status_code == (200 if may_add else 403), model


@sweep("model", MODELS)
def test_every_filter_narrows_without_breaking(
    model: type[Model], client: Client, superuser: User, filled: None
) -> None:
    client.force_login(superuser)
    changelist = client.get(address(model, "changelist")).context["cl"]
    for spec in changelist.filter_specs:
        for name in spec.expected_parameters():
            for value in _values_of(spec, name):
                answer = client.get(address(model, "changelist"), {name: value})
                assert answer.status_code == 200, (name, value)
                assert answer.context["cl"].has_active_filters, (name, value)


def test_a_list_costs_the_same_whatever_its_length(costs: dict[str, list[int]]) -> None:
    assert costs == {name: [count + ABOVE_THE_LIST] * 2 for name, count in QUERIES.items()}


@pytest.mark.parametrize(
    "model", [Transition, SignOff, Publication, Snapshot, WebhookDelivery, ImportProblem, PossibleDuplicate]
)
def test_records_are_only_looked_at(
    model: type[Model], client: Client, superuser: User, filled: None
) -> None:
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


@pytest.mark.parametrize("preset", ["small", "all"])
def test_pages_lead_only_to_features_that_are_on(
    preset: str, settings: Settings, client: Client, filled: None, superuser: User
) -> None:
    """Lists, pages of rows and the dashboard, with their links, forms and buttons."""
    settings.FEATURES = [preset]
    client.force_login(superuser)
    public_claim = Publication.objects.current().values_list("claim", flat=True)[0]
    pages = [reverse("admin:index"), address(Claim, "change", public_claim)]
    for model in MODELS:
        if not features.is_off(model._meta.app_label):
            rows = admin.site._registry[model].get_queryset(asks(superuser))[:1]
            pages += [address(model, "changelist"), *(address(model, "change", row.pk) for row in rows)]
    disabled: set[tuple[str, str]] = set()
    joined: set[tuple[str, str]] = set()
    for page in pages:
        for target in re.findall(TARGETS, client.get(page, follow=True).content.decode()):
            if feature := _find_feature(unescape(target)):
                (joined if feature.is_on else disabled).add((page, target))
    assert disabled == set()
    teamwork = {target for _page, target in joined if "/teamwork/assignment" in target}
    assert bool(teamwork) == (preset == "all")


def _find_feature(path: str) -> features.Feature | None:
    """Return the feature whose route this is."""
    with suppress(Resolver404):
        return getattr(resolve(path).func, "feature", None)
    return None


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
