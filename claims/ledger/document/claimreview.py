"""Convert a publication body to schema.org ClaimReview as JSON-LD. Pure: no database access.

`claimReviewed`, `reviewRating` with `alternateName`, `author` and `itemReviewed` are always present. Everything else,
even the URL and date of the review, is included only if known, because the markup speaks in the publisher's name.
Search engines also require `url`, which an imported review may lack.
https://developers.google.com/search/docs/appearance/structured-data/factcheck

The `@id` of a thing is the same in all claims and versions, so that merged graphs recognise the thing. It contains
neither the slug, which depends on the statement, nor the id of a verdict, which differs for each version.
"""

import json
from typing import Any

from claims.ledger.document.mediareview import build_media_review

Document = dict[str, Any]

#: The position of each rating class between worst (1, false) and best (5, true). Classes that are not a degree of truth
#: have none: satire is not half true, and misleading claims may be literally true. `alternateName` has the label.
RATING_VALUES = {"true": 5, "mostly_true": 4, "mixed": 3, "mostly_false": 2, "false": 1}
BEST_VALUE, WORST_VALUE = 5, 1

_ORGANIZATION = "Organization"
#: A claimant of unknown kind has no type.
_CLAIMANT_TYPES = {"person": "Person", "organization": _ORGANIZATION, "group": _ORGANIZATION}

#: Origins of the newsroom's own verdicts. Without a URL of their own, their page is the claim's.
OWN_ORIGINS = ("house", "house_archive")

CONTEXT = {"@context": "https://schema.org"}


def build_markup(body: Document, *, site: Document | None = None, page: str = "") -> Document | None:
    """Build the JSON-LD of a claim's page; None if nothing is published.

    Args:
        site: the organisation that serves the page, as `{name, url, license}`; it becomes the markup's publisher,
            with the licence of the markup, if any.
        page: the canonical URL of the page, if it is a page in one language.
    """
    reviews = build_claim_reviews(body, site=site, page=page)
    if not reviews:
        return None
    graph = [node for review in reviews for node in _add_media_review(body, review)]
    return CONTEXT | (graph[0] if len(graph) == 1 else {"@graph": graph})


def build_claim_reviews(body: Document, *, site: Document | None = None, page: str = "") -> list[Document]:
    """Build a ClaimReview for each published verdict that has a rating."""
    rated_verdicts = [verdict for verdict in body["verdicts"] if verdict["rating"]]
    page = page or body["url"]
    # Several reviews on one page each need their own URL.
    return [
        _build_claim_review(
            body,
            verdict,
            claim_url=f"{page}#verdict-{verdict['id']}" if len(rated_verdicts) > 1 else page,
            site=site,
        )
        for verdict in rated_verdicts
    ]


def _add_media_review(body: Document, review: Document) -> list[Document]:
    """Return a ClaimReview, followed by the MediaReview of the same verdict if the claim has media."""
    claim_url = build_claim_url(body)
    verdict = next(candidate for candidate in body["verdicts"] if review["@id"] == _build_id(body, candidate))
    media = build_media_review(body, verdict, review=review, claim_url=claim_url)
    return [review | {"associatedMediaReview": {"@id": media["@id"]}}, media] if media else [review]


def _build_id(body: Document, verdict: Document, language: str = "") -> str:
    """Return the `@id` of a publisher's review of a claim; each translation of the review has an `@id` of its own."""
    translation_language = language or (_find_original(body, verdict) or {}).get("language", "")
    return f"{build_claim_url(body)}#review-by-{verdict['publisher']['id']}" + (
        f"-{translation_language}" if translation_language else ""
    )


def _find_original(body: Document, verdict: Document) -> Document | None:
    """Return the original of a verdict if the document is a translation."""
    translated: Document | None = body.get("translated")
    return translated if translated and translated["verdict"] == verdict["id"] else None


