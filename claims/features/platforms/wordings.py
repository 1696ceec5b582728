"""Texts about a published claim for other platforms, or the reason why there is no text."""

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from claims.ledger.document.claimreview import CONTEXT, OWN_ORIGINS, build_markup
from claims.ledger.document.headline import find_label

Document = dict[str, Any]

WORDING_KINDS = ("community_note", "bluesky_label", "claimreview", "mediareview", "picture")
#: The longest Community Note, and the length that X counts for each URL, in characters.
MAX_NOTE_LENGTH, URL_LENGTH = 280, 23
_URL_PATTERN = re.compile(r"https?://\S+")
#: Code points that X counts once; all others count twice (twitter-text, configuration 3).
_SINGLE_WEIGHT_RANGES = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
#: A rating class → the reasons that the writer of a Community Note can choose from.
_NOTE_TAGS = {
    "false": "misleadingFactualError",
    "mostly_false": "misleadingFactualError",
    "misleading": "misleadingMissingImportantContext",
    "mixed": "misleadingMissingImportantContext",
    "unproven": "misleadingUnverifiedClaimAsFact",
    "satire": "misleadingSatire",
    "outdated": "misleadingOutdatedInformation",
    "mostly_true": "notMisleadingFactuallyCorrect",
    "true": "notMisleadingFactuallyCorrect",
}
#: A rating class → our label on Bluesky, in lower case with hyphens (com.atproto.label.defs).
_BLUESKY_LABELS = {
    name: f"fact-check-{name.replace('_', '-')}"
    for name in ("false", "mostly_false", "misleading", "mixed", "unproven", "satire", "outdated")
}
_BLUESKY_POST_URL = re.compile(r"https://bsky\.app/profile/([^/?#]+)/post/([A-Za-z0-9]+)")


@dataclass(frozen=True, slots=True)
class Wording:
    """A text to copy to another platform, or the reason why there is none (`refusal`)."""

    kind: str
    text: str = ""
    details: str = ""
    refusal: str = ""


def count_characters(text: str) -> int:
    """Return the number of characters of a text, counted as X (formerly Twitter) does."""
    text_without_urls = unicodedata.normalize("NFC", _URL_PATTERN.sub("", text))
    single_count = sum(
        any(first_code <= ord(character) <= last_code for first_code, last_code in _SINGLE_WEIGHT_RANGES)
        for character in text_without_urls
    )
    return len(_URL_PATTERN.findall(text)) * URL_LENGTH + 2 * len(text_without_urls) - single_count


def find_own_verdict(document: Document) -> Document | None:
    """Return the newsroom's own verdict in a published claim if it has a rating, otherwise None."""
    if document["status"] != "published":
        return None
    own_verdicts = [
        verdict for verdict in document["verdicts"] if verdict["origin"] in OWN_ORIGINS and verdict["rating"]
    ]
    return own_verdicts[0] if own_verdicts else None


def build_wordings(document: Document) -> list[Wording]:
    """Return the text for each platform, in a fixed order."""
    verdict = find_own_verdict(document)
    if verdict is None:
        refusal = _("The newsroom has no published verdict on this claim.")
        return [Wording(kind, refusal=refusal) for kind in WORDING_KINDS]
    return [
        _build_note(document, verdict),
        _build_label(document, verdict),
        _build_review("ClaimReview", document),
        _build_review("MediaReview", document),
        Wording("picture"),
    ]


def find_note_problem(text: str) -> str:
    """Return the reason why a text cannot be a Community Note, or ""."""
    if not _URL_PATTERN.search(text):
        return _("A Community Note needs the address of a source.")
    if (length := count_characters(text)) > MAX_NOTE_LENGTH:
        return _("X counts %(length)s characters; the limit is %(limit)s.") % {
            "length": length,
            "limit": MAX_NOTE_LENGTH,
        }
    return ""


def _build_note(document: Document, verdict: Document) -> Wording:
    kind = "community_note"
    sources = [evidence["source"]["url"] for evidence in verdict["evidence"] if evidence["source"]["url"]]
    if not sources:
        return Wording(kind, refusal=_("A Community Note needs a source’s address. Add one to the evidence."))
    if verdict["rating"]["rating_class"] not in _NOTE_TAGS:
        return Wording(
            kind, refusal=_("The rating says neither that the claim misleads nor that it is true.")
        )
    label = find_label(document["language"], verdict["rating"])
    summary = " ".join(verdict["summary"].split())
    if not summary:
        return Wording(kind, refusal=_("The verdict has no summary."))
    text = _shorten_note(f"{label}: {summary}", MAX_NOTE_LENGTH - URL_LENGTH - 1)
    return Wording(kind, f"{text} {sources[0]}", _NOTE_TAGS[verdict["rating"]["rating_class"]])


def _shorten_note(text: str, limit: int) -> str:
    """Cut a text between words, so that X (formerly Twitter) counts at most `limit` characters."""
    if count_characters(text) <= limit:
        return text
    shortened_words = text.split(" ")
    while shortened_words and count_characters(" ".join(shortened_words) + "…") > limit:
        shortened_words.pop()
    if shortened_words:
        return " ".join(shortened_words) + "…"
    while count_characters(text + "…") > limit:
        text = text[:-1]
    return text + "…"


def _build_label(document: Document, verdict: Document) -> Wording:
    kind, rating_class = "bluesky_label", verdict["rating"]["rating_class"]
    addresses = [appearance["source"]["url"] for appearance in document["appearances"]]
    posts = [match for address in addresses if (match := _BLUESKY_POST_URL.match(address))]
    if not posts:
        return Wording(kind, refusal=_("None of the claim’s appearances is a post on Bluesky."))
    if rating_class not in _BLUESKY_LABELS:
        return Wording(kind, refusal=_("Only misleading posts get a label."))
    if not settings.BLUESKY_LABELER:
        return Wording(
            kind, refusal=_("A label must name its labeller: an administrator must set BLUESKY_LABELER.")
        )
    # A handle can pass to another account, so only records with a DID are used.
    posts = [post for post in posts if post[1].startswith("did:")]
    if not posts:
        return Wording(
            kind,
            refusal=_(
                "The post’s address has a handle, which can change. Add the address with the author’s DID: "
                "https://bsky.app/profile/did:plc:…/post/…"
            ),
        )
    # com.atproto.label.defs#label
    label_values = [
        {
            "ver": 1,
            "src": settings.BLUESKY_LABELER,
            "uri": f"at://{post[1]}/app.bsky.feed.post/{post[2]}",
            "val": _BLUESKY_LABELS[rating_class],
            "cts": document["updated_at"],
        }
        for post in posts
    ]
    reason = " ".join(f"{find_label(document['language'], verdict['rating'])}: {verdict['summary']}".split())
    return Wording(kind, f"{reason} {document['url']}", json.dumps(label_values, indent=2))


def build_own_markup(document: Document, name: str) -> Document:
    """Return the JSON-LD object of the type `name` with only the newsroom's verdict, or {}."""
    markup = build_markup(document | {"verdicts": [find_own_verdict(document)]}) or {}
    blocks = [block for block in markup.get("@graph", [markup]) if block["@type"] == name]
    return CONTEXT | blocks[0] if blocks else {}


def _build_review(name: str, document: Document) -> Wording:
    block = build_own_markup(document, name)
    if not block:
        return Wording(name.lower(), refusal=_("The verdict does not assess a picture, recording or video."))
    return Wording(name.lower(), json.dumps(block, indent=2, ensure_ascii=False))
