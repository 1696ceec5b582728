"""What docs/ says to those who use the API, read for the tests that hold it to its word."""

import re

from django.conf import settings

PAGES = (
    "api.md",
    "interoperability.md",
    "ledger-proofs.md",
    "webhooks.md",
)
TEXT = "\n".join((settings.BASE_DIR / "docs" / name).read_text() for name in PAGES)


def section(title: str) -> str:
    """The text under a heading, up to the next one."""
    return re.split(
        r"^#+ ",
        re.split(rf"^#+ {title}$", TEXT, maxsplit=1, flags=re.MULTILINE)[1],
        maxsplit=1,
        flags=re.MULTILINE,
    )[0]


def rows(title: str) -> dict[str, str]:
    """The parameters in the section's table, each with its example."""
    table = re.findall(r"^\| `(\w+)` \| .* \| (?:`(.*)`)? ?\|$", section(title), flags=re.MULTILINE)
    return dict(table)
