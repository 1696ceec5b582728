"""The filters of editorial lists."""

from collections.abc import Callable

from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from claims.models import Appearance, Claim, ClaimTopic, Publication, Translation, Verdict
from claims.review.moves import CLAIM_MOVES, VERDICT_MOVES
from factcheck.api.pagination import Key, build_both_orderings, make_id_key, make_moment_key
from factcheck.api.query_strings import ListQuery, Parameter, make_ordering_parameter, make_view_parameter
from factcheck.api.query_values import Keyword, WholeNumber, Words
from sources.api.list_queries import make_language_parameter, match_words
from sources.models import MediaObject

#: Claims without a score come after all others.
_SCORE = Coalesce(F("score"), Value(-1.0))


def _validate_score(value: object) -> float:
    if type(value) is not float or not -1 <= value <= 1:
        raise ValueError
    return value


def build_yes_no_filter(condition: Callable[[], Q]) -> Callable[[str], Q]:
    """Return a filter function: the condition for `yes`, and its negation for `no`."""
    return lambda word: condition() if word == "yes" else ~condition()


#: Every move, and the replacement of a verdict when its next version is published.
_ACTIONS = (*sorted({action for _state, action in (*CLAIM_MOVES, *VERDICT_MOVES)}), "supersede")

_ID_ORDERINGS = build_both_orderings("id", make_id_key("id"))


class EditorialClaimQuery(ListQuery):
    """The query of the list of claims in any state."""

    list_name = "editorial/claims"
    orderings = (
        *_ID_ORDERINGS,
        *build_both_orderings("updated", make_moment_key("updated_at"), make_id_key("id")),
        *build_both_orderings(
            "score", Key(_SCORE, float, _validate_score, "double precision"), make_id_key("id")
        ),
    )

    q = Parameter(
        Words(),
        "Words in the statement, ignoring case and accents.",
        matches=match_words("statement"),
    )
    state = Parameter.one_of("state", Keyword(tuple(Claim.State.values)), "State in triage.")
    published = Parameter(
        Keyword(("yes", "no")),
        "Whether readers can see the claim now.",
        matches=build_yes_no_filter(
            lambda: Q(Exists(Publication.objects.current().filter(claim=OuterRef("pk"))))
        ),
    )
    language = make_language_parameter("Language of the claim")
    claimant = Parameter.one_of("claimant", WholeNumber(), "Id of the claimant.")
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
    created_by = Parameter.one_of("created_by", WholeNumber(), "Id of the person who added it.")
    updated_after = Parameter.since("updated_at", "Changed on this day (UTC) or at this moment, or later.")
    updated_before = Parameter.until(
        "updated_at", "Last changed on this day (UTC) or at this moment, or earlier."
    )
    view = make_view_parameter()
    ordering = make_ordering_parameter(orderings)


class EditorialVerdictQuery(ListQuery):
    """The query of the list of verdicts in any state."""

    list_name = "editorial/verdicts"
    orderings = (*_ID_ORDERINGS,)

    state = Parameter.one_of("state", Keyword(tuple(Verdict.State.values)), "State in the review.")
    claim = Parameter.one_of("claim", WholeNumber(), "Id of the claim.")
    publisher = Parameter.one_of("publisher", WholeNumber(), "Id of the publisher.")
    author = Parameter.one_of("author", WholeNumber(), "Id of the author.")
    rating = Parameter.one_of("rating", WholeNumber(), "Id of the rating.")
    view = make_view_parameter()
    ordering = make_ordering_parameter(orderings)


class EditorialTranslationQuery(ListQuery):
    """The query of the list of translations in any state."""

    list_name = "editorial/translations"
    orderings = (*_ID_ORDERINGS,)

    state = Parameter.one_of("state", Keyword(tuple(Translation.State.values)), "State in the review.")
    claim = Parameter.one_of("verdict__claim", WholeNumber(), "Id of the claim.")
    verdict = Parameter.one_of("verdict", WholeNumber(), "Id of the verdict.")
    author = Parameter.one_of("author", WholeNumber(), "Id of the translator.")
    language = make_language_parameter("The language of the translation")
    current = Parameter(
        Keyword(("yes", "no")),
        "Whether the translation is of the currently published version of the verdict.",
        matches=build_yes_no_filter(lambda: Q(verdict__state=Verdict.State.PUBLISHED)),
    )
    view = make_view_parameter()
    ordering = make_ordering_parameter(orderings)


class TransitionQuery(ListQuery):
    """The query of the list of workflow moves."""

    list_name = "editorial/transitions"
    orderings = (*_ID_ORDERINGS,)

    claim = Parameter.one_of("claim", WholeNumber(), "Id of the claim.")
    verdict = Parameter.one_of("verdict", WholeNumber(), "Id of the verdict.")
    actor = Parameter.one_of("actor", WholeNumber(), "Id of the person who made the move.")
    action = Parameter.one_of("action", Keyword(_ACTIONS), "The move.")
    ordering = make_ordering_parameter(orderings)


class PartQuery(ListQuery):
    """The query of the parts of one claim or verdict, in order."""

    list_name = "editorial/parts"
    orderings = (*reversed(_ID_ORDERINGS),)

    ordering = make_ordering_parameter(orderings)


class MediaQuery(ListQuery):
    """The query of the list of pictures, audio and video."""

    list_name = "editorial/media"
    orderings = (*_ID_ORDERINGS,)

    q = Parameter(
        Words(),
        "Words in the description, ignoring case and accents.",
        matches=match_words("alternative_text"),
    )
    kind = Parameter.one_of("kind", Keyword(tuple(MediaObject.Kind.values)), "The kind of media.")
    sha256 = Parameter(
        Words(64), "SHA-256 of the original file, in hexadecimal.", matches=lambda digest: Q(sha256=digest)
    )
    ordering = make_ordering_parameter(orderings)


class SnapshotQuery(ListQuery):
    """The query of the list of snapshots of one source."""

    list_name = "editorial/snapshots"
    orderings = (*build_both_orderings("number", make_id_key("number")),)

    ordering = make_ordering_parameter(orderings)
