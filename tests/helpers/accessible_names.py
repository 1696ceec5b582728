"""What a page says to who cannot see it, also where its scripts cannot look: Chromium's tree of accessibility."""

from playwright.sync_api import Page


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
