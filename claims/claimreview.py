"""Publication body → schema.org ClaimReview as JSON-LD. Pure: it knows documents, nothing of the database.

What search engines require of a fact check is always there (`claimReviewed`, `reviewRating`, `url`, `author`,
`datePublished`); everything else appears where the publication knows it, and is left out where it does not.
"""

import json
from typing import Any

Document = dict[str, Any]

#: Where each comparable class stands between worst (1, false) and best (5, true). Classes that are no degree of truth
#: take the middle, which leans to neither side; `alternateName` says what the publisher really found.
VALUES = {"true": 5, "mostly_true": 4, "mixed": 3, "mostly_false": 2, "misleading": 2, "false": 1}
BEST, MIDDLE, WORST = 5, 3, 1

_PERSON, _ORGANIZATION = "Person", "Organization"


def markup(body: Document, *, site: Document | None = None) -> Document | None:
    """The JSON-LD of a claim's page: one ClaimReview, a graph of several, or None where nothing is published.

    Args:
        site: the organisation that serves the page, as `{name, url}`; stated as the markup's publisher.
    """
    reviews = claim_reviews(body, site=site)
    if not reviews:
        return None
    context = {"@context": "https://schema.org"}
    return context | (reviews[0] if len(reviews) == 1 else {"@graph": reviews})


def claim_reviews(body: Document, *, site: Document | None = None) -> list[Document]:
    """One ClaimReview for each published verdict that is rated."""
    rated = [verdict for verdict in body["verdicts"] if verdict["rating"]]
    anchored = len(rated) > 1
    return [_claim_review(body, verdict, anchored=anchored, site=site) for verdict in rated]


def script(document: Document) -> str:
    """JSON that can stand inside `<script>`: no character in it can end the element or open a comment."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _claim_review(body: Document, verdict: Document, *, anchored: bool, site: Document | None) -> Document:
    here = f"{body['url']}#verdict-{verdict['id']}"
    return _known(
        {
            "@type": "ClaimReview",
            "@id": here,
            # Several reviews on one page need an address each.
            "url": verdict["url"] or (here if anchored else body["url"]),
            "claimReviewed": body["statement"],
            "reviewRating": _rating(verdict),
            "author": _organization(verdict["publisher"]),
            "datePublished": verdict["reviewed_on"] or (verdict["published_at"] or body["published_at"])[:10],
            "dateModified": body["published_at"],
            "inLanguage": verdict["language"],
            "itemReviewed": _claim(body),
            "citation": [_work(item["source"]) for item in verdict["evidence"]],
            "correction": [_correction(entry) for entry in body["corrections"]],
            "sdPublisher": _known({"@type": _ORGANIZATION, **site}) if site else None,
            "sdDatePublished": body["published_at"],
        }
    )


def _rating(verdict: Document) -> Document:
    rating = verdict["rating"]
    return _known(
        {
            "@type": "Rating",
            "ratingValue": VALUES.get(rating["normalised"], MIDDLE),
            "bestRating": BEST,
            "worstRating": WORST,
            "alternateName": rating["label"],
            "ratingExplanation": verdict["summary"],
        }
    )


def _claim(body: Document) -> Document:
    appearances = body["appearances"]
    first = next((a["source"] for a in appearances if a["is_first"]), None)
    others = {
        a["source"]["id"]: a["source"]
        for a in appearances
        if first is None or a["source"]["id"] != first["id"]
    }
    return _known(
        {
            "@type": "Claim",
            "text": body["statement"],
            "inLanguage": body["language"],
            "author": _claimant(body["claimant"]),
            "datePublished": body["claimed_on"],
            "firstAppearance": _work(first) if first else None,
            "appearance": [_work(source) for source in others.values()],
            "keywords": [topic["name"] for topic in body["topics"]],
        }
    )


def _claimant(claimant: Document | None) -> Document | None:
    if claimant is None:
        return None
    person = claimant["kind"] == "person"
    return _known(
        {
            "@type": _PERSON if person else _ORGANIZATION,
            "name": claimant["name"],
            "jobTitle": claimant["job_title"] if person else "",
            "sameAs": claimant["same_as"],
        }
    )


def _work(source: Document) -> Document:
    return _known(
        {
            "@type": "CreativeWork",
            "url": source["url"],
            "headline": source["title"],
            "datePublished": source["published_on"],
            "inLanguage": source["language"],
            # A byline may name one person, three, or a desk; this property takes it as it stands.
            "creditText": source["byline"],
            "publisher": _organization(source["publisher"]) if source["publisher"] else None,
            "archivedAt": source["archived_url"],
        }
    )


def _organization(publisher: Document) -> Document:
    return _known({"@type": _ORGANIZATION, "name": publisher["name"], "url": publisher["url"]})


def _correction(entry: Document) -> Document:
    return {"@type": "CorrectionComment", "text": entry["note"], "datePublished": entry["published_at"]}


def _known(document: Document) -> Document:
    """The document without what is not known."""
    return {key: value for key, value in document.items() if value not in (None, "", [])}
