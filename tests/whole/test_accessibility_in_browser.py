"""axe-core finds nothing wrong with any page, at the desk or of the readers, in light and dark."""

from collections.abc import Iterator
from urllib.parse import urljoin

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from claims.imports.storing import runs
from tests.helpers.accessibility import violations
from tests.helpers.newsroom import make_claim
from tests.whole.test_admin_walk import MODELS, Fill, address, fill, superuser
from tests.whole.test_pages_in_browser import addresses

__all__ = ["addresses", "fill", "superuser"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: What `addresses` has, and the door to the desk.
READER_PAGES = [
    "list",
    "nothing found",
    "claim",
    "source",
    "methodology",
    "check",
    "clusters",
    "cluster",
    "not found",
    "door",
]
#: Pages of the desk that belong to no model, or are besides a model's list and form.
DESK_PAGES = [
    "index",
    "claims_claim_import",
    "claims_importrun_add",
    "claims_importrun_set-up",
    "claims_importrun_change",
    "claims_claim_history",
    "claims_claim_delete",
]

TABLE = (
    b"claim,rating,publisher,date,topics\nTrams are free.,False,The Harbour Post,2024-03-04,transport;money\n"
)


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer) -> Iterator[Page]:
    context = chromium.new_context(base_url=live_server.url)
    yield context.new_page()
    context.close()


def wrong(page: Page, *paths: str) -> dict[tuple[str, str], dict[str, list[str]]]:
    """By page and colour scheme, what breaks a rule."""
    found = {}
    for path in paths:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            answer = page.goto(path)
            # Neither the door instead of the page, nor an error in its place.
            assert answer is not None
            assert (answer.url, answer.status < 500) == (urljoin(page.url, path), True), path
            page.wait_for_function("!document.querySelector('[x-cloak]')")  # scripts have made it what it is
            if broken := violations(page):
                found[path, scheme] = broken
    return found


def as_at_the_desk(page: Page, client: Client, person: User) -> None:
    """Sign in both: the client finds out which pages there are, the browser looks at them."""
    client.force_login(person)
    page.goto("/accounts/login/")
    site = urljoin(page.url, "/")
    page.context.add_cookies(
        [{"name": name, "value": part.value, "url": site} for name, part in client.cookies.items()]
    )


@pytest.mark.parametrize("name", READER_PAGES)
def test_pages_of_readers(name: str, page: Page, addresses: dict[str, str]) -> None:
    pages = {**addresses, "door": "/accounts/login/"}
    assert list(pages) == READER_PAGES
    assert wrong(page, pages[name]) == {}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_lists_and_forms_of_the_desk(
    model: type[Model], page: Page, client: Client, superuser: User, fill: Fill
) -> None:
    fill(2)
    as_at_the_desk(page, client, superuser)
    row = model._default_manager.first()
    paths = [address(model, "changelist"), address(model, "add")]
    paths += [address(model, "change", row.pk)] if row else []
    opened = [path for path in paths if client.get(path).status_code == 200]
    assert opened
    assert wrong(page, *opened) == {}


@pytest.mark.parametrize("name", DESK_PAGES)
def test_other_pages_of_the_desk(name: str, page: Page, client: Client, superuser: User, fill: Fill) -> None:
    fill(1)
    run = runs.choose(SimpleUploadedFile("archive.csv", TABLE), by=superuser)
    claim, untouched = make_claim(state="proposed"), make_claim(state="proposed")
    rows = {
        "claims_importrun_set-up": run,
        "claims_importrun_change": run,
        "claims_claim_history": claim,
        "claims_claim_delete": untouched,
    }
    as_at_the_desk(page, client, superuser)
    path = reverse(f"admin:{name}", args=[rows[name].pk] if name in rows else [])
    assert client.get(path).status_code == 200
    assert wrong(page, path) == {}
