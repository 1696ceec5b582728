"""The queues of the desk. Each queue is also a filter of its list."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Window,
)
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from claims.admin.status_badges import annotate_signoffs_given
from claims.models import (
    Appearance,
    Claim,
    Mention,
    PossibleDuplicate,
    Rating,
    Repeat,
    SignOff,
    Transition,
    Translation,
    TranslationStep,
    Verdict,
)
from claims.models.claim import TRIAGE_ORDERING
from factcheck import features

_OPEN_STATES = (Verdict.State.DRAFT, Verdict.State.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One row of a dashboard list: its text, the page it links to, and a word beside it."""

    text: str
    url: str
    side_text: SafeString | str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue of rows that wait for an editor, in the order in which they should be handled.

    Attributes:
        permission: the permission needed to see the queue on the dashboard; "" if the dashboard does not show
        it.
        since_column: the column with the time since which a row has been waiting; "" if unknown.
        list_row: returns the text of a row. If set, the dashboard lists the queue's first rows beside the
        person's own work.
    """

    title: StrOrPromise
    filter_rows: Callable[[Any, User], QuerySet[Any]]
    order: tuple[Any, ...]
    permission: str = ""
    since_column: str = ""
    list_row: Callable[[Any], ListedRow] | None = None

    def select_rows(self, rows: QuerySet[Any], person: User) -> QuerySet[Any]:
        return self.filter_rows(rows, person).order_by(*self.order)


def _filter_unchecked(claims: QuerySet[Claim], person: User) -> QuerySet[Claim]:
    verdicts = Verdict.objects.readable_by(person).filter(
        claim=OuterRef("pk"), state__in=[*_OPEN_STATES, Verdict.State.PUBLISHED]
    )
    return claims.filter(~Exists(verdicts), state=Claim.State.ACCEPTED)


def _filter_orphaned(claims: QuerySet[Claim], person: User) -> QuerySet[Claim]:
    return claims.filter(Exists(Appearance.objects.filter(claim=OuterRef("pk"), anchor="orphaned")))


def _filter_awaiting_my_signoff(verdicts: QuerySet[Verdict], person: User) -> QuerySet[Verdict]:
    own_signoffs = SignOff.objects.valid().filter(verdict=OuterRef("pk"), by=person)
    return annotate_signoffs_given(verdicts).filter(
        ~Exists(own_signoffs),
        ~Q(author=person),
        ~Q(edited_by__contains=[person.pk]),
        Q(submitted_by=None) | ~Q(submitted_by=person),
        state=Verdict.State.IN_REVIEW,
        signoff_count__lt=F("required_signoffs"),
    )


def _filter_returned(verdicts: QuerySet[Verdict], person: User) -> QuerySet[Verdict]:
    """Return the person's drafts that were returned from review and not submitted again."""
    last_action = Transition.objects.filter(verdict=OuterRef("pk")).order_by("-pk").values("action")[:1]
    own_drafts = verdicts.filter(state=Verdict.State.DRAFT, author=person, review_round__gt=0)
    return own_drafts.alias(last_move=Subquery(last_action)).filter(last_move="request_changes")


def _filter_ready(verdicts: QuerySet[Verdict], person: User) -> QuerySet[Verdict]:
    return annotate_signoffs_given(verdicts).filter(
        state=Verdict.State.IN_REVIEW, signoff_count__gte=F("required_signoffs")
    )


def annotate_translation_signoffs(translations: QuerySet[Translation]) -> QuerySet[Any]:
    """Annotate `signoff_count`: the number of people who signed off in the current round, without the translators."""
    signoff_counts = (
        TranslationStep.objects.signoffs()
        .filter(translation=OuterRef("pk"))
        .order_by()
        .values("translation")
        .annotate(number=Count("by", distinct=True))
        .values("number")
    )
    return translations.annotate(
        signoff_count=Coalesce(Subquery(signoff_counts, output_field=IntegerField()), 0)
    )


def _filter_translations_to_review(
    translations: QuerySet[Translation], person: User
) -> QuerySet[Translation]:
    own_signoffs = TranslationStep.objects.signoffs().filter(translation=OuterRef("pk"), by=person)
    return annotate_translation_signoffs(translations).filter(
        ~Exists(own_signoffs),
        ~Q(author=person),
        ~Q(edited_by__contains=[person.pk]),
        Q(submitted_by=None) | ~Q(submitted_by=person),
        state=Translation.State.IN_REVIEW,
        signoff_count__lt=F("required_signoffs"),
    )


def _filter_ready_translations(translations: QuerySet[Translation], person: User) -> QuerySet[Translation]:
    return annotate_translation_signoffs(translations).filter(
        state=Translation.State.IN_REVIEW, signoff_count__gte=F("required_signoffs")
    )


def _filter_out_of_date(translations: Any, person: User) -> QuerySet[Translation]:
    outdated_translations: QuerySet[Translation] = translations.out_of_date()
    return outdated_translations


