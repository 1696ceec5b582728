"""Find a person's permissions at the desk by trying: pages are opened, forms and buttons sent as raw requests. Every

change is rolled back. An action is allowed if it is carried out, or refused for another reason than the person.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import transaction
from django.db.models import Model
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django.urls import reverse

from claims.admin.move_buttons import get_last_move
from claims.admin.translation import get_last_step
from claims.features.reply.models import ReplyRequest
from claims.features.teamwork import comments
from claims.features.teamwork.models import Comment, Notification
from claims.models import ApiToken, Claim, SavedView, Translation, Verdict
from claims.newsroom import api_tokens
from claims.review import verdict_drafts
from claims.review.translation_drafts import begin_translation
from sources.models import MediaObject
from tests.helpers.full_desk import address
from tests.helpers.media_rows import make_media
from tests.helpers.newsroom import make_claim

#: Pages of a model that are the admin's own; every other address is named in the tables.
OF_THE_ADMIN = ("changelist", "download", "add", "history", "delete", "change")


@dataclass
class Walker:
    """A person who tries everything, with their own rows of models that have an owner."""

    person: User
    own: dict[type[Model], Model] = field(default_factory=dict)
    client: Client = field(default_factory=Client)
    soft: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client.force_login(self.person)
        self.client.raise_request_exception = True

    def may(self, method: str, path: str, sent: dict[str, Any] | str | None = None) -> bool:
        """Return whether the request is allowed. The data are a form, or JSON if they are a text.

        Pages are not rendered, which `test_admin_walk` does.
        """
        kind = {"content_type": "application/json"} if isinstance(sent, str) else {}
        with transaction.atomic(), patch.object(SimpleTemplateResponse, "rendered_content", ""):
            answer = getattr(self.client, method)(path, sent, **kind)
            if answer.streaming:
                list(answer)  # a file is closed by who reads it to its end
            transaction.set_rollback(True)
        if answer.status_code in (401, 403, 404):
            return False
        said = [str(message) for message in get_messages(answer.wsgi_request)]
        if any(words.startswith("Your role does not include this") for words in said):
            self.soft.append(path)  # refused, but with a message where there should be a 403
            return False
        elsewhere = (reverse("admin:index"), reverse("admin:login"), reverse("account_login"))
        # People who may not see a row are told that it does not exist, on the admin's first page.
        return not (answer.status_code == 302 and answer["Location"].split("?")[0] in elsewhere)

    def moves(self, subject: Any, action: str, **sent: Any) -> bool:
        """Whether the button of a move, sent as by a page, moves the subject; refused people get a 403."""
        last = get_last_step if isinstance(subject, Translation) else get_last_move
        before = last(subject)
        path = reverse(f"admin:claims_{subject._meta.model_name}_move", args=[subject.pk, action])
        sent |= {"last_move": before}
        answer = self.client.post(path, sent)
        if answer.status_code == 200:  # what readers will see is shown first
            answer = self.client.post(path, sent | {"confirmed": answer.context["question"].fingerprint})
        moved = last(subject) != before
        let_in = answer.status_code == 302 and answer["Location"].startswith("/admin/claims/")
        assert moved == let_in, (action, answer.status_code)
        return moved

    def rows(self, model: type[Model], others: Model) -> dict[str, bool]:
        """Return the person's permissions for rows of a model, by the columns of the table.

        The permission is known before a page is rendered, which takes half of the time. So it is rendered only for
        a superuser, who sees most; `tests.whole.test_admin_walk` renders lists and forms as each role.
        """
        with nullcontext() if self.person.is_superuser else _unrendered():
            return self._rows(model, others)

    def _rows(self, model: type[Model], others: Model) -> dict[str, bool]:
        own = self.own.get(model, others)
        found = {
            "list": self.may("get", address(model, "changelist")),
            "download": self.may("get", address(model, "download", "csv")),
            "add": self.may("post", address(model, "add"), {}),
        }
        for whose, row in (("", own), (" others'", others)):
            if whose and own is others:
                continue
            found |= {
                f"see{whose}": self.may("get", address(model, "change", row.pk)),
                f"change{whose}": self.may("post", address(model, "change", row.pk), {}),
                f"delete{whose}": self.may("post", address(model, "delete", row.pk), {"post": "yes"}),
            }
        return found


@contextmanager
def _unrendered() -> Iterator[None]:
    """Leave pages of the desk empty."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SimpleTemplateResponse, "rendered_content", "")
        yield


def walker(person: User) -> Walker:
    """A person with their own rows of every model that has an owner."""
    claim = make_claim(created_by=person, state="proposed")
    token, _secret = api_tokens.issue_token(person, name="Mine", scopes=["claims:read"], days=1)
    told = Notification.objects.create(person=person, kind="assigned", claim=claim, mail="never")
    view = SavedView.objects.create(owner=person, name="Mine", listed="claims.claim")
    picture = make_media(10_000 + person.pk, created_by=person)
    own: dict[type[Model], Model] = {
        Claim: claim,
        ApiToken: token,
        Notification: told,
        SavedView: view,
        MediaObject: picture,
    }
    if person.has_perm("claims.view_claim"):
        own[Comment] = comments.add_comment(make_claim(created_by=person), "Mine.", by=person).comment
    if person.has_perm("claims.add_verdict"):
        own[Verdict] = draft = verdict_drafts.create_draft(make_claim(), author=person)
        own[ReplyRequest] = ReplyRequest.objects.create(
            verdict=draft, party="The builder", not_asked="no_way"
        )
    published = Verdict.objects.filter(state="published", publisher__is_house=True).last()
    if published and person.has_perm("claims.add_translation"):
        own[Translation] = begin_translation(published, f"fr-x{person.pk}", by=person)
    return Walker(person, own)


def addresses() -> dict[str, str]:
    """Every address of the desk that is not one of the admin's own, by its name."""
    admin.autodiscover()
    found = {}
    for model, pages in admin.site._registry.items():
        prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
        for route in pages.get_urls():
            name = getattr(route, "name", None) or ""
            if name and name not in {prefix + page for page in OF_THE_ADMIN}:
                found[name] = str(route.pattern)
    return found
