"""Translations of the demo's verdicts, created by the functions that the desk calls."""

from typing import Any

from django.contrib.auth.models import User

from claims.models import Claim, Verdict
from claims.models.translation import TEXT_FIELDS
from claims.review.translation_drafts import begin_translation
from claims.review.workflow import move


def create_translations(content: dict[str, Any], claims: dict[str, Claim], people: dict[str, User]) -> None:
    """Translate the newsroom's publications, as listed in the file."""
    for row in content["translations"]:
        verdict = claims[row["claim"]].verdicts.get(state=Verdict.State.PUBLISHED)
        texts = {name: row[name] for name in (*TEXT_FIELDS, "byline") if name in row}
        translation = begin_translation(verdict, row["language"], by=people[row["by"]], **texts)
        for step in row["history"]:
            translation = move(translation, step["action"], by=people[step["by"]], note=step["note"])