def annotate_usage(ratings: QuerySet[Rating]) -> QuerySet[Any]:
    """Annotate `claim_count`: the number of published claims with this rating."""
    mention = Mention.objects.filter(kind=Mention.Kind.RATING, thing_id=OuterRef("pk"))
    return ratings.annotate(claim_count=Coalesce(Subquery(mention.values("publications")), 0))


def _filter_unmapped(ratings: QuerySet[Rating], person: User) -> QuerySet[Any]:
    """Return the ratings without a rating class. Annotate `label_key`, the label in lower case, and `total_count`, the
    number of published claims that any publisher rated with this label.
    """
    return annotate_usage(ratings.filter(rating_class="")).annotate(
        label_key=Lower("label"), total_count=Window(Sum("claim_count"), partition_by=[Lower("label")])
    )


def _filter_undecided(pairs: Any, person: User) -> QuerySet[PossibleDuplicate]:
    open_pairs: QuerySet[PossibleDuplicate] = pairs.open()
    return open_pairs


def _filter_open_repeats(repeats: Any, person: User) -> QuerySet[Repeat]:
    open_repeats: QuerySet[Repeat] = repeats.open()
    return open_repeats


CLAIM_QUEUES = {
    "triage": Queue(
        _("Proposals to triage"),
        lambda claims, person: claims.filter(state=Claim.State.PROPOSED),
        TRIAGE_ORDERING,
        "claims.triage_claim",
        "created_at",
    ),
    "unchecked": Queue(
        _("Accepted, without a verdict"),
        _filter_unchecked,
        TRIAGE_ORDERING,
        "claims.add_verdict",
        "created_at",
    ),
    "orphaned": Queue(
        _("Quotes that could not be located"), _filter_orphaned, ("pk",), "claims.change_appearance"
    ),
}
VERDICT_QUEUES = {
    "mine": Queue(
        _("My drafts"),
        lambda verdicts, person: verdicts.filter(state=Verdict.State.DRAFT, author=person),
        # Drafts returned from review come first.
        ("-review_round", "pk"),
    ),
    "returned": Queue(_("Returned to me"), _filter_returned, ("submitted_at", "pk")),
    "review": Queue(_("Waiting for my sign-off"), _filter_awaiting_my_signoff, ("submitted_at", "pk")),
    "ready": Queue(_("Signed off, ready to publish"), _filter_ready, ("submitted_at", "pk")),
    "recheck": Queue(
        _("Due for another check"),
        lambda verdicts, person: verdicts.filter(
            state=Verdict.State.PUBLISHED, recheck_on__lte=timezone.localdate()
        ),
        ("recheck_on", "pk"),
        "claims.add_verdict",
        "recheck_on",
    ),
}
TRANSLATION_QUEUES = {
    "mine": Queue(
        _("My translations"),
        lambda translations, person: translations.filter(state=Translation.State.DRAFT, author=person),
        # Drafts returned from review come first.
        ("-review_round", "pk"),
    ),
    "translations": Queue(
        _("Translations waiting for my sign-off"),
        _filter_translations_to_review,
        ("submitted_at", "pk"),
        "claims.sign_off_translation",
        "submitted_at",
    ),
    "ready": Queue(_("Translations ready to publish"), _filter_ready_translations, ("submitted_at", "pk")),
    "stale": Queue(
        _("Translations to update"),
        _filter_out_of_date,
        ("-published_at", "pk"),
        "claims.sign_off_translation",
        "published_at",
    ),
}
RATING_QUEUES = {
    "unmapped": Queue(
        _("Labels without a rating class"),
        _filter_unmapped,
        # The labels used by the most claims come first, and the same label of several publishers is kept together.
        (F("total_count").desc(), F("label_key"), F("claim_count").desc(), "pk"),
        "claims.change_rating",
    )
}

DUPLICATE_QUEUES = {
    "duplicates": Queue(
        _("Possible duplicates"),
        _filter_undecided,
        ("pk",),
        "claims.merge_claim",
        "created_at",
    )
}

REPEAT_QUEUES = {
    "repeats": Queue(
        _("Repeats of checked claims"),
        _filter_open_repeats,
        ("-last_seen_at", "-pk"),
        "claims.change_repeat",
        "first_seen_at",
    )
}

#: Each model of the core → its queues by the name in URLs, in the order of the dashboard.
QUEUES: dict[type[Model], dict[str, Queue]] = {
    Claim: CLAIM_QUEUES,
    Translation: TRANSLATION_QUEUES,
    Verdict: VERDICT_QUEUES,
    Repeat: REPEAT_QUEUES,
    PossibleDuplicate: DUPLICATE_QUEUES,
    Rating: RATING_QUEUES,
}


def get_queues() -> dict[type[Model], dict[str, Queue]]:
    """Return the queues of the core and of the enabled features, keyed by model."""
    queues = dict(QUEUES)
    for feature_queues in features.load_declared("queues"):
        for model, queues_by_name in feature_queues.items():
            queues[model] = queues.get(model, {}) | queues_by_name
    return queues


def get_queues_of_model(model: type[Model]) -> dict[str, Queue]:
    return get_queues().get(model, {})
