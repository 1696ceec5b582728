"""The indicators of a report: their values, totals and parts, and the articles that require them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from claims.features.standards import codes, process
from claims.features.standards.codes import CodeArticle
from claims.features.standards.period import Period
from claims.features.standards.published_reviews import PublishedReview
from claims.models import Claimant, Publication, RatingClass

#: The most parts listed by name; all other parts are counted as one.
MAX_NAMED_PARTS: Final = 20

Text = str | Promise


@dataclass(frozen=True)
class IndicatorPart:
    """One part of an indicator's count, such as the claims on one topic."""

    name: Text
    count: int


@dataclass(frozen=True)
class Indicator:
    """A figure that assessors under the codes ask for.

    Attributes:
        key: the name that programs use; it never changes.
        value: None if there is nothing to count.
        unit: `count`, `percent`, `days`, `working_days` or `per_week`.
        definition: a sentence that defines exactly what is counted.
        total: the total, if the value is a share of a total.
    """

    key: str
    title: Text
    value: float | int | None
    unit: str
    articles: tuple[CodeArticle, ...]
    definition: Text
    total: int | None = None
    parts: tuple[IndicatorPart, ...] = ()

    @property
    def largest_part(self) -> int:
        """Return the largest count of all parts, at least 1. The length of each bar is relative to this count."""
        return max([1, *(part.count for part in self.parts)])


def build_indicators(reviews: Sequence[PublishedReview], period: Period) -> list[Indicator]:
    """Return all indicators, in the order of the report."""
    return [
        *_build_output_indicators(reviews, period),
        *_build_balance_indicators(reviews),
        *_build_selection_indicators(reviews),
        *_build_evidence_indicators(reviews),
        *_build_reply_indicators(reviews),
        *_build_accuracy_indicators(reviews, period),
        *_build_reader_indicators(period),
    ]


def _build_output_indicators(reviews: Sequence[PublishedReview], period: Period) -> list[Indicator]:
    return [
        Indicator(
            "fact_checks",
            _("Claims checked"),
            len(reviews),
            "count",
            (codes.REGULAR_PUBLICATION,),
            _(
                "Claims on which our newsroom published its own verdict, or a new version of it, in the period."
            ),
        ),
        Indicator(
            "fact_checks_per_week",
            _("Claims checked per week"),
            round(len(reviews) / period.weeks, 1),
            "per_week",
            (codes.REGULAR_PUBLICATION,),
            _("Claims checked, divided by the number of weeks in the period."),
        ),
    ]


def _build_balance_indicators(reviews: Sequence[PublishedReview]) -> list[Indicator]:
    claimant_types, ratings = dict(Claimant.Kind.choices), dict(RatingClass.choices)
    articles = (codes.EQUAL_STANDARDS, codes.NO_UNDUE_CONCENTRATION, codes.EFCSN_INDEPENDENCE)
    counted_groups: list[tuple[str, Text, Iterable[Text], Text]] = [
        (
            "by_topic",
            _("By topic"),
            [name for review in reviews for name in review.topics],
            _("Claims under each topic; a claim may have several."),
        ),
        (
            "by_party",
            _("By party or organisation"),
            [review.party for review in reviews if review.party],
            _("Claims by representatives of each party or organisation."),
        ),
        (
            "by_claimant",
            _("By claimant"),
            [review.claimant for review in reviews if review.claimant],
            _("Claims by each person, organisation or group."),
        ),
        (
            "by_claimant_kind",
            _("By kind of claimant"),
            [claimant_types[review.claimant_kind] for review in reviews if review.claimant_kind],
            _("Claims by people, organisations and groups."),
        ),
        (
            "by_country",
            _("By country"),
            [review.country for review in reviews if review.country],
            _("Claims by the country of the claimant (ISO 3166-1)."),
        ),
        (
            "by_language",
            _("By language"),
            [review.language for review in reviews],
            _("Claims by the language in which they were made (BCP 47)."),
        ),
        (
            "by_rating",
            _("By rating"),
            [ratings[review.rating] for review in reviews if review.rating],
            _("Claims by our rating class."),
        ),
    ]
    indicators = []
    for key, title, names, explanation in counted_groups:
        parts = _count_parts(names)
        indicators.append(
            Indicator(key, title, len(parts), "count", articles, explanation, total=len(reviews), parts=parts)
        )
    return indicators


