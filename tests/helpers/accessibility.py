"""What axe-core finds wrong in a page: what a person with a screen reader, a keyboard or weak eyes stumbles over."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page, expect

#: Ends every change of colour at once. A browser does not go on with those of a page that it does not paint.
_AT_REST = """() => document.getAnimations()
  .filter(each => each instanceof CSSTransition).forEach(each => each.finish())"""


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text()


#: What a page in dark colours can break besides what it breaks in light ones.
_RULES_OF_COLOUR = ["color-contrast", "link-in-text-block"]


def violations(page: Page, scheme: str = "light") -> dict[str, list[str]]:
    """Return the rules that the page breaks as it is shown now, each with the elements that break it.

    In the scheme "dark", only the rules about colours are checked: the others were checked in light colours.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if scheme == "dark":
        options["runOnly"] = _RULES_OF_COLOUR
    found = page.evaluate("options => axe.run(document, options)", options)
    return {rule["id"]: [node["html"][:160] for node in rule["nodes"]] for rule in found["violations"]}


def in_each_scheme(page: Page) -> Iterator[str]:
    """The open page in light colours and then in dark ones, once it has come to rest in them."""
    # Scripts have made it what it is, and letters have the width that they keep.
    page.wait_for_load_state()
    expect(page.locator("[x-cloak]")).to_have_count(0)
    page.evaluate("document.fonts.ready.then(() => {})")
    yield "light"
    page.emulate_media(color_scheme="dark")
    if page.evaluate("'Alpine' in window"):
        # The desk asks the device once. From then on it changes as a person does: from “auto” to light, to dark.
        page.keyboard.press("Control+e")
        page.keyboard.press("Control+e")
        expect(page.locator("html")).to_have_class(re.compile(r"\bdark\b"))
    page.evaluate(_AT_REST)
    yield "dark"
    page.evaluate("localStorage.clear()")
    page.emulate_media(color_scheme="light")
