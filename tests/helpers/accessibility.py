"""What axe-core finds wrong in a page: what a person with a screen reader, a keyboard or weak eyes stumbles over."""

from functools import cache
from importlib.resources import files

from playwright.sync_api import Page


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text()


def violations(page: Page) -> dict[str, list[str]]:
    """The rules that the page breaks as it is shown now, each with the elements that break it."""
    page.evaluate(_axe())
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return {rule["id"]: [node["html"][:160] for node in rule["nodes"]] for rule in found["violations"]}
