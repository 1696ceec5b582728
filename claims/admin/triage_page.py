"""The contents of the triage screen: one proposal in detail, and the others grouped by article."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Max, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from claims.admin.claim_page import list_quotes, suggest_claimants
from claims.admin.move_buttons import get_last_move
from claims.admin.similar_claims import build_similar_context
from claims.admin.status_badges import build_state_badge, build_verdict_badges
from claims.admin.timeline import get_move_label
from claims.admin.triage_decisions import find_other_viewers, list_steps
from claims.articles import score_reasons
from claims.models import Appearance, Claim, ClaimTopic, Repeat, Topic, Transition, Verdict
from claims.review import workflow
from claims.review.decline_reasons import DECLINE_REASONS
from factcheck.admin.base import get_page_url

#: The most proposals listed on the screen.
PROPOSAL_LIMIT = 100
#: The highest count; the screen only says that there are more.
COUNT_LIMIT = 1_000
#: The number of number keys.
MAX_NUMBERED_CHOICES = 9
#: The number of newest links between claims and topics from which recently used topics are read.
_RECENT_TOPIC_LINKS = 60
_TOPIC_LIMIT = 300


@dataclass(frozen=True, slots=True)
class ListedProposal:
    """A proposal in the list beside the proposal that the screen shows in detail."""

    pk: int
    statement: str
    band: str
    last_move: int
    #: The name of another person who is viewing the proposal now.
    other_viewer: str = ""


@dataclass(slots=True)
class ArticleProposals:
    """The proposals from one article."""

    source: int | None
    title: str
    proposals: list[ListedProposal] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TriageProgress:
    """One person's progress in triage: decisions made, and proposals left."""

    decided_count: int
    declined_count: int
    waiting_count: int

    @property
    def total(self) -> int:
        return self.decided_count + self.waiting_count

    def __str__(self) -> str:
        values = {"decided": self.decided_count, "all": self.total, "declined": self.declined_count}
        if self.waiting_count > COUNT_LIMIT:
            return _("%(decided)d decided, %(declined)d of them declined; more than %(most)d waiting") % {
                **values,
                "most": COUNT_LIMIT,
            }
        return _("%(decided)d of %(all)d decided, %(declined)d of them declined") % values


def group_by_article(rows: QuerySet[Claim], person: User) -> list[ArticleProposals]:
    """Return the first proposals in list order, grouped by article."""
    appearances = Appearance.objects.filter(claim=OuterRef("pk")).order_by("pk")
    moves = Transition.objects.filter(claim=OuterRef("pk"), verdict=None).order_by().values("claim")
    proposal_rows = list(
        rows.annotate(
            article=Subquery(appearances.values("source")[:1]),
            article_title=Subquery(appearances.values("source__title")[:1]),
            seen=Coalesce(Subquery(moves.annotate(last=Max("pk")).values("last")), 0),
        ).values("pk", "statement", "score", "article", "article_title", "seen")[:PROPOSAL_LIMIT]
    )
    other_viewers = find_other_viewers([row["pk"] for row in proposal_rows], person=person)
    articles: dict[int | None, ArticleProposals] = {}
    for row in proposal_rows:
        title = row["article_title"] or _("Without an article")
        articles.setdefault(row["article"], ArticleProposals(row["article"], title)).proposals.append(
            ListedProposal(
                row["pk"],
                row["statement"],
                score_reasons.get_band_label(row["score"]),
                row["seen"],
                other_viewers.get(row["pk"], ""),
            )
        )
    return list(articles.values())


def iterate_in_order(articles: Iterable[ArticleProposals]) -> Iterator[ListedProposal]:
    for article in articles:
        yield from article.proposals


