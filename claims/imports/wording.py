"""Translatable names of import problems. The readers store the English names."""

from typing import Final

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

KINDS: Final = (
    gettext_noop("contains NUL"),
    gettext_noop("address too long"),
    gettext_noop("ambiguous date"),
    gettext_noop("broken JSON"),
    gettext_noop("broken link"),
    gettext_noop("broken row"),
    gettext_noop("claimant is the publisher"),
    gettext_noop("claimant name too long"),
    gettext_noop("column not in the file"),
    gettext_noop("damaged archive"),
    gettext_noop("disagreement"),
    gettext_noop("empty file"),
    gettext_noop("empty folder"),
    gettext_noop("empty table"),
    gettext_noop("encrypted"),
    gettext_noop("impossible date"),
    gettext_noop("incomplete date"),
    gettext_noop("label too long"),
    gettext_noop("language guessed"),
    gettext_noop("language unknown"),
    gettext_noop("line too long"),
    gettext_noop("merged into another record"),
    gettext_noop("mixed encodings"),
    gettext_noop("nested too deeply"),
    gettext_noop("no ClaimReview"),
    gettext_noop("no column for the rating"),
    gettext_noop("no column for the statement"),
    gettext_noop("no fact check"),
    gettext_noop("no fields"),
    gettext_noop("no list of pages"),
    gettext_noop("not an object"),
    gettext_noop("no publisher"),
    gettext_noop("no statement"),
    gettext_noop("no such format"),
    gettext_noop("no words"),
    gettext_noop("no one is named"),
    gettext_noop("not UTF-8"),
    gettext_noop("not a date"),
    gettext_noop("not a plain value"),
    gettext_noop("not a web address"),
    gettext_noop("publisher too long"),
    gettext_noop("rating is not a number on its scale"),
    gettext_noop("record of this newsroom"),
    gettext_noop("retracted here"),
    gettext_noop("several addresses"),
    gettext_noop("several categories"),
    gettext_noop("conflict with stored value"),
    gettext_noop("statement is an address"),
    gettext_noop("statement too long"),
    gettext_noop("statement without words"),
    gettext_noop("suspicious name"),
    gettext_noop("title too long"),
    gettext_noop("too large"),
    gettext_noop("too long"),
    gettext_noop("too many files"),
    gettext_noop("too many pages"),
    gettext_noop("topic too long"),
    gettext_noop("undecodable characters"),
    gettext_noop("unknown category"),
    gettext_noop("unknown field"),
    gettext_noop("unknown format"),
    gettext_noop("unknown compression"),
    gettext_noop("too large when unpacked"),
    gettext_noop("unreadable"),
    gettext_noop("unreadable file"),
    gettext_noop("unusable workbook"),
    gettext_noop("withdrawn"),
    gettext_noop("wrong delimiter"),
    gettext_noop("wrong mapping"),
    gettext_noop("wrong number of cells"),
)


def describe_kind(code: str) -> str:
    """Return a kind of problem in the reader's language; unknown kinds as they are stored."""
    return gettext(code) if code else ""


#: The titles of formats, by the names under which imports store them.
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
    """Return the title of a format; for an unknown format, its name."""
    return str(TITLES.get(name) or name or "–")
