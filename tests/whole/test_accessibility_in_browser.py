"""axe-core finds nothing wrong with any page, at the desk or of the readers, in light and dark."""

from collections.abc import Callable, Iterator
from urllib.parse import urljoin

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page

from claims.imports.storing import runs
from claims.models import Claim, Claimant
from tests.helpers.accessibility import in_each_scheme, violations
from tests.helpers.browser import new_context
from tests.helpers.full_desk import MODELS, add_row_of_each, address, make_superuser
from tests.helpers.kept_newsroom import checker, claimant, editor, publish
from tests.helpers.kept_site import kept_rows, site
from tests.helpers.newsroom import make_claim
from tests.helpers.reader_site import pages_of_readers

__all__ = ["checker", "claimant", "editor", "kept_rows", "publish", "site"]  # fixtures

pytestmark = pytest.mark.browser

#: What `addresses` has.
READER_PAGES = [
    "home",
    "list",
    "nothing found",
    "claim",
    "version",
    "history",
    "withdrawn",
    "source",
    "methodology",
    "check",
    "clusters",
    "cluster",
    "claimant",
    "topic",
    "publisher",
    "rating",
    "ratings",
    "topics",
    "claimants",
    "publishers",
    "facets",
    "corrections",
    "about us",
    "team",
    "standards",
    "about",
    "ask",
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


@pytest.fixture(scope="module")
def addresses(publish: Callable[..., Claim], claimant: Claimant, editor: User) -> dict[str, str]:
    """Pages of readers, and the door to the desk."""
    return pages_of_readers(publish, claimant, editor) | {"door": "/accounts/login/"}


@pytest.fixture(scope="module")
def desk(checker: User, editor: User) -> Client:
    """Somebody who may see all of a desk at which everything has happened twice."""
    for _row in range(2):
        add_row_of_each(checker, editor)
    client = Client()
    client.force_login(make_superuser())
    return client


@pytest.fixture(scope="module")
def desk_addresses(desk: Client, editor: User) -> dict[str, str]:
    run = runs.create_run(SimpleUploadedFile("archive.csv", TABLE), by=editor)
    claim, untouched = make_claim(state="proposed"), make_claim(state="proposed")
    rows = {
        "claims_importrun_set-up": run,
        "claims_importrun_change": run,
        "claims_claim_history": claim,
        "claims_claim_delete": untouched,
    }
    return {
        name: reverse(f"admin:{name}", args=[rows[name].pk] if name in rows else []) for name in DESK_PAGES
    }


@pytest.fixture
def page(chromium: Browser, site: str) -> Iterator[Page]:
    """A page of a reader."""
    with new_context(chromium, base_url=site) as context:
        yield context.new_page()


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, desk: Client, site: str) -> Iterator[BrowserContext]:
    """A browser of whom the client has signed in: it finds out which pages there are, the browser looks at them."""
    with new_context(chromium, base_url=site) as context:
        context.add_cookies(
            [{"name": name, "value": part.value, "url": site} for name, part in desk.cookies.items()]
        )
        yield context


@pytest.fixture
def desk_page(signed_in: BrowserContext) -> Iterator[Page]:
    page = signed_in.new_page()
    yield page
    page.close()


def wrong(page: Page, *paths: str) -> dict[tuple[str, str], dict[str, list[str]]]:
    """By page and colour scheme, what breaks a rule."""
    found = {}
    for path in paths:
        answer = page.goto(path)
        # Neither the door instead of the page, nor an error in its place.
        assert answer is not None
        assert (answer.url, answer.status < 500) == (urljoin(page.url, path), True), path
        for scheme in in_each_scheme(page):
            if broken := violations(page):
                found[path, scheme] = broken
    return found


@pytest.mark.parametrize("name", READER_PAGES)
def test_pages_of_readers(name: str, page: Page, addresses: dict[str, str]) -> None:
    assert list(addresses) == READER_PAGES
    assert wrong(page, addresses[name]) == {}


@pytest.mark.parametrize("width", [320, 390])
def test_pages_of_readers_on_a_phone(width: int, page: Page, addresses: dict[str, str]) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    names = ("home", "list", "claimant", "publisher", "rating", "clusters", "corrections", "about us")
    assert wrong(page, *(addresses[name] for name in names)) == {}


@pytest.mark.parametrize("code", ["de", "ar"])
def test_pages_of_readers_in_other_languages(code: str, page: Page, addresses: dict[str, str]) -> None:
    page.set_viewport_size({"width": 390, "height": 700})
    assert wrong(page, *(f"/{code}{path}" for name, path in addresses.items() if name != "door")) == {}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_lists_and_forms_of_the_desk(model: type[Model], desk_page: Page, desk: Client) -> None:
    row = model._default_manager.first()
    paths = [address(model, "changelist"), address(model, "add")]
    paths += [address(model, "change", row.pk)] if row else []
    opened = [path for path in paths if desk.get(path).status_code == 200]
    assert opened
    assert wrong(desk_page, *opened) == {}


@pytest.mark.parametrize("name", DESK_PAGES)
def test_other_pages_of_the_desk(
    name: str, desk_page: Page, desk: Client, desk_addresses: dict[str, str]
) -> None:
    path = desk_addresses[name]
    assert desk.get(path).status_code == 200
    assert wrong(desk_page, path) == {}
