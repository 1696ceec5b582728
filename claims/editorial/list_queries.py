"""The filters of editorial lists."""

from collections.abc import Callable

from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from claims.models import Appearance, Claim, ClaimTopic, Publication, Translation, Verdict
from claims.review.moves import CLAIM_MOVES, VERDICT_MOVES
from factcheck.api.pagination import Key, both_ways, id_key, moment_key
from factcheck.api.query_strings import ListQuery, Parameter, ordering_parameter, view_parameter
from factcheck.api.query_values import Keyword, LanguageRange, Moment, WholeNumber, Words
from sources.api.list_queries import holds_words, in_language, one_of
from sources.models import MediaObject

#: Claims without a score come after all others.
_SCORE = Coalesce(F("score"), Value(-1.0))


def _score(part: object) -> float:
    if type(part) is not float or not -1 <= part <= 1:
        raise ValueError
    return part


def match_yes_or_no(condition: Callable[[], Q]) -> Callable[[str], Q]:
    """Return the condition for `yes`, negated for `no`."""
    return lambda word: condition() if word == "yes" else ~condition()


#: Every move, and what befalls a verdict when its next version is published.
_ACTIONS = (*sorted({action for _state, action in (*CLAIM_MOVES, *VERDICT_MOVES)}), "supersede")

_BY_ID = both_ways("id", id_key("id"))


class ClaimWorkQuery(ListQuery):
    """Claims in any state."""

    list_name = "editorial/claims"
    orderings = (
        *_BY_ID,
        *both_ways("updated", moment_key("updated_at"), id_key("id")),
        *both_ways("score", Key(_SCORE, float, _score, "double precision"), id_key("id")),
    )

    q = Parameter(
        Words(),
        "Words in the statement, whatever their case and accents.",
        matches=holds_words("statement"),
    )
    state = Parameter(
        Keyword(tuple(Claim.State.values)), "State in triage.", matches=one_of("state"), several=True
    )
    published = Parameter(
        Keyword(("yes", "no")),
        "Whether readers see the claim now.",
        matches=match_yes_or_no(
            lambda: Q(Exists(Publication.objects.current().filter(claim=OuterRef("pk"))))
        ),
    )
    language = Parameter(
        LanguageRange(),
        "Language of the claim; `pt` also finds `pt-BR`.",
        matches=in_language("language"),
        several=True,
    )
    claimant = Parameter(WholeNumber(), "Id of who made the claim.", matches=one_of("claimant"), several=True)
    topic = Parameter(
        WholeNumber(),
        "Id of a topic.",
        matches=lambda ids: Q(Exists(ClaimTopic.objects.filter(claim=OuterRef("pk"), topic__in=ids))),
        several=True,
    )
    source = Parameter(
        WholeNumber(),
        "Id of a source that the claim appears in.",
        matches=lambda ids: Q(Exists(Appearance.objects.filter(claim=OuterRef("pk"), source__in=ids))),
        several=True,
    )
    created_by = Parameter(WholeNumber(), "Id of who added it.", matches=one_of("created_by"), several=True)
    updated_after = Parameter(
        Moment(),
        "Changed on this day (UTC) or at this moment, or later.",
        matches=lambda moment: Q(updated_at__gte=moment),
    )
    updated_before = Parameter(
        Moment(end_of_day=True),
        "Last changed on this day (UTC) or at this moment, or earlier.",
        matches=lambda moment: Q(updated_at__lte=moment),
    )
    view = view_parameter()
    ordering = ordering_parameter(orderings)


class VerdictWorkQuery(ListQuery):
    """Verdicts in any state."""

    list_name = "editorial/verdicts"
    orderings = (*_BY_ID,)

    state = Parameter(
        Keyword(tuple(Verdict.State.values)), "State in the review.", matches=one_of("state"), several=True
    )
    claim = Parameter(WholeNumber(), "Id of the claim.", matches=one_of("claim"), several=True)
    publisher = Parameter(WholeNumber(), "Id of the publisher.", matches=one_of("publisher"), several=True)
    author = Parameter(WholeNumber(), "Id of the author.", matches=one_of("author"), several=True)
    rating = Parameter(WholeNumber(), "Id of the rating.", matches=one_of("rating"), several=True)
    view = view_parameter()
    ordering = ordering_parameter(orderings)


class TranslationWorkQuery(ListQuery):
    """Translations in any state."""

    list_name = "editorial/translations"
    orderings = (*_BY_ID,)

    state = Parameter(
        Keyword(tuple(Translation.State.values)),
        "State in the review.",
        matches=one_of("state"),
        several=True,
    )
    claim = Parameter(WholeNumber(), "Id of the claim.", matches=one_of("verdict__claim"), several=True)
    verdict = Parameter(WholeNumber(), "Id of the verdict.", matches=one_of("verdict"), several=True)
    author = Parameter(WholeNumber(), "Id of the translator.", matches=one_of("author"), several=True)
    language = Parameter(
        LanguageRange(),
        "Language that it is in; `pt` also finds `pt-BR`.",
        matches=in_language("language"),
        several=True,
    )
    current = Parameter(
        Keyword(("yes", "no")),
        "Whether it is of a version of the verdict that is published now.",
        matches=match_yes_or_no(lambda: Q(verdict__state=Verdict.State.PUBLISHED)),
    )
    view = view_parameter()
    ordering = ordering_parameter(orderings)


class TransitionQuery(ListQuery):
    """Moves that were made."""

    list_name = "editorial/transitions"
    orderings = (*_BY_ID,)

    claim = Parameter(WholeNumber(), "Id of the claim.", matches=one_of("claim"), several=True)
    verdict = Parameter(WholeNumber(), "Id of the verdict.", matches=one_of("verdict"), several=True)
    actor = Parameter(WholeNumber(), "Id of who made the move.", matches=one_of("actor"), several=True)
    action = Parameter(Keyword(_ACTIONS), "The move.", matches=one_of("action"), several=True)
    ordering = ordering_parameter(orderings)


class PartQuery(ListQuery):
    """Parts of one thing, in their order."""

    list_name = "editorial/parts"
    orderings = (*reversed(_BY_ID),)

    ordering = ordering_parameter(orderings)


class MediaQuery(ListQuery):
    """Pictures, sound and film."""

    list_name = "editorial/media"
    orderings = (*_BY_ID,)

    q = Parameter(
        Words(),
        "Words in the description, whatever their case and accents.",
        matches=holds_words("alternative_text"),
    )
    kind = Parameter(
        Keyword(tuple(MediaObject.Kind.values)), "What it is.", matches=one_of("kind"), several=True
    )
    sha256 = Parameter(
        Words(64), "Of the original file, in hexadecimal.", matches=lambda digest: Q(sha256=digest)
    )
    ordering = ordering_parameter(orderings)


class SnapshotQuery(ListQuery):
    """Snapshots of one source."""

    list_name = "editorial/snapshots"
    orderings = (*both_ways("number", id_key("number")),)

    ordering = ordering_parameter(orderings)
