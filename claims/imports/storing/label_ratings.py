"""Labels → ratings: found on the publisher's scales, or added there in the publisher's words."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from django.utils.text import slugify

from claims.imports.reading.review_record import Label
from claims.imports.reading.values.rating_labels import Scale, build_label_key, list_scales
from claims.models import Rating, RatingScale
from factcheck.database.locks import hold
from sources.models import Publisher

#: The scale of labels that belong to no scale that we know, and its version.
IMPORTED_SCALE = "Labels as imported"
IMPORTED_VERSION = "1"

_MAX_CODE_LENGTH = 100

#: A publisher's id and the key of a label: what two spellings of one rating share.
Key = tuple[int, str]


def build_key(publisher: Publisher, label: Label) -> Key:
    return publisher.pk, build_label_key(label.text)


def find_or_make_ratings(wanted: Mapping[Key, tuple[Publisher, Label]]) -> dict[Key, Rating]:
    """Return the rating of each label, creating missing ratings and their scales.

    An editor's decision about a rating is kept. An unknown label keeps its words and has no rating class.
    """
    found = _find_ratings(wanted)
    if missing := {key: value for key, value in wanted.items() if key not in found}:
        hold("imported ratings")
        found |= _find_ratings(missing)
        _add_ratings([value for key, value in missing.items() if key not in found])
        found |= _find_ratings(missing)
    return found


def _find_ratings(wanted: Iterable[Key]) -> dict[Key, Rating]:
    """Return known ratings by label key, on any scale of the publisher, ratings in use first."""
    publishers = {publisher for publisher, _ in wanted}
    labels = Rating.objects.filter(scale__publisher__in=publishers).order_by("scale__in_use", "-pk")
    by_key = {
        (publisher, build_label_key(label)): pk
        for pk, publisher, label in labels.values_list("pk", "scale__publisher", "label")
    }
    ids = {key: by_key[key] for key in wanted if key in by_key}
    rows = Rating.objects.select_related("scale").in_bulk(ids.values())
    return {key: rows[pk] for key, pk in ids.items()}


def _add_ratings(labels: list[tuple[Publisher, Label]]) -> None:
    """Store a label's whole scale if the scale is known; otherwise store only the label."""
    steps: dict[RatingScale, dict[str, str]] = {}
    for publisher, label in labels:
        if scale := _load_scales().get((publisher.domain, label.scale)):
            row = _get_or_create_scale(publisher, scale.name, scale.version, scale.language)
            steps[row] = dict(scale.labels)
        else:
            language = label.language or publisher.language or "und"
            row = _get_or_create_scale(publisher, IMPORTED_SCALE, IMPORTED_VERSION, language)
            steps.setdefault(row, {})[label.text] = label.rating_class
    for row, classes in steps.items():
        Rating.objects.bulk_create(_iterate_new_ratings(row, classes))


def _get_or_create_scale(publisher: Publisher, name: str, version: str, language: str) -> RatingScale:
    # The newsroom does not rate with it.
    row, _ = RatingScale.objects.get_or_create(
        publisher=publisher, name=name, version=version, defaults={"language": language, "in_use": False}
    )
    return row


def _iterate_new_ratings(scale: RatingScale, classes: Mapping[str, str]) -> Iterator[Rating]:
    """Yield new ratings for the labels missing from the scale."""
    there = list(scale.ratings.values_list("label", "code"))
    labels, codes = {label for label, _ in there}, {code for _, code in there}
    for position, label in enumerate((label for label in classes if label not in labels), len(there) + 1):
        code = slugify(label, allow_unicode=True)[:_MAX_CODE_LENGTH].strip("-_")
        if not code or code in codes:
            code = f"{code[: _MAX_CODE_LENGTH - 12]}-{position}".lstrip("-")
        codes.add(code)
        yield Rating(scale=scale, code=code, position=position, label=label, rating_class=classes[label])


@cache
def _load_scales() -> dict[tuple[str, str], Scale]:
    return {(scale.publisher, scale.name): scale for scale in list_scales()}