def _build_selection_indicators(reviews: Sequence[PublishedReview]) -> list[Indicator]:
    selection = process.count_selection(reviews)
    method_label: Mapping[str, Text] = {
        "readers": _("readers asked for a check"),
        "other_fact_checkers": _("others had checked the claim"),
        "article_reader": _("found in an imported article"),
        "by_hand": _("noted by a colleague"),
    }
    return [
        Indicator(
            "how_chosen",
            _("How claims were found"),
            len(selection.counts_by_method),
            "count",
            (codes.NO_UNDUE_CONCENTRATION, codes.REASON_FOR_CHOICE),
            _("Each claim counts under the first of these that applies."),
            total=len(reviews),
            parts=tuple(
                IndicatorPart(method_label[selection_method], selection.counts_by_method[selection_method])
                for selection_method in method_label
                if selection.counts_by_method[selection_method]
            ),
        ),
        _build_share_indicator(
            "with_a_reason",
            _("Claims with a stated reason for checking"),
            selection.with_reason_count,
            len(reviews),
            (codes.REASON_FOR_CHOICE,),
            _("Claims whose records say why they were chosen."),
        ),
    ]


def _build_evidence_indicators(reviews: Sequence[PublishedReview]) -> list[Indicator]:
    evidence_items = [evidence for review in reviews for evidence in review.evidence]
    archived_source_ids = process.find_archived_sources(reviews)
    evidence_count = len(reviews)
    source_articles = (codes.SOURCES_NAMED, codes.EFCSN_METHODOLOGY)
    return [
        _build_share_indicator(
            "two_sources",
            _("With two independent sources or more"),
            sum(len({item.origin for item in review.evidence}) > 1 for review in reviews),
            evidence_count,
            (codes.MORE_THAN_ONE_SOURCE, codes.EFCSN_METHODOLOGY),
            _(
                "Claims whose verdict cites sources from at least two publishers; pages of one site count once."
            ),
        ),
        _build_share_indicator(
            "both_sides",
            _("With evidence for and against"),
            sum({"supports", "refutes"} <= {item.stance for item in review.evidence} for review in reviews),
            evidence_count,
            (codes.BOTH_SIDES, codes.EFCSN_METHODOLOGY),
            _("Claims whose verdict cites evidence that supports them and evidence that refutes them."),
        ),
        _build_share_indicator(
            "linked_evidence",
            _("Evidence with a link"),
            sum(item.has_address for item in evidence_items),
            len(evidence_items),
            source_articles,
            _("Citations whose source has an address that readers can open."),
        ),
        _build_share_indicator(
            "archived_evidence",
            _("Archived evidence"),
            sum(
                item.has_archived_address or item.source_id in archived_source_ids for item in evidence_items
            ),
            len(evidence_items),
            source_articles,
            _("Citations whose source is archived here or in a public archive."),
        ),
    ]


def _build_reply_indicators(reviews: Sequence[PublishedReview]) -> list[Indicator]:
    named_reviews = [
        review for review in reviews if review.claimant_kind in ("person", "organization", "group")
    ]
    articles = (codes.CLAIMANT_CONTACTED, codes.EFCSN_REPLY)
    return [
        _build_share_indicator(
            "right_of_reply",
            _("Asked for a reply"),
            sum(review.request_count > 0 for review in named_reviews),
            len(named_reviews),
            articles,
            _(
                "Claims by a named claimant whose verdict says that the claimant or others concerned were "
                "asked to comment."
            ),
        ),
        _build_share_indicator(
            "not_asked_with_a_reason",
            _("Not asked, with the reason"),
            sum(not review.request_count and review.has_reason_for_not_asking for review in named_reviews),
            len(named_reviews),
            articles,
            _("Claims by a named claimant whose verdict gives a reason for not asking."),
        ),
        _build_share_indicator(
            "replies_received",
            _("Replies received"),
            sum(review.reply_count for review in reviews),
            sum(review.request_count for review in reviews),
            articles,
            _("Answered requests, out of all published requests."),
        ),
    ]