def count_decisions(person: User, since: int) -> TriageProgress:
    """Return the person's progress since the transition with the id `since`, not counting undone decisions."""
    transitions = Transition.objects.filter(
        pk__gt=since,
        actor=person,
        verdict=None,
        action__in=["accept", "decline", "merge", "reconsider", "unmerge"],
    )
    last_actions = dict(transitions.order_by("pk").values_list("claim", "action"))
    actions = [action for action in last_actions.values() if action in ("accept", "decline", "merge")]
    return TriageProgress(len(actions), actions.count("decline"), 0)


def count_waiting(rows: QuerySet[Claim]) -> int:
    """Return the number of waiting proposals, counting no further than `COUNT_LIMIT` + 1."""
    return rows.order_by()[: COUNT_LIMIT + 1].count()


def build_claim_context(claim: Claim, person: User) -> dict[str, Any]:
    """Return the facts needed to decide about one claim, and the possible decisions."""
    options = {option.action: option for option in workflow.list_options(claim, person)}
    is_waiting = claim.state == Claim.State.PROPOSED
    return {
        "claim": claim,
        "is_waiting": is_waiting,
        "page": get_page_url(claim),
        "claim_badge": build_state_badge(claim),
        "band": score_reasons.get_band_label(claim.score),
        "score_reasons": score_reasons.describe_reasons(claim.score_reasons),
        "quotes": list_quotes(claim),
        "likely_claimants": suggest_claimants(claim),
        "topics": list(claim.topics.all()),
        "existing_checks": _list_existing_checks(claim, person),
        "decided": None if is_waiting else _describe_decision(claim, person),
        "options": options,
        "other": find_other_viewers([claim.pk], person=person).get(claim.pk, ""),
        "facts": [
            fact for step in list_steps().values() if is_waiting for fact in step.list_facts(claim, person)
        ],
        **build_similar_context(claim.statement, person=person, own_claim=claim),
        "last_move": get_last_move(claim),
    }


def build_choices(person: User) -> dict[str, Any]:
    """Return the topics and reasons that can be chosen with number keys; they are the same for every claim."""
    steps = list_steps().values()
    return {
        "reasons": [str(reason) for reason in DECLINE_REASONS],
        "steps": [{**step.build_choices(person), "template": step.template} for step in steps],
        "topics_in_use": _list_used_topics(),
        "all_topics": Topic.objects.order_by("name").values_list("name", flat=True)[:_TOPIC_LIMIT],
    }


def _list_existing_checks(claim: Claim, person: User) -> list[dict[str, Any]]:
    """Return the published claims that the proposal repeats, and their verdicts."""
    verdicts = Verdict.objects.readable_by(person).filter(state=Verdict.State.PUBLISHED)
    repeats = (
        Repeat.objects.open()
        .filter(proposal=claim)
        .select_related("claim")
        .prefetch_related(
            Prefetch("claim__verdicts", verdicts.select_related("publisher", "rating").defer("explanation"))
        )
    )
    return [
        {
            "claim": repeat.claim,
            "page": get_page_url(repeat.claim),
            "verdicts": [(verdict, build_verdict_badges(verdict)) for verdict in repeat.claim.verdicts.all()],
        }
        for repeat in repeats
    ]


def _describe_decision(claim: Claim, person: User) -> dict[str, Any] | None:
    """Return the last decision on the claim, with the name of the person and the time."""
    moves = claim.transitions.readable_by(person).filter(verdict=None)
    last_move = moves.order_by("pk").last()
    if last_move is None:
        return None
    return {
        "who": last_move.actor_name,
        "what": get_move_label(last_move.action),
        "at": last_move.at,
        "note": last_move.note,
    }


def _list_used_topics() -> list[Topic]:
    """Return recently used topics, most frequently used first."""
    recent_topics = list(
        ClaimTopic.objects.order_by("-pk").values_list("topic", flat=True)[:_RECENT_TOPIC_LINKS]
    )
    frequent_topics = sorted(set(recent_topics), key=lambda topic: (-recent_topics.count(topic), topic))[
        :MAX_NUMBERED_CHOICES
    ]
    topics = Topic.objects.in_bulk(frequent_topics)
    return [topics[topic] for topic in frequent_topics]
