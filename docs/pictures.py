"""Take the pictures of the documentation anew, from the demo: `make pictures`.

The demo is started in a folder of its own, so that what somebody did in theirs is not shown. Each picture is a page as
a person of one role sees it, after the clicks that the text beside it describes.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import requests
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
PORT = 8765
SITE = f"http://127.0.0.1:{PORT}"
_PATIENCE = 180
#: Milliseconds after which nothing moves any more.
_SETTLED = 2000
_DESKTOP: ViewportSize = {"width": 1280, "height": 800}
_PHONE: ViewportSize = {"width": 390, "height": 844}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: whose page it is, where to begin, and what to do there before it is taken."""

    name: str
    path: str
    person: str = "editor"
    prepare: Callable[[Page], object] = lambda page: None
    phone: bool = False


def open_claim(words: str) -> Callable[[Page], None]:
    """From the list of claims to the page of the one that has these words."""

    def find(page: Page) -> None:
        page.goto(f"{SITE}/admin/claims/claim/?q={quote(words)}")
        page.locator("#result_list tbody a").first.click()
        page.wait_for_load_state()

    return find


def follow(link: str, *, after: Callable[[Page], None]) -> Callable[[Page], None]:
    """The same, and on by a link of that page."""

    def go_on(page: Page) -> None:
        after(page)
        page.get_by_role("link", name=link).first.click()
        page.wait_for_load_state()

    return go_on


def press(button: str, *, after: Callable[[Page], None]) -> Callable[[Page], None]:
    """The same, and on by a button of that page."""

    def go_on(page: Page) -> None:
        after(page)
        with page.expect_navigation():
            page.get_by_role("button", name=button).first.click()

    return go_on


_ENTIRETY = open_claim("in their entirety")

#: The one of README.md first, then those of docs/editors.md in their order.
PICTURES = [
    Picture("article", "/sources/1/", person=""),
    Picture("desk", "/admin/"),
    Picture("triage", "/admin/claims/claim/triage/"),
    Picture("claim", "/admin/", prepare=open_claim("Kaesong")),
    Picture(
        "annotated-article", "/admin/", prepare=follow("In the article", after=open_claim("sixty hours"))
    ),
    Picture("publish", "/admin/", prepare=press("Publish", after=_ENTIRETY)),
    Picture("board", "/admin/teamwork/assignment/board/"),
    Picture("calendar", "/admin/teamwork/assignment/calendar/"),
]


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="factcheck-pictures-") as folder,
        demo(Path(folder)) as password,
        sync_playwright() as playwright,
    ):
        # Chromium's sandbox refuses to run as root, as which containers run.
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), chromium_sandbox=os.geteuid() != 0
        )
        for picture in PICTURES:
            take(browser, picture, password)
        browser.close()


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """The demo at work in the folder; yields the password of its people."""
    environment = {**os.environ, "FACTCHECK_DEMO": "1", "DATA_DIR": str(folder), "PORT": str(PORT)}
    server = subprocess.Popen(
        [sys.executable, "manage.py", "demo"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        for _second in range(_PATIENCE):
            time.sleep(1)
            if server.poll() is not None:
                raise SystemExit(
                    "The demo ended before its pages were captured; start it with `make demo` to see why."
                )
            if is_answering():
                break
        else:
            raise SystemExit(f"The demo did not answer within {_PATIENCE} seconds.")
        accounts = json.loads((folder / "demo-accounts.json").read_text())
        yield accounts[0]["password"]
    finally:
        server.terminate()
        server.wait()


def is_answering() -> bool:
    try:
        return requests.get(f"{SITE}/api/v1/claims/", timeout=5).ok
    except requests.RequestException:
        return False


def take(browser: Browser, picture: Picture, password: str) -> None:
    context = browser.new_context(viewport=_PHONE if picture.phone else _DESKTOP, reduced_motion="reduce")
    page = context.new_page()
    if picture.person:
        page.goto(f"{SITE}/admin/")
        page.fill("[name=login]", picture.person)
        page.fill("[name=password]", password)
        page.click("main button[type=submit]")
        page.wait_for_url(f"{SITE}/admin/")
    page.goto(SITE + picture.path)
    picture.prepare(page)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(_SETTLED)  # the preview is drawn a moment after the page
    page.evaluate("document.fonts.ready.then(() => {})")
    page.screenshot(path=IMAGES / f"{picture.name}.png")
    print(f"docs/images/{picture.name}.png")
    context.close()


if __name__ == "__main__":
    main()
