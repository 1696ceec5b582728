"""The board: work in columns by state, and the moves between columns."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from claims.admin.public_state import build_verdict_state_badge, prefetch_newest_publication
from claims.admin.status_badges import annotate_planned_time, annotate_signoffs_given, build_planned_badge
from claims.features.teamwork import assignments
from claims.features.teamwork.admin.assignment import MAX_LISTED_PEOPLE, build_due_badge, build_priority_badge
from claims.features.teamwork.admin.assignment_filters import find_open_assignments
from claims.features.teamwork.models import Assignment, Priority
from claims.features.teamwork.models.assignment import URGENCY_ORDERING
from claims.models import Claim, Topic, Transition, Verdict
from claims.models.claim import TRIAGE_ORDERING
from claims.newsroom.people import get_display_name
from claims.review.moves import CLAIM_MOVES, VERDICT_MOVES, Move
from factcheck.admin.base import get_page_url

#: The most cards in a column; the list linked below it has the others.
MAX_SHOWN_CARDS = 12
_MAX_TEXT_LENGTH = 120
_PUBLISHED_PERIOD = timedelta(days=7)
_OPEN_STATES = (Verdict.State.DRAFT, Verdict.State.IN_REVIEW)

Subject = Claim | Verdict


@dataclass(frozen=True, slots=True)
class BoardFilters:
    """Filters of the board: own work only, the id of an assignee, the id of a topic; 0 means no filter."""

    only_own: bool
    assignee_id: int
    topic_id: int

    @classmethod
    def from_data(cls, data: QueryDict) -> "BoardFilters":
        def get_number(name: str) -> int:
            text = data.get(name, "")
            return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0

        return cls("mine" in data, get_number("person"), get_number("topic"))

    def get_assignee_id(self, person: User) -> int:
        """Return the id of the assignee whose work the board shows; 0 for all assignees."""
        return person.pk if self.only_own else self.assignee_id

    @property
    def query(self) -> str:
        """Return the filters as a query string."""
        parameters = {
            "mine": "1" if self.only_own else "",
            "person": self.assignee_id or "",
            "topic": self.topic_id or "",
        }
        return urlencode({name: value for name, value in parameters.items() if value})


_COLUMN_TITLES: dict[str, StrOrPromise] = {
    "proposed": gettext_lazy("Proposed"),
    "accepted": gettext_lazy("Accepted, unassigned"),
    "work": gettext_lazy("In progress"),
    "review": gettext_lazy("In review"),
    "ready": gettext_lazy("Ready to publish"),
    "published": gettext_lazy("Published this week"),
}
#: A column → the URL of the list with its other cards.
_COLUMN_LIST_PAGES = {
    "proposed": "claims_claim?queue=triage",
    "accepted": "claims_claim?queue=unchecked&who=nobody",
    "work": "teamwork_assignment?done=no",
    "review": "claims_verdict?state__exact=in_review",
    "ready": "claims_verdict?queue=ready",
    "published": "claims_verdict?state__exact=published&published=7",
}


def build_columns(person: User, filters: BoardFilters) -> list[dict[str, Any]]:
    """Build all columns in a fixed number of queries."""
    lists: dict[str, Callable[[User, BoardFilters], list[Subject]]] = {
        "proposed": _list_proposed_claims,
        "accepted": _list_accepted_claims,
        "work": _list_work_in_progress,
        "review": lambda viewer, board_filters: list(
            _list_verdicts_in_review(viewer, board_filters).filter(signoff_count__lt=F("required_signoffs"))[
                : MAX_SHOWN_CARDS + 1
            ]
        ),
        "ready": lambda viewer, board_filters: list(
            _list_verdicts_in_review(viewer, board_filters).filter(signoff_count__gte=F("required_signoffs"))[
                : MAX_SHOWN_CARDS + 1
            ]
        ),
        "published": _list_published_verdicts,
    }
    return [_build_column(name, rows(person, filters), person) for name, rows in lists.items()]


def _build_column(name: str, column_rows: list[Subject], person: User) -> dict[str, Any]:
    """Return a column with its first cards, and the URL of the full list."""
    model, _separator, query = _COLUMN_LIST_PAGES[name].partition("?")
    list_url = f"{reverse(f'admin:{model}_changelist')}?{query}"
    return {
        "name": name,
        "title": _COLUMN_TITLES[name],
        "cards": [_build_card(row, person) for row in column_rows[:MAX_SHOWN_CARDS]],
        "more": list_url,
        "is_more": len(column_rows) > MAX_SHOWN_CARDS,
    }


def _build_card(row: Any, person: User) -> dict[str, Any]:
    claim = row.claim if isinstance(row, Verdict) else row
    kind = "verdict" if isinstance(row, Verdict) else "claim"
    assignment = _get_assignment(row)
    assignee = assignments.get_assignee(assignment) if assignment else None
    if assignee is None and isinstance(row, Verdict) and row.state == Verdict.State.DRAFT:
        assignee = row.author
    text = claim.statement
    state = f"{kind}-{row.state}"
    if kind == "claim":
        state += "-held" if assignee else ""
    return {
        "kind": kind,
        "pk": row.pk,
        # The card's key in `list_moves`, which has the moves that the page offers.
        "state": state,
        "text": text if len(text) <= _MAX_TEXT_LENGTH else text[: _MAX_TEXT_LENGTH - 1] + "…",
        "page": get_page_url(row),
        "person": get_display_name(assignee) if assignee else "",
        "is_mine": assignee == person,
        "due": _build_date_badge(row, assignment),
        "priority": build_priority_badge(assignment.priority) if assignment else "",
        "last_move": row.last_move or 0,
    }


def _build_date_badge(row: Any, assignment: Assignment | None) -> SafeString | str:
    """Return a badge with the most relevant date of a card: publication, planned publication or due date."""
    if isinstance(row, Verdict) and row.state == Verdict.State.PUBLISHED:
        return build_verdict_state_badge(row)
    return build_planned_badge(row) or (build_due_badge(assignment.due_on) if assignment else "")


def _get_assignment(row: Any) -> Assignment | None:
    claim: Any = row.claim if isinstance(row, Verdict) else row
    return assignments.choose_assignment(row, claim.work)


# The content of each column ---------------------------------------------------------------------------------------


def _prefetch_work(path: str) -> Prefetch:
    work = Assignment.objects.open().select_related("person").order_by("-pk")
    return Prefetch(path, work, to_attr="work")


def _filter_claims(person: User, filters: BoardFilters) -> QuerySet[Claim]:
    """Return the claims that the person may see and that match the filters of the board."""
    last_move_ids = (
        Transition.objects.filter(claim=OuterRef("pk"), verdict=None).order_by("-pk").values("pk")[:1]
    )
    rows = Claim.objects.readable_by(person).annotate(last_move=Subquery(last_move_ids))
    rows = rows.only("statement", "state").prefetch_related(_prefetch_work("assignments"))
    return rows.filter(topics=filters.topic_id) if filters.topic_id else rows


def _filter_verdicts(person: User, filters: BoardFilters) -> QuerySet[Verdict]:
    last_move_ids = Transition.objects.filter(verdict=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    work = find_open_assignments(Verdict.objects.all()).order_by(*URGENCY_ORDERING)
    rows = (
        annotate_planned_time(Verdict.objects.readable_by(person))
        .annotate(last_move=Subquery(last_move_ids))
        .select_related("claim", "author")
        .prefetch_related(_prefetch_work("claim__assignments"))
        .defer("explanation", "summary", "claim__context")
        .order_by(
            Subquery(work.values("due_on")[:1]).asc(nulls_last=True),
            Coalesce(Subquery(work.values("priority")[:1]), Priority.NORMAL).desc(),
            "-pk",
        )
    )
    if assignee := filters.get_assignee_id(person):
        assigned_work = work.filter(person__isnull=False)
        own_verdicts = Q(author=assignee, state__in=_OPEN_STATES) & ~Exists(assigned_work)
        rows = rows.filter(own_verdicts | Exists(assigned_work.filter(person=assignee)))
    return rows.filter(claim__topics=filters.topic_id) if filters.topic_id else rows


def _find_assigned_work(assignee_id: int = 0) -> QuerySet[Assignment]:
    """Return the work assigned to this person or, for 0, to anyone."""
    rows = Assignment.objects.held().filter(verdict=None)
    return rows.filter(person=assignee_id) if assignee_id else rows


def _list_urgent_claims(claims: QuerySet[Claim], work: QuerySet[Assignment]) -> list[Any]:
    """Return the claims with the most urgent work. The query starts from assignments, which are fewer than claims."""
    ordered_claim_ids = work.filter(claim__in=claims.order_by().values("pk")).order_by(*URGENCY_ORDERING)
    claim_ids = list(ordered_claim_ids.values_list("claim", flat=True)[: MAX_SHOWN_CARDS + 1])
    claims_by_id = claims.in_bulk(claim_ids)
    return [claims_by_id[claim_id] for claim_id in claim_ids if claim_id in claims_by_id]


def _list_proposed_claims(person: User, filters: BoardFilters) -> list[Any]:
    """Return proposed claims: first those with an assignment, due date or priority, then in triage order."""
    proposals = _filter_claims(person, filters).filter(state=Claim.State.PROPOSED)
    assignee = filters.get_assignee_id(person)
    open_assignments = Assignment.objects.open().filter(verdict=None)
    claims = _list_urgent_claims(proposals, _find_assigned_work(assignee) if assignee else open_assignments)
    if not assignee and len(claims) <= MAX_SHOWN_CARDS:
        ordered_claims = proposals.order_by(*TRIAGE_ORDERING)
        claims += ordered_claims.filter(~Exists(open_assignments.filter(claim=OuterRef("pk"))))[
            : MAX_SHOWN_CARDS + 1 - len(claims)
        ]
    return claims


def _exclude_claims_with_verdicts(claims: QuerySet[Claim]) -> QuerySet[Claim]:
    verdicts = Verdict.objects.filter(
        claim=OuterRef("pk"), state__in=[*_OPEN_STATES, Verdict.State.PUBLISHED]
    )
    return claims.filter(~Exists(verdicts), state=Claim.State.ACCEPTED)


def _list_accepted_claims(person: User, filters: BoardFilters) -> list[Any]:
    if filters.get_assignee_id(person):
        return []
    unassigned_claims = _exclude_claims_with_verdicts(_filter_claims(person, filters)).filter(
        ~Exists(_find_assigned_work().filter(claim=OuterRef("pk")))
    )
    return list(unassigned_claims.order_by("-pk")[: MAX_SHOWN_CARDS + 1])


def _list_work_in_progress(person: User, filters: BoardFilters) -> list[Any]:
    """Return assigned claims without a verdict, followed by drafts."""
    urgent_claims = _list_urgent_claims(
        _exclude_claims_with_verdicts(_filter_claims(person, filters)),
        _find_assigned_work(filters.get_assignee_id(person)),
    )
    drafts = _filter_verdicts(person, filters).filter(state=Verdict.State.DRAFT)
    work_rows = [*urgent_claims, *drafts[: MAX_SHOWN_CARDS + 1]]
    return sorted(work_rows, key=_compute_urgency)


def _compute_urgency(row: Any) -> tuple[Any, ...]:
    assignment = _get_assignment(row)
    if assignment is None:
        return (True, 0, -Priority.NORMAL)
    day = assignment.due_on
    return (day is None, day.toordinal() if day else 0, -assignment.priority)


def _list_verdicts_in_review(person: User, filters: BoardFilters) -> QuerySet[Any]:
    return annotate_signoffs_given(_filter_verdicts(person, filters).filter(state=Verdict.State.IN_REVIEW))


def _list_published_verdicts(person: User, filters: BoardFilters) -> list[Any]:
    week_ago = timezone.now() - _PUBLISHED_PERIOD
    rows = _filter_verdicts(person, filters).filter(
        state=Verdict.State.PUBLISHED, publisher__is_house=True, published_at__gte=week_ago
    )
    rows = rows.prefetch_related(prefetch_newest_publication("claim__"))
    return list(rows.order_by("-published_at")[: MAX_SHOWN_CARDS + 1])


# The moves of a card ----------------------------------------------------------------------------------------------

#: A card's state and a move → the card's column after the move; other moves take the card off the board.
_TARGET_COLUMNS: dict[tuple[str, str], str] = {
    ("claim-proposed", "accept"): "accepted",
    ("claim-accepted", "take"): "work",
    ("claim-accepted-held", "release"): "accepted",
    ("claim-accepted", "reconsider"): "proposed",
    ("verdict-draft", "submit"): "review",
    ("verdict-in_review", "sign_off"): "ready",
    ("verdict-in_review", "request_changes"): "work",
    ("verdict-in_review", "publish"): "published",
}
#: Moves that need more input than a note, and are therefore made on the page of the claim or verdict.
_MOVES_NOT_ON_BOARD = {"merge", "unmerge", "republish", "retract"}


def list_moves(person: User) -> dict[str, list[dict[str, Any]]]:
    """Return, for each state of a card, the moves that the person's role allows."""
    moves_of_states: dict[str, list[dict[str, Any]]] = {}
    for state in ("claim-proposed", "claim-proposed-held", "claim-accepted", "claim-accepted-held"):
        moves_of_states[state] = [
            *_list_assignment_moves(state, person),
            *_list_state_moves(state, CLAIM_MOVES, person),
        ]
    for state in ("verdict-draft", "verdict-in_review", "verdict-published"):
        moves_of_states[state] = _list_state_moves(state, VERDICT_MOVES, person)
    return moves_of_states