def _build_accuracy_indicators(reviews: Sequence[PublishedReview], period: Period) -> list[Indicator]:
    sign_offs, corrections = process.count_sign_offs(reviews), process.count_corrections(period)
    correction_kinds = dict(Publication.Kind.choices)
    return [
        _build_share_indicator(
            "signed_off",
            _("Signed off by a colleague"),
            sign_offs.verdict_count,
            len(reviews),
            (codes.EQUAL_STANDARDS, codes.METHODOLOGY),
            _("Verdicts signed off by someone other than their author."),
        ),
        Indicator(
            "sign_offs",
            _("Sign-offs"),
            sign_offs.sign_off_count,
            "count",
            (codes.METHODOLOGY,),
            _("As a share of all the verdicts above."),
        ),
        Indicator(
            "people_signing_off",
            _("People who signed off"),
            sign_offs.person_count,
            "count",
            (codes.METHODOLOGY,),
            _("The number of different people."),
        ),
        Indicator(
            "days_to_publish",
            _("Days until a claim is published"),
            process.measure_days_to_publish(reviews, period),
            "days",
            (codes.METHODOLOGY,),
            _("Median time from proposal to first publication, for claims first published in the period."),
        ),
        Indicator(
            "corrections",
            _("Public corrections"),
            sum(corrections.counts_by_kind.values()),
            "count",
            (codes.CORRECTED_OPENLY, codes.EFCSN_CORRECTIONS),
            _("New public versions in the period, by kind."),
            parts=tuple(
                IndicatorPart(correction_kinds[kind], count)
                for kind, count in sorted(corrections.counts_by_kind.items())
            ),
        ),
        Indicator(
            "days_to_correct",
            _("Days until an error is corrected"),
            corrections.median_days,
            "days",
            (codes.CORRECTED_OPENLY, codes.EFCSN_CORRECTIONS),
            _("Median time from the first publication of a claim to its correction or retraction."),
        ),
    ]


def _build_reader_indicators(period: Period) -> list[Indicator]:
    complaints, requests = process.count_complaints(period), process.count_requests(period)
    ended_count = complaints.answered + complaints.rejected
    policy = (codes.CORRECTIONS_POLICY, codes.EFCSN_CORRECTIONS, codes.EFCSN_COMPLAINTS)
    return [
        Indicator(
            "complaints",
            _("Complaints"),
            complaints.received,
            "count",
            policy,
            _("Complaints that readers confirmed in the period, and the outcomes of those closed in it."),
            parts=tuple(
                IndicatorPart(name, count)
                for name, count in (
                    (_("corrected"), complaints.corrected),
                    (_("clarified"), complaints.clarified),
                    (_("no change"), complaints.unchanged),
                    (_("rejected"), complaints.rejected),
                    (_("withdrawn"), complaints.withdrawn),
                    (_("still waiting at the end of the period"), complaints.waiting),
                )
                if count
            ),
        ),
        _build_share_indicator(
            "complaints_in_time",
            _("Complaints answered in time"),
            complaints.in_time,
            ended_count,
            policy,
            _("Complaints answered or rejected in the period within the promised number of working days."),
        ),
        Indicator(
            "working_days_to_answer",
            _("Working days until a complaint is answered"),
            complaints.median_working_days,
            "working_days",
            policy,
            _("Median time from receiving a complaint to answering it."),
        ),
        _build_share_indicator(
            "requests_answered",
            _("Readers’ requests answered"),
            requests.answered_count,
            requests.request_count,
            (codes.READERS_SEND_CLAIMS,),
            _(
                "Readers’ requests in the period; requests from several readers for the same check count once."
            ),
        ),
    ]


def _build_share_indicator(
    key: str, title: Text, count: int, total: int, articles: tuple[CodeArticle, ...], explanation: Text
) -> Indicator:
    value = round(100 * count / total, 1) if total else None
    return Indicator(key, title, value, "percent", articles, explanation, total=total)


def _count_parts(names: Iterable[Text]) -> tuple[IndicatorPart, ...]:
    """Return the count of each name, most frequent first; names after `MAX_NAMED_PARTS` are counted together."""
    counts = Counter(map(str, names)).most_common()
    counts.sort(key=lambda one: (-one[1], one[0].casefold()))
    parts = [IndicatorPart(name, count) for name, count in counts[:MAX_NAMED_PARTS]]
    if other_count := counts[MAX_NAMED_PARTS:]:
        parts.append(
            IndicatorPart(
                ngettext("%(number)s other", "%(number)s others", len(other_count))
                % {"number": len(other_count)},
                sum(count for _name, count in other_count),
            )
        )
    return tuple(parts)