def describe_withdrawal(body: Document, *, site: Document | None = None) -> Document:
    """Describe a claim that has no reviews because it was retracted or merged. A retraction includes its reason.

    The result is deliberately not a ClaimReview, so that no collector mistakes it for a verdict.
    """
    claim_url, target = build_claim_url(body), body["merged_into"]
    claim = {
        "@type": "Claim",
        "@id": f"{claim_url}#claim",
        "text": body["statement"],
        "inLanguage": body["language"],
        "sameAs": f"{_get_base_url(body)}claims/{target}/#claim" if target else "",
    }
    page = {
        "@type": "WebPage",
        "@id": claim_url,
        "url": body["url"],
        "creativeWorkStatus": body["status"],
        "dateModified": body["updated_at"],
        "about": _drop_empty(claim),
        "correction": [_build_correction(entry) for entry in body["corrections"]],
        **_build_provenance(body, site),
    }
    return _drop_empty(page)


def build_claim_url(body: Document) -> str:
    """Return the permanent URL of a claim's page, without the slug."""
    return f"{_get_base_url(body)}claims/{body['id']}/"


def _get_base_url(body: Document) -> str:
    """Return the URL of the site that published a body."""
    # The slug is percent-encoded in the URL, so it is cut off by position rather than by comparison.
    base_url: str = body["url"].rpartition(f"claims/{body['id']}/")[0]
    return base_url


def build_organization(publisher: Document, *, base_url: str = "") -> Document:
    """Build the schema.org Organization of a publisher.

    Args:
        base_url: the URL of the site on which the publisher's `@id` is based; "" to leave out the `@id`.
    """
    return _drop_empty(
        {
            "@type": _ORGANIZATION,
            "@id": f"{base_url}api/v1/publishers/{publisher['id']}/" if base_url else "",
            "name": publisher["name"],
            "url": publisher["url"],
            # Older bodies do not have the key.
            "sameAs": publisher.get("same_as"),
        }
    )


