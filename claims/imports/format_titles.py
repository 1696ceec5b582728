"""Translatable titles of import formats. The format readers do not depend on languages."""

from typing import Final

from django.utils.translation import gettext_lazy as _

#: By the names under which runs keep them.
TITLES: Final = {
    "page": _("Web page with ClaimReview markup"),
    "report": _("Corrected report of rejected records"),
    "claims": _("Claims exported by this program"),
    "reviews": _("JSON records with this program’s field names"),
    "fact-check-tools": _("Responses of the Google Fact Check Tools API"),
    "claimreview": _("JSON with ClaimReview markup"),
    "xlsx": _("Spreadsheet (Excel)"),
    "rows": _("Rows as JSON (an object on each line, or an array of objects)"),
    "csv": _("Table (CSV, TSV)"),
}


def format_title(name: str) -> str:
    """Return the format in words; an unknown one by its name."""
    return str(TITLES.get(name) or name or "–")
