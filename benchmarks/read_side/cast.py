"""The entities of generated claims: publishers with their scales, claimants, topics."""

import random
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify

from benchmarks.read_side.words import LANGUAGES, get_lexicon
from claims.models import Claimant, Rating, RatingClass, RatingScale, Topic
from sources.models import Publisher

CHECKER_COUNT, OTHER_PUBLISHER_COUNT, TOPIC_COUNT = 20, 40, 300
CLAIMS_PER_CLAIMANT = 40

#: The steps of a scale with how often a verdict takes them: most of what is checked is wrong.
RATING_STEPS = (
    ("false", 40, RatingClass.FALSE),
    ("misleading", 17, RatingClass.MISLEADING),
    ("mostly-false", 12, RatingClass.MOSTLY_FALSE),
    ("half-true", 10, RatingClass.MIXED),
    ("true", 8, RatingClass.TRUE),
    ("unproven", 6, RatingClass.UNPROVEN),
    ("mostly-true", 5, RatingClass.MOSTLY_TRUE),
    ("satire", 2, RatingClass.SATIRE),
)
_COUNTRIES = ("DE", "ES", "FR", "BR", "GB", "US", "IN", "KR", "EG", "MX", "AR", "CA", "TW", "CH", "")
_OTHER_KINDS = (
    Publisher.Kind.NEWS,
    Publisher.Kind.NEWS,
    Publisher.Kind.AGENCY,
    Publisher.Kind.GOVERNMENT,
    Publisher.Kind.INTERGOVERNMENTAL,
    Publisher.Kind.RESEARCH,
    Publisher.Kind.CIVIL_SOCIETY,
    Publisher.Kind.PLATFORM,
)


@dataclass(frozen=True)
class Cast:
    """All entities, weighted so that the first occur most often."""

    checkers: list[Publisher]
    publishers: list[Publisher]
    ratings: dict[int, list[Rating]]
    claimants: list[Claimant]
    topics: list[Topic]


def make_cast(claims: int) -> Cast:
    """Create and store the entities for this many claims."""
    rng = random.Random("cast")  # noqa: S311  nothing to protect here
    publishers = Publisher.objects.bulk_create(
        _make_publisher(rng, number) for number in range(CHECKER_COUNT + OTHER_PUBLISHER_COUNT)
    )
    checkers = publishers[:CHECKER_COUNT]
    return Cast(
        checkers=checkers,
        publishers=publishers,
        ratings={checker.pk: _make_ratings(rng, checker) for checker in checkers},
        claimants=Claimant.objects.bulk_create(
            (_make_claimant(rng) for _ in range(max(50, claims // CLAIMS_PER_CLAIMANT))), batch_size=5_000
        ),
        topics=Topic.objects.bulk_create(_make_topic(rng, number) for number in range(TOPIC_COUNT)),
    )


def _choose_language(rng: random.Random) -> str:
    return rng.choices(LANGUAGES, weights=[language.share for language in LANGUAGES])[0].tag


def _make_publisher(rng: random.Random, number: int) -> Publisher:
    tag = _choose_language(rng)
    site = "-".join(get_lexicon("en").draw_words(rng, 2)) + f"-{number}.example"
    return Publisher(
        name=get_lexicon(tag).draw_name(rng),
        kind=Publisher.Kind.FACT_CHECKER if number < CHECKER_COUNT else rng.choice(_OTHER_KINDS),
        url=f"https://{site}",
        domain=site,
        country=rng.choice(_COUNTRIES),
        language=tag,
        ifcn_signatory=number < CHECKER_COUNT and rng.random() < 0.7,
    )


def _make_ratings(rng: random.Random, publisher: Publisher) -> list[Rating]:
    lexicon = get_lexicon(publisher.language)
    scale = RatingScale.objects.create(
        publisher=publisher,
        name=lexicon.draw_name(rng, 1),
        version="1",
        language=publisher.language,
        methodology_url=f"{publisher.url}/methodology",
    )
    return Rating.objects.bulk_create(
        Rating(
            scale=scale,
            code=code,
            position=position,
            label=f"{lexicon.draw_name(rng, 1)} {position}",
            labels={"en": code.replace("-", " ").capitalize()},
            rating_class=rating_class,
            colour="#9b1c31",
            text_colour="#ffffff",
            colour_dark="#ff9aa8",
            text_colour_dark="#16181d",
        )
        for position, (code, _weight, rating_class) in enumerate(RATING_STEPS, 1)
    )


def _make_claimant(rng: random.Random) -> Claimant:
    lexicon = get_lexicon(_choose_language(rng))
    job_fields: dict[str, Any] = {"job_title": lexicon.draw_name(rng, 1)} if rng.random() < 0.6 else {}
    return Claimant(
        name=lexicon.draw_name(rng),
        kind=Claimant.Kind.PERSON if job_fields or rng.random() < 0.6 else Claimant.Kind.ORGANIZATION,
        country=rng.choice(_COUNTRIES),
        same_as=[f"https://people.example/{rng.randrange(10**9)}"] if rng.random() < 0.3 else [],
        **job_fields,
    )


def _make_topic(rng: random.Random, number: int) -> Topic:
    name = get_lexicon("en").draw_name(rng, rng.choice((1, 2)))
    return Topic(name=name, slug=f"{slugify(name)}-{number}")
