"""The schema.org category and the kind of pictures, audio and video in a record."""

from typing import Any, Final

from claims.imports.reading.values.cleaned_text import is_empty_value, iterate_texts, read_line
from claims.imports.reading.values.problem import Problem, build_problem, shorten_value

#: The names of schema.org (MediaManipulationRatingEnumeration) in any spelling, and its earlier names.
CATEGORIES: Final = {
    "originalcontent": "OriginalContent",
    "originalmediacontent": "OriginalContent",
    "decontextualizedcontent": "DecontextualizedContent",
    "editedorcroppedcontent": "EditedOrCroppedContent",
    "transformedcontent": "TransformedContent",
    "stagedcontent": "StagedContent",
    "satireorparodycontent": "SatireOrParodyContent",
}
_KINDS: Final = {
    "image": "image",
    "imageobject": "image",
    "picture": "image",
    "photo": "image",
    "video": "video",
    "videoobject": "video",
    "film": "video",
    "audio": "audio",
    "audioobject": "audio",
    "sound": "audio",
}


def read_category(value: Any) -> tuple[str, tuple[Problem, ...]]:
    """Return the first category named, and a problem that says why any others were left out."""
    names = [name for name in map(read_line, iterate_texts(value)) if not is_empty_value(name)]
    categories, problems = [], []
    for name in names:
        key = name.rpartition("/")[2].rpartition(":")[2].replace(" ", "").replace("_", "").lower()
        if category := CATEGORIES.get(key):
            categories.append(category)
        else:
            problems.append(
                build_problem(
                    "unknown category",
                    "%(one)s is not a category of schema.org’s MediaReview, and was not stored.",
                    one=shorten_value(name),
                )
            )
    categories = list(dict.fromkeys(categories))
    if len(categories) > 1:
        reason = f"{categories[0]} is used, and {', '.join(categories[1:])} left out: a verdict has one."
        problems.append(Problem("several categories", reason))
    return next(iter(categories), ""), tuple(problems)


def read_kind(value: Any) -> str:
    """Return `image`, `video`, `audio`, or "" if unknown."""
    return _KINDS.get(read_line(value).replace(" ", "").lower(), "")
