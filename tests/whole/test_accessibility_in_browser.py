"""axe-core finds nothing wrong with any page, at the desk or of the readers, in light and dark."""

from collections.abc import Callable, Iterator
from urllib.parse import urljoin

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page

from claims.imports.storing import runs
from claims.models import Claim, Claimant
from tests.helpers.accessibility import in_each_scheme, violations
from tests.helpers.browser import new_context
from tests.helpers.full_desk import MODELS, add_row_of_each, address, make_superuser
from tests.helpers.newsroom import make_claim
from tests.helpers.reader_site import pages_of_readers
from tests.helpers.shared_newsroom import checker, claimant, editor, publish
from tests.helpers.shared_site import shared_rows, site

__all__ = ["checker", "claimant", "editor", "publish", "shared_rows", "site"]  # fixtures

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
    """A person with all permissions at a desk with at least two rows of everything."""
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


@pytest.fixture(scope="module")
def reader(chromium: Browser, site: str) -> Iterator[Page]:
    """A page of a reader: a browser takes longer to open one than to go from one address to the next."""
    with new_context(chromium, base_url=site) as context:
        yield context.new_page()


@pytest.fixture
def page(reader: Page) -> Iterator[Page]:
    yield reader
    reset(reader)


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, desk: Client, site: str) -> Iterator[Page]:
    """A page of the superuser."""
    with new_context(chromium, base_url=site) as context:
        context.add_cookies(
            [{"name": name, "value": part.value, "url": site} for name, part in desk.cookies.items()]
        )
        yield context.new_page()


@pytest.fixture
def desk_page(signed_in: Page) -> Iterator[Page]:
    yield signed_in
    reset(signed_in)


def reset(page: Page) -> None:
    """Leave the page to the next test as it was opened, also where a test failed on dark colours."""
    page.evaluate("localStorage.clear()")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 720})


def load(page: Page, path: str) -> int:
    """Go to an address, and return the status of its answer; 0 if another page, such as the door, came instead."""
    answer = page.goto(path)
    assert answer is not None
    assert answer.status < 500, path
    return answer.status if answer.url == urljoin(page.url, path) else 0


def wrong(page: Page, path: str) -> dict[tuple[str, str], dict[str, list[str]]]:
    """By colour scheme, which rules the open page breaks."""
    return {(path, scheme): broken for scheme in in_each_scheme(page) if (broken := violations(page, scheme))}


def wrong_with(page: Page, *paths: str) -> dict[tuple[str, str], dict[str, list[str]]]:
    """By page and colour scheme, which rules each of these pages breaks."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for path in paths:
        assert load(page, path) in (200, 404), path
        found |= wrong(page, path)
    return found


@pytest.mark.parametrize("name", READER_PAGES)
def test_pages_of_readers(name: str, page: Page, addresses: dict[str, str]) -> None:
    assert list(addresses) == READER_PAGES
    assert wrong_with(page, addresses[name]) == {}


@pytest.mark.parametrize("width", [320, 390])
def test_pages_of_readers_on_a_phone(width: int, page: Page, addresses: dict[str, str]) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    names = ("home", "list", "claimant", "publisher", "rating", "clusters", "corrections", "about us")
    assert wrong_with(page, *(addresses[name] for name in names)) == {}


@pytest.mark.parametrize("code", ["de", "ar"])
def test_pages_of_readers_in_other_languages(code: str, page: Page, addresses: dict[str, str]) -> None:
    """In light colours: a language changes none of the dark ones."""
    page.set_viewport_size({"width": 390, "height": 700})
    found = {}
    for name, path in addresses.items():
        if name != "door":
            assert load(page, f"/{code}{path}") in (200, 404), path
            if broken := violations(page):
                found[name] = broken
    assert found == {}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_lists_and_forms_of_the_desk(model: type[Model], desk_page: Page) -> None:
    row = model._default_manager.first()
    paths = [address(model, "changelist"), address(model, "add")]
    paths += [address(model, "change", row.pk)] if row else []
    found = [wrong(desk_page, path) for path in paths if load(desk_page, path) == 200]
    assert found == [{}] * len(found) != []


@pytest.mark.parametrize("name", DESK_PAGES)
def test_other_pages_of_the_desk(name: str, desk_page: Page, desk_addresses: dict[str, str]) -> None:
    assert wrong_with(desk_page, desk_addresses[name]) == {}
