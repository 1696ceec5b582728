"""Labels → ratings, as data: found on the publisher's scales, or added to them with their own words."""

from collections.abc import Iterable, Mapping
from functools import cache

from django.utils.text import slugify

from claims.importers.review import Label
from claims.importers.values.labels import Scale, label_key, scales
from claims.models import Rating, RatingScale
from sources.locks import hold
from sources.models import Publisher

#: The scale of labels that belong to no scale that we know, and its version.
IMPORTED_SCALE = "Labels as imported"
AS_IMPORTED = "1"

_LONGEST_CODE = 100

#: A publisher's id and the key of a label: what two spellings of one rating share.
Key = tuple[int, str]


def key_of(publisher: Publisher, label: Label) -> Key:
    return publisher.pk, label_key(label.text)


def ratings_for(wanted: Mapping[Key, tuple[Publisher, Label]]) -> dict[Key, Rating]:
    """The rating of each label; those that are missing are made, with the scale that they belong to.

    What an editor decided about a rating stays. A label that is not known keeps its words and has no class.
    """
    found = _known(wanted)
    missing = {key: value for key, value in wanted.items() if key not in found}
    if missing:
        hold("imported ratings")
        found |= _known(missing)
    for key, (publisher, label) in missing.items():
        if key not in found:
            _add(publisher, label)
            found |= _known({key: (publisher, label)})
    return found


def _known(wanted: Iterable[Key]) -> dict[Key, Rating]:
    """By the key of the label, on any scale of the publisher; one that is in use before one that is not."""
    publishers = {publisher for publisher, _ in wanted}
    labels = Rating.objects.filter(scale__publisher__in=publishers).order_by("scale__in_use", "-pk")
    by_key = {
        (publisher, label_key(label)): pk
        for pk, publisher, label in labels.values_list("pk", "scale__publisher", "label")
    }
    ids = {key: by_key[key] for key in wanted if key in by_key}
    rows = Rating.objects.select_related("scale").in_bulk(ids.values())
    return {key: rows[pk] for key, pk in ids.items()}


def _add(publisher: Publisher, label: Label) -> None:
    """Store the whole scale of a label that is known to belong to one; otherwise the label by itself."""
    if scale := _shipped().get((publisher.domain, label.scale)):
        row = _scale(publisher, scale.name, scale.version, scale.language)
        for wording, normalised in scale.labels:
            _rating(row, wording, normalised)
    else:
        row = _scale(publisher, IMPORTED_SCALE, AS_IMPORTED, label.language or publisher.language or "und")
        _rating(row, label.text, label.normalised)


def _scale(publisher: Publisher, name: str, version: str, language: str) -> RatingScale:
    # Nobody here rates by it.
    row, _ = RatingScale.objects.get_or_create(
        publisher=publisher, name=name, version=version, defaults={"language": language, "in_use": False}
    )
    return row


def _rating(scale: RatingScale, label: str, normalised: str) -> None:
    there = list(scale.ratings.values_list("label", "code"))
    if label in {known for known, _ in there}:
        return
    position, code = len(there) + 1, slugify(label, allow_unicode=True)[:_LONGEST_CODE].strip("-_")
    if not code or code in {known for _, known in there}:
        code = f"{code[: _LONGEST_CODE - 12]}-{position}".lstrip("-")
    Rating.objects.create(scale=scale, code=code, position=position, label=label, normalised=normalised)


@cache
def _shipped() -> dict[tuple[str, str], Scale]:
    return {(scale.publisher, scale.name): scale for scale in scales()}
