"""The desk's pages for tokens: shown once, revoked with one click, and only one's own."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.models import ApiToken
from claims.newsroom import api_tokens
from tests.helpers.desk import said
from tests.helpers.newsroom_tool import Tool

pytestmark = pytest.mark.django_db

LIST = reverse("admin:claims_apitoken_changelist")
ADD = reverse("admin:claims_apitoken_add")
FORM = {"name": "Planner", "scopes": ["claims:read", "publish"], "days": "30"}


def page_of(token: ApiToken) -> str:
    return reverse("admin:claims_apitoken_change", args=[token.pk])


def issue(whose: User, name: str = "Planner") -> tuple[ApiToken, str]:
    return api_tokens.issue_token(whose, name=name, scopes=["claims:read"], days=30)


def made(client: Client, **form: Any) -> tuple[ApiToken, str]:
    answer = client.post(ADD, FORM | form)
    assert answer.status_code == 200, answer.content
    return ApiToken.objects.latest("pk"), answer.context["secret"]


def test_a_token_is_made_for_oneself_and_shown_once(client: Client, contributor: User) -> None:
    client.force_login(contributor)
    assert "user" not in client.get(ADD).context["adminform"].form.fields
    answer = client.post(ADD, FORM)
    token, secret = ApiToken.objects.get(), answer.context["secret"]
    assert "no-store" in answer["Cache-Control"]
    assert f'value="{secret}"' in answer.content.decode()
    assert (token.user, token.created_by, token.scopes) == (
        contributor,
        contributor,
        ["claims:read", "publish"],
    )
    assert abs(token.expiry - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)
    assert Tool(secret).get("").status_code == 200
    for page in (LIST, page_of(token), ADD):
        assert secret not in client.get(page).content.decode()


def test_only_administrators_can_name_another_person(client: Client, checker: User, editor: User) -> None:
    client.force_login(checker)
    token, _secret = made(client, user=str(editor.pk))
    assert token.user == checker


def test_a_token_made_for_another_person_names_the_administrator(
    client: Client, administrator: User, checker: User
) -> None:
    client.force_login(administrator)
    token, _secret = made(client, user=str(checker.pk))
    assert (token.user, token.created_by) == (checker, administrator)
    client.force_login(checker)
    assert "Ada" in client.get(page_of(token)).content.decode()


def test_an_administrator_makes_no_token_of_a_superuser(client: Client, administrator: User) -> None:
    root = User.objects.create_superuser("root", "root@example.org", "correct horse battery")
    client.force_login(administrator)
    answer = client.post(ADD, FORM | {"user": str(root.pk)}, follow=True)
    assert said(answer) == ["You can create tokens only for yourself."]
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["everything"]}, {"days": "3650"}, {"days": ""}]
)
def test_the_form_is_read_strictly(client: Client, checker: User, wrong: dict[str, Any]) -> None:
    client.force_login(checker)
    assert client.post(ADD, FORM | wrong).context["adminform"].form.errors.keys() == wrong.keys()
    assert not ApiToken.objects.exists()


def test_people_see_their_own_tokens_and_administrators_all(
    client: Client, checker: User, editor: User, administrator: User
) -> None:
    own, other = issue(checker, "Mine")[0], issue(editor, "Hers")[0]

    def shown(person: User) -> list[ApiToken]:
        client.force_login(person)
        return list(client.get(LIST).context["cl"].result_list)

    assert shown(checker) == [own]
    assert client.get(page_of(own)).status_code == 200
    assert client.get(page_of(other), follow=True).redirect_chain  # as one that does not exist
    assert shown(administrator) == [other, own]
    assert client.get(page_of(other)).status_code == 200


def test_a_token_is_revoked_with_one_click(client: Client, checker: User) -> None:
    token, secret = issue(checker)
    client.force_login(checker)
    revoke = reverse("admin:claims_apitoken_revoke", args=[token.pk])
    assert f'action="{revoke}"' in client.get(page_of(token)).content.decode()
    assert Tool(secret).get("").status_code == 200
    answer = client.post(revoke, follow=True)
    assert said(answer) == ["Revoked: “Planner” no longer works."]
    assert Tool(secret).get("").status_code == 401
    assert f'action="{revoke}"' not in answer.content.decode()
    assert "Revoked" in client.get(LIST).content.decode()


def test_another_persons_token_cannot_be_revoked(client: Client, checker: User, editor: User) -> None:
    token, secret = issue(editor)
    client.force_login(checker)
    assert client.post(reverse("admin:claims_apitoken_revoke", args=[token.pk])).status_code == 404
    assert Tool(secret).get("").status_code == 200


def test_an_administrator_revokes_everybodys(client: Client, administrator: User, editor: User) -> None:
    token, secret = issue(editor)
    client.force_login(administrator)
    client.post(reverse("admin:claims_apitoken_revoke", args=[token.pk]))
    assert Tool(secret).get("").status_code == 401
    token.refresh_from_db()
    assert token.revoked_by == administrator


def test_a_token_cannot_be_edited_or_deleted_at_the_desk(client: Client, checker: User) -> None:
    token, _secret = issue(checker)
    client.force_login(checker)
    page = client.get(page_of(token)).content.decode()
    assert 'name="_save"' not in page
    assert client.post(page_of(token), {"name": "Other"}).status_code == 403
    assert client.post(reverse("admin:claims_apitoken_delete", args=[token.pk])).status_code == 403


def test_the_page_says_when_it_was_used_and_how_it_begins(client: Client, checker: User) -> None:
    token, secret = issue(checker)
    Tool(secret).get("")
    token.refresh_from_db()
    client.force_login(checker)
    page = client.get(page_of(token)).content.decode()
    assert f"{secret[:15]}…" in page
    assert token.digest not in page
    assert token.last_used_at is not None


def test_people_without_access_to_the_desk_cannot_create_tokens(client: Client, db: None) -> None:
    reader = User.objects.create_user("reader")
    client.force_login(reader)
    assert client.post(ADD, FORM).status_code == 302
    assert not ApiToken.objects.exists()
