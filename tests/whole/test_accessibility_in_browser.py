"""axe-core finds nothing wrong with any page, at the desk or of the readers, in light and dark."""

from collections.abc import Iterator
from typing import Literal
from urllib.parse import urljoin

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from claims.imports.storing import runs
from tests.helpers.accessibility import violations
from tests.helpers.newsroom import make_claim
from tests.whole.test_admin_walk import Fill, address, fill, superuser
from tests.whole.test_pages_in_browser import addresses

__all__ = ["addresses", "fill", "superuser"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Scheme = Literal["light", "dark"]
IN_BOTH = pytest.mark.parametrize("scheme", ["light", "dark"])

TABLE = (
    b"claim,rating,publisher,date,topics\nTrams are free.,False,The Harbour Post,2024-03-04,transport;money\n"
)


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer) -> Iterator[Page]:
    context = chromium.new_context(base_url=live_server.url)
    yield context.new_page()
    context.close()


def wrong(page: Page, paths: list[str], scheme: Scheme) -> dict[str, dict[str, list[str]]]:
    """Each page that breaks a rule, with what breaks it."""
    page.emulate_media(color_scheme=scheme)
    found = {}
    for path in paths:
        answer = page.goto(path)
        # Neither the door instead of the page, nor an error in its place.
        assert answer is not None
        assert (answer.url, answer.status < 500) == (urljoin(page.url, path), True), path
        page.wait_for_function("!document.querySelector('[x-cloak]')")  # scripts have made it what it is
        if broken := violations(page):
            found[path] = broken
    return found


def as_at_the_desk(page: Page, client: Client, person: User) -> None:
    """Sign in both: the client finds out which pages there are, the browser looks at them."""
    client.force_login(person)
    page.goto("/accounts/login/")
    site = urljoin(page.url, "/")
    page.context.add_cookies(
        [{"name": name, "value": part.value, "url": site} for name, part in client.cookies.items()]
    )


@IN_BOTH
def test_reader_pages_and_the_door(scheme: Scheme, page: Page, addresses: dict[str, str]) -> None:
    assert wrong(page, [*addresses.values(), "/accounts/login/"], scheme) == {}


@IN_BOTH
def test_every_list_and_page_of_the_desk(
    scheme: Scheme, page: Page, client: Client, superuser: User, fill: Fill
) -> None:
    fill(2)
    as_at_the_desk(page, client, superuser)
    paths = []
    for model in admin.site._registry:
        row = model._default_manager.first()
        paths += [address(model, "changelist"), address(model, "add")]
        paths += [address(model, "change", row.pk)] if row else []
    assert wrong(page, [path for path in paths if client.get(path).status_code == 200], scheme) == {}


@IN_BOTH
def test_pages_of_the_desk_that_belong_to_no_model(
    scheme: Scheme, page: Page, client: Client, superuser: User, fill: Fill
) -> None:
    fill(1)
    run = runs.choose(SimpleUploadedFile("archive.csv", TABLE), by=superuser)
    claim, untouched = make_claim(state="proposed"), make_claim(state="proposed")
    as_at_the_desk(page, client, superuser)
    paths = [
        reverse("admin:index"),
        reverse("admin:claims_claim_import"),
        reverse("admin:claims_importrun_add"),
        reverse("admin:claims_importrun_set-up", args=[run.pk]),
        reverse("admin:claims_importrun_change", args=[run.pk]),
        reverse("admin:claims_claim_history", args=[claim.pk]),
        reverse("admin:claims_claim_delete", args=[untouched.pk]),
    ]
    assert {client.get(path).status_code for path in paths} == {200}
    assert wrong(page, paths, scheme) == {}
