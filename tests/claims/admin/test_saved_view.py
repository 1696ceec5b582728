"""Saved views of lists: permissions to save, open, share and remove them, and the rules of the database."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from claims.models import Claim, SavedView, Topic
from tests.helpers.desk import said
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

LIST = "/admin/claims/claim/"
KEEP = "/admin/claims/savedview/keep/"


def keep(client: Client, name: str, query: str = "queue=triage", **more: str) -> Any:
    return client.post(KEEP, {"listed": "claims.claim", "query": query, "name": name, **more}, follow=True)


def offered(client: Client) -> list[str]:
    """The views above the list of claims."""
    page = client.get(LIST)
    person = User.objects.get(username=page.wsgi_request.user.get_username())
    names = [view.name for view in SavedView.objects.readable_by(person).of_list("claims.claim")]
    for view in SavedView.objects.all():
        address = reverse("admin:claims_savedview_open", args=[view.pk])
        assert (address in page.content.decode()) == (view.name in names)
    return names


def test_a_list_is_kept_and_opened_with_its_filters_search_order_and_columns(
    client: Client, checker: User, topic: Topic
) -> None:
    right = make_claim("The bridge is long.", topics=[topic], state="proposed")
    make_claim("The bridge is wide.", state="proposed")
    client.force_login(checker)
    query = f"columns=state_badge&columns=id&o=3&p=2&q=bridge&topics__id__exact={topic.pk}"
    assert said(keep(client, "  My   bridges ", query)) == ["Saved as “My bridges”."]
    view = SavedView.objects.get()
    assert (view.name, view.owner, view.is_shared) == ("My bridges", checker, False)
    assert view.query == f"columns=state_badge&columns=id&o=3&q=bridge&topics__id__exact={topic.pk}".replace(
        "columns=state_badge&columns=id", "columns=id&columns=state_badge"
    )
    opened = client.get(reverse("admin:claims_savedview_open", args=[view.pk]), follow=True)
    changelist = opened.context["cl"]
    assert [claim.pk for claim in changelist.result_list] == [right.pk]
    assert changelist.list_display == ["action_checkbox", "statement_cell", "state_badge", "id"]
    assert 'aria-current="page" dir="auto">My bridges' in opened.content.decode()
    # The same name again is the same view.
    assert said(keep(client, "my bridges", "queue=unchecked")) == ["“my bridges” now shows this list."]
    assert [view.query for view in SavedView.objects.all()] == ["queue=unchecked"]


def test_views_are_ones_own_until_they_are_shared(client: Client, checker: User, editor: User) -> None:
    client.force_login(checker)
    keep(client, "Mine")
    assert keep(client, "Ours", is_shared="1").status_code == 403
    client.force_login(editor)
    assert offered(client) == []
    keep(client, "Ours", is_shared="1")
    keep(client, "Hers")
    mine = SavedView.objects.get(name="Mine")
    assert client.get(reverse("admin:claims_savedview_open", args=[mine.pk])).status_code == 404
    assert client.get(reverse("admin:claims_savedview_change", args=[mine.pk]), follow=True).request[
        "PATH_INFO"
    ] == reverse("admin:index")
    client.force_login(checker)
    assert offered(client) == ["Mine", "Ours"]
    # Other people's views cannot be renamed or removed, and a checkbox that is not offered shares nothing.
    ours = SavedView.objects.get(name="Ours")
    assert (
        client.post(reverse("admin:claims_savedview_change", args=[ours.pk]), {"name": "X"}).status_code
        == 403
    )
    assert (
        client.post(reverse("admin:claims_savedview_delete", args=[ours.pk]), {"post": "yes"}).status_code
        == 403
    )
    page = reverse("admin:claims_savedview_change", args=[mine.pk])
    version = client.get(page).context["version"]
    client.post(page, {"name": "Renamed", "is_shared": "on", "_version": version, "_save": "1"})
    mine.refresh_from_db()
    assert (mine.name, mine.is_shared) == ("Renamed", False)


def test_administrators_can_remove_shared_views(client: Client, editor: User, administrator: User) -> None:
    client.force_login(editor)
    keep(client, "Ours", is_shared="1")
    keep(client, "Hers")
    client.force_login(administrator)
    ours, hers = SavedView.objects.get(name="Ours"), SavedView.objects.get(name="Hers")
    client.post(reverse("admin:claims_savedview_delete", args=[ours.pk]), {"post": "yes"})
    client.post(reverse("admin:claims_savedview_delete", args=[hers.pk]), {"post": "yes"})
    assert list(SavedView.objects.all()) == [hers]


def test_unknown_filters_and_columns_are_left_out_and_named(client: Client, editor: User) -> None:
    make_claim(state="proposed")
    client.force_login(editor)
    view = SavedView.objects.create(
        owner=editor,
        listed="claims.claim",
        name="Old",
        query="columns=gone,state_badge&no_such_filter=1&o=2&queue=triage&topics__id__exact=x",
    )
    opened = client.get(reverse("admin:claims_savedview_open", args=[view.pk]), follow=True)
    [words] = said(opened)
    assert words.endswith("no longer exist and are left out: gone, no_such_filter, topics__id__exact.")
    assert opened.request["QUERY_STRING"] == "queue=triage&columns=state_badge"
    assert opened.context["cl"].result_count == 1
    SavedView.objects.update(listed="claims.nothing")
    opened = client.get(reverse("admin:claims_savedview_open", args=[view.pk]), follow=True)
    assert said(opened) == ["The list of this view no longer exists."]


def test_a_list_that_one_may_not_open_has_no_views(client: Client, contributor: User, editor: User) -> None:
    view = SavedView.objects.create(
        owner=editor, listed="claims.importrun", name="Runs", query="", is_shared=True
    )
    client.force_login(contributor)
    assert client.get(reverse("admin:claims_savedview_open", args=[view.pk])).status_code == 403
    assert client.post(KEEP, {"listed": "claims.importrun", "name": "Runs"}).status_code == 403
    assert client.post(KEEP, {"listed": "nothing.at_all", "name": "Runs"}).status_code == 404
    assert client.get(KEEP).status_code == 404


def test_a_name_is_needed_and_is_ones_only_one(client: Client, editor: User, checker: User) -> None:
    client.force_login(editor)
    assert said(keep(client, " ")) == ["Enter a name of no more than 60 characters."]
    assert said(keep(client, "x" * 61)) == ["Enter a name of no more than 60 characters."]
    SavedView.objects.create(owner=checker, listed="claims.claim", name="Ours", is_shared=True)
    assert said(keep(client, "ours", is_shared="1")) == [
        "Not saved: There is already a shared view with this name. Choose another name."
    ]
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ("('   ', 'claims.claim', '', {owner}, false)", "savedview_has_a_name"),
        ("('A', 'claims', '', {owner}, false)", "savedview_is_of_a_list"),
        ("('A', 'claims.claim', repeat('x', 4001), {owner}, false)", "savedview_query_fits"),
        ("('FIRST', 'claims.claim', '', {owner}, false)", "savedview_is_named_once"),
        ("('first', 'claims.claim', '', {other}, true)", "savedview_is_shared_once"),
    ],
)
def test_the_database_holds_it(values: str, rule: str, editor: User, checker: User) -> None:
    SavedView.objects.create(owner=editor, listed="claims.claim", name="First", is_shared=True)
    row = values.format(owner=editor.pk, other=checker.pk)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic(), connection.cursor() as sql:
        sql.execute(f"INSERT INTO claims_savedview (name, listed, query, owner_id, is_shared) VALUES {row}")


def test_columns_are_chosen_and_links_stay(client: Client, editor: User) -> None:
    make_claim()
    client.force_login(editor)
    shown = client.get(LIST, {"columns": "language"}).context["cl"].list_display
    assert shown == ["action_checkbox", "statement_cell", "language"]
    usual = client.get(LIST).context["cl"].list_display
    assert client.get(LIST, {"columns": "nothing"}).context["cl"].list_display == usual
    assert Claim.objects.count() == 1
