"""The text for sharing a claim, in one self-contained sentence."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from claims.ledger.document.headline import choose_lead_verdict

Document = dict[str, Any]

#: The maximum length of a statement. A longer one is left out with its rating; cut, it could mean the opposite.
MAX_LENGTH = 300


def share_text(document: Document) -> str:
    """Return a text to share, in the page's language: rating, statement, publisher and URL."""
    verdict, statement = choose_lead_verdict(document), " ".join(document["statement"].split())
    if verdict is None or len(statement) > MAX_LENGTH:
        publisher = verdict["publisher"]["name"] if verdict else ""
        template = _("Fact check by %(publisher)s: %(address)s") if publisher else "%(address)s"
        return template % {"publisher": publisher, "address": document["url"]}
    rating = verdict["rating"]
    return _("%(rating)s: “%(statement)s” – fact check by %(publisher)s, %(address)s") % {
        "rating": rating["labels"].get(get_language()) or rating["label"],
        "statement": statement,
        "publisher": verdict["publisher"]["name"],
        "address": document["url"],
    }
