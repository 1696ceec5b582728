"""Short ways to read pages as a visitor does."""

from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from lxml import html

from claims.models import Claim, Verdict
from claims.review import workflow
from tests.helpers.newsroom import make_draft


def page(client: Client, path: str, **headers: str) -> html.HtmlElement:
    """The page at an address that must exist."""
    response = client.get(path, headers=headers)
    assert response.status_code == 200, path
    return html.document_fromstring(response.content.decode())


def words(element: html.HtmlElement) -> str:
    """The text of an element with its white space evened out."""
    return " ".join(element.text_content().split())


def statements(document: html.HtmlElement) -> list[str]:
    """The claims that a list shows."""
    return [words(heading) for heading in document.cssselect(".card h2")]


def bring_out(draft: Verdict, author: User, editor: User) -> Verdict:
    """Take a draft through review to publication."""
    for action, by in (("submit", author), ("sign_off", editor), ("publish", editor)):
        draft = workflow.move(draft, action, by=by)
    return draft


def correct(claim: Claim, author: User, editor: User, *, kind: str = "correction", **content: Any) -> Verdict:
    """Replace the claim's published verdict by a new version."""
    content = {"correction_kind": kind, "correction_note": "A new audit.", **content}
    return bring_out(make_draft(claim, author, **content), author, editor)
