"""A real browser for tests that need one."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_cache_control
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

# A busy machine may need long. Only failing tests wait for the whole time.
PATIENCE = 120_000
expect.set_options(timeout=PATIENCE)

#: Where systems and `.ci/run` put Chromium.
NAMES = ("chromium", "chromium-browser", "google-chrome")
#: The same browser without windows and extensions, which needs a sixth less time.
SHELL = "chromium-headless-shell"

#: Why tests in a browser are skipped where none of them is found.
WITHOUT_CHROMIUM = "Chromium is not installed"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium, started once; tests that need it are skipped with the reason where it is not installed."""
    path = next(filter(None, map(shutil.which, (SHELL, *NAMES))), None)
    if path is None:
        pytest.skip(f"{WITHOUT_CHROMIUM}: none of {', '.join(NAMES)} is on the PATH.")
    # Playwright's event loop lives in this thread, and Django would take the tests' own queries for asynchronous ones.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        patch.setattr(StaticFilesHandler, "serve", serve_for_an_hour)
        # Chromium's sandbox refuses to run as root, as which containers run tests.
        browser = playwright.chromium.launch(executable_path=path, chromium_sandbox=os.geteuid() != 0)
        yield browser
        browser.close()


_serve = StaticFilesHandler.serve


def serve_for_an_hour(handler: StaticFilesHandler, request: HttpRequest) -> HttpResponseBase:
    """Serve a static file that the browser may keep, as it may in production.

    A page of the desk has forty of them, and a browser asks for each again with every page if they are new on disk.
    """
    answer = _serve(handler, request)
    patch_cache_control(answer, max_age=3600)
    return answer


#: The desk gives up on an answer after some seconds, which a busy machine may exceed.
WITHOUT_LIMIT = "AbortSignal.timeout = () => new AbortController().signal;"


def new_context(browser: Browser, **options: Any) -> BrowserContext:
    """A browser without history, which waits as long for pages as `expect` does for elements.

    Nor do its pages give up on an answer before.
    """
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE)
    context.add_init_script(WITHOUT_LIMIT)
    return context


#: Which addresses scripts of the page have fetched, in `fetched`, and for how many of the answers it waits, in
#: `awaited`: from the page's own list, because events of the browser arrive later.
FETCHED = """
    window.fetched = [];
    window.awaited = 0;
    const before = window.fetch;
    window.fetch = async (address, ...rest) => {
        fetched.push(String(address));
        awaited += 1;
        try {
            const answer = await before(address, ...rest);
            await answer.clone().text();
            return answer;
        } finally {
            awaited -= 1;
        }
    };
"""


def stop_clock(page: Page) -> None:
    """For the page that is opened next no time passes but what `page.clock.run_for` lets pass.

    So it counts the same, however long a busy machine takes between two keys.
    """
    now = timezone.now().timestamp()
    page.clock.install(time=now)
    page.clock.pause_at(now + 3600)  # a later hour: until here time passes