def _list_state_moves(
    state: str, moves: dict[tuple[str, str], Move[Any]], person: User
) -> list[dict[str, Any]]:
    card_state = state.removesuffix("-held")
    return [
        {
            "action": action,
            "label": str(move.label),
            "to": _TARGET_COLUMNS.get((card_state, action), ""),
            "note": str(move.note),
            "required": move.is_note_required,
        }
        for (previous_state, action), move in moves.items()
        if card_state.endswith(f"-{previous_state}")
        and action not in _MOVES_NOT_ON_BOARD
        and person.has_perm(move.permission)
    ]


def _list_assignment_moves(state: str, person: User) -> Iterable[dict[str, Any]]:
    """Return the moves that take an unassigned claim, or release an assigned one."""
    if not person.has_perm(assignments.TAKE_PERMISSION):
        return
    action, label = ("release", _("Release")) if state.endswith("-held") else ("take", _("Assign to me"))
    target_column = _TARGET_COLUMNS.get((state, action), "")
    yield {"action": action, "label": label, "to": target_column, "note": "", "required": False}


def build_board_context(request: HttpRequest, person: User) -> dict[str, Any]:
    filters = BoardFilters.from_data(request.GET)
    people = assignments.find_assignable_people(Claim)[:MAX_LISTED_PEOPLE]
    return {
        "columns": build_columns(person, filters),
        "moves": list_moves(person),
        "filters": filters,
        "people": [
            (colleague.pk, get_display_name(colleague)) for colleague in people if colleague != person
        ],
        "topics": list(Topic.objects.values_list("pk", "name")[:MAX_LISTED_PEOPLE]),
    }