def to_script(document: Document) -> str:
    """Return the document as JSON that is safe inside `<script>`."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _build_claim_review(
    body: Document, verdict: Document, *, claim_url: str, site: Document | None
) -> Document:
    base_url = _get_base_url(body)
    is_ours = verdict["origin"] in OWN_ORIGINS and not verdict["url"]
    return _drop_empty(
        {
            "@type": "ClaimReview",
            "@id": _build_id(body, verdict),
            # The page of another publisher's review is not ours, and may be unknown.
            "url": claim_url if is_ours else verdict["url"],
            "claimReviewed": body["statement"],
            "reviewRating": _build_rating(verdict),
            "author": build_organization(verdict["publisher"], base_url=base_url),
            "headline": verdict.get("title"),
            "datePublished": verdict["reviewed_on"],
            # The time of the last change is only known for the newsroom's own page.
            "dateModified": body["updated_at"] if is_ours else None,
            "inLanguage": verdict["language"],
            "itemReviewed": _build_claim(body),
            "citation": [_build_work(item["source"], base_url=base_url) for item in verdict["evidence"]],
            "correction": [_build_correction(entry) for entry in body["corrections"]],
            **_build_translation_links(body, verdict),
            **_build_provenance(body, site),
        }
    )


def _build_translation_links(body: Document, verdict: Document) -> Document:
    """Link a translation to its original, or an original to its translations."""
    translator = build_organization(verdict["publisher"], base_url=_get_base_url(body))
    original_work = _find_original(body, verdict)
    if original_work:
        original = {
            "@type": "ClaimReview",
            "@id": _build_id(body | {"translated": None}, verdict),
            "inLanguage": original_work["from_language"],
        }
        # A byline may name one person, three, or a desk; `creditText` holds any text.
        return {
            "translationOfWork": original,
            "translator": translator,
            "creditText": original_work["translated_by"],
        }
    return {
        "workTranslation": [
            _drop_empty(
                {
                    # Not a ClaimReview: it would lack the rating, and collectors would count it as a review.
                    "@type": "CreativeWork",
                    "@id": _build_id(body, verdict, translation["language"]),
                    "inLanguage": translation["language"],
                    "headline": translation["title"],
                    "abstract": translation["summary"],
                    "translator": translator,
                    "creditText": translation["translated_by"],
                }
            )
            for translation in body.get("translations", [])
            if translation["verdict"] == verdict["id"]
        ]
    }


def _build_provenance(body: Document, site: Document | None) -> Document:
    """Return the origin and licence of the markup."""
    return {
        "sdPublisher": build_organization(site) if site else None,
        "sdLicense": site.get("license") if site else None,
        "sdDatePublished": body["updated_at"],
    }


def _build_rating(verdict: Document) -> Document:
    rating = verdict["rating"]
    number = RATING_VALUES.get(rating["rating_class"])
    return _drop_empty(
        {
            "@type": "Rating",
            "ratingValue": number,
            "bestRating": BEST_VALUE if number else None,
            "worstRating": WORST_VALUE if number else None,
            "alternateName": rating["label"],
            "name": rating["label"],
            "ratingExplanation": verdict["summary"],
        }
    )


def _build_claim(body: Document) -> Document:
    appearances, base_url = body["appearances"], _get_base_url(body)
    first_source = next((appearance["source"] for appearance in appearances if appearance["is_first"]), None)
    other_fields = {
        appearance["source"]["id"]: appearance["source"]
        for appearance in appearances
        if first_source is None or appearance["source"]["id"] != first_source["id"]
    }
    return _drop_empty(
        {
            "@type": "Claim",
            "@id": _build_claim_id(body, "" if _is_as_stated(body) else body["language"]),
            "text": body["statement"],
            "inLanguage": body["language"],
            "author": _build_claimant(body["claimant"], base_url=base_url),
            "datePublished": body["claimed_on"],
            "firstAppearance": _build_work(first_source, base_url=base_url) if first_source else None,
            "appearance": [_build_work(source, base_url=base_url) for source in other_fields.values()],
            **_list_other_wordings(body),
            "keywords": [topic["name"] for topic in body["topics"]],
            "about": [_build_subject(topic) for topic in body["topics"] if topic.get("same_as")],
        }
    )


def _build_claim_id(body: Document, language: str) -> str:
    return f"{build_claim_url(body)}#claim" + (f"-{language}" if language else "")


def _is_as_stated(body: Document) -> bool:
    """Return whether the statement has its original wording, rather than a translation."""
    translated = body.get("translated")
    return not translated or translated["statement_language"] == body["language"]


def _list_other_wordings(body: Document) -> Document:
    """Return the properties that link a translated statement to its original, or an original to its translations."""
    if not _is_as_stated(body):
        translated = body["translated"]
        original = {
            "@type": "Claim",
            "@id": _build_claim_id(body, ""),
            "text": translated["statement"],
            "inLanguage": translated["statement_language"],
        }
        return {"translationOfWork": original}
    return {
        "workTranslation": [
            {
                "@type": "Claim",
                "@id": _build_claim_id(body, translation["language"]),
                "text": translation["statement"],
                "inLanguage": translation["language"],
            }
            for translation in body.get("translations", [])
            if translation["language"] != body["language"]
        ]
    }


def _build_subject(topic: Document) -> Document:
    return {"@type": "Thing", "name": topic["name"], "sameAs": topic["same_as"]}


def _build_claimant(claimant: Document | None, *, base_url: str) -> Document | None:
    if claimant is None:
        return None
    is_person = claimant["kind"] == "person"
    return _drop_empty(
        {
            "@type": _CLAIMANT_TYPES.get(claimant["kind"]),
            "@id": f"{base_url}api/v1/claimants/{claimant['id']}/",
            "name": claimant["name"],
            "jobTitle": claimant["job_title"] if is_person else "",
            "affiliation": _build_affiliation(claimant) if is_person else None,
            "sameAs": claimant["same_as"],
        }
    )


def _build_affiliation(claimant: Document) -> Document | None:
    # Older bodies do not have the key.
    name = claimant.get("affiliation")
    return {"@type": _ORGANIZATION, "name": name} if name else None


def _build_work(source: Document, *, base_url: str) -> Document:
    return _drop_empty(
        {
            "@type": "CreativeWork",
            "@id": f"{base_url}sources/{source['id']}/",
            "url": source["url"],
            "headline": source["title"],
            "datePublished": source["published_on"],
            "inLanguage": source["language"],
            # A byline may name one person, three, or a desk; this property holds any text.
            "creditText": source["byline"],
            "publisher": build_organization(source["publisher"], base_url=base_url)
            if source["publisher"]
            else None,
            "archivedAt": source["archived_url"],
        }
    )


def _build_correction(entry: Document) -> Document:
    return {"@type": "CorrectionComment", "text": entry["note"], "datePublished": entry["published_at"]}


def _drop_empty(document: Document) -> Document:
    return {key: value for key, value in document.items() if value not in (None, "", [])}
