"""What pages and moves cost with all features on. Tests of the core count without them."""

from typing import Any

from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from claims.review import workflow
from tests.claims.admin.test_triage import PAGE as TRIAGE
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source
from tests.helpers.reader_pages import page


def test_queries_with_all_features(
    client: Client, checker: User, editor: User, django_assert_num_queries: Any
) -> None:
    cache.clear()  # of trends
    claim = make_claim()
    make_appearance(claim, make_source("The bridge is new."), "bridge")
    verdict = make_draft(claim, checker)
    for action, by in (("submit", checker), ("sign_off", editor)):
        verdict = workflow.move(verdict, action, by=by)
    person = User.objects.get(pk=editor.pk)
    with django_assert_num_queries(36):
        workflow.move(verdict, "publish", by=person)
    with django_assert_num_queries(5):
        page(client, claim.get_absolute_url())
    make_claim(state="proposed")
    client.force_login(editor)
    for queries in (37, 30):  # the trends are counted once
        with django_assert_num_queries(queries):
            client.get(reverse("admin:index"))
    client.get(TRIAGE, {"queue": "triage"})
    with django_assert_num_queries(47):
        client.get(TRIAGE, {"queue": "triage"})
