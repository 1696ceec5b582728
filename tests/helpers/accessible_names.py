"""What a page says to who cannot see it, also where its scripts cannot look: Chromium's tree of accessibility."""

from playwright.sync_api import Page

from tests.helpers.browser import PATIENCE


def accessible_names(page: Page, role: str) -> list[str]:
    """The names of everything of this role that is shown, in closed shadow trees too."""
    devtools = page.context.new_cdp_session(page)
    nodes = devtools.send("Accessibility.getFullAXTree")["nodes"]
    devtools.detach()
    return [
        node["name"]["value"]
        for node in nodes
        if not node["ignored"] and node["role"]["value"] == role and "name" in node
    ]


def wait_for_names(page: Page, role: str, names: list[str]) -> None:
    """Wait until just these are shown: the tree follows the page, and not at once."""
    for _glance in range(PATIENCE // 50):
        if accessible_names(page, role) == names:
            return
        page.wait_for_timeout(50)
    raise AssertionError((role, accessible_names(page, role)))
