"""A one-line headline of a claim with its rating, for use without context."""

from typing import Any

from claims.models import Publication

Document = dict[str, Any]


def build_headline(document: Document) -> str:
    """Build a headline from the rating and the statement, such as “False: The bridge is closed.”, or from the
    retraction or merge."""
    judgement = describe_judgement(document)
    statement = " ".join(document["statement"].split())
    return f"{judgement}: {statement}" if judgement else statement


def describe_judgement(document: Document) -> str:
    """Return the label of a claim's rating, or of its status if it was retracted or merged; "" without a rating."""
    if document["status"] != Publication.Status.PUBLISHED:
        return str(Publication.Status(document["status"]).label)
    verdict = choose_lead_verdict(document)
    return find_label(document["language"], verdict["rating"]) if verdict else ""


def find_label(language: str, rating: Document) -> str:
    """Return the rating's label in this language (BCP 47) if its scale has it, or else in the publisher's words."""
    labels = rating["labels"]
    return labels.get(language) or labels.get(language.partition("-")[0]) or rating["label"]


def find_correction(document: Document) -> Document | None:
    """Return the latest change that has a public note, with a label for the kind of change."""
    if not document["corrections"]:
        return None
    latest_change = document["corrections"][0]
    return {**latest_change, "label": Publication.Kind(latest_change["kind"]).label}


def choose_lead_verdict(document: Document) -> Document | None:
    """Return the verdict to show if there is room for only one: the most recently reviewed verdict."""
    rated_verdicts = [verdict for verdict in document["verdicts"] if verdict["rating"]]
    return max(
        rated_verdicts, key=lambda verdict: (verdict["reviewed_on"] or "", verdict["id"]), default=None
    )
