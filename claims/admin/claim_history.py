"""Workflow moves and publications in the history of a claim or verdict."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from claims.models import Claim, Publication, Transition, Verdict
from claims.models.visibility import READ_DRAFTS
from claims.review.moves import CLAIM_MOVES, VERDICT_MOVES
from factcheck.admin.change_history import PastEvent, name_of

#: The moves of the workflow, and how they are called.
LABELS = {
    **{action: move.label for (_state, action), move in CLAIM_MOVES.items()},
    **{action: move.label for (_state, action), move in VERDICT_MOVES.items()},
    "supersede": Verdict.State.SUPERSEDED.label,  # by publishing the next version; it has no button
}


def can_read_work_on(row: Claim | Verdict, reader: User) -> bool:
    """Whether the person may read how it came about, and not only what was published of it."""
    own = row.author_id if isinstance(row, Verdict) else row.created_by_id
    return reader.pk == own or reader.has_perm(READ_DRAFTS)


def list_claim_events(claim: Claim, reader: User) -> list[PastEvent]:
    published = _list_publications(claim.publications.defer("body", "search_text"))
    if not can_read_work_on(claim, reader):
        return published
    added = PastEvent(claim.created_at, name_of(claim.created_by), _("Added"))
    moves = claim.transitions.readable_by(reader).select_related("verdict__publisher")
    return [added, *_list_moves(moves), *published]


def list_verdict_events(verdict: Verdict, reader: User) -> list[PastEvent]:
    if not can_read_work_on(verdict, reader):
        # How it became public, and ceased to be; the note on a retraction is public too.
        return _list_moves(verdict.transitions.filter(after__in=["published", "superseded", "retracted"]))
    return [
        PastEvent(verdict.created_at, name_of(verdict.author), _("Drafted")),
        *_list_moves(verdict.transitions.all()),
    ]


def _list_moves(transitions: Iterable[Transition]) -> list[PastEvent]:
    return [
        PastEvent(
            move.at,
            move.actor_name,
            label_of(move.action)
            + (_(" (verdict %(id)s)") % {"id": move.verdict_id} if move.verdict_id else "")
            + ("" if move.before == move.after else _(": %s") % move.states),
            note=move.note,
        )
        for move in transitions
    ]


def label_of(action: str) -> str:
    """Return the label of a move's button, or else its name."""
    return str(LABELS.get(action, action.replace("_", " ").capitalize()))


def _list_publications(publications: Iterable[Publication]) -> list[PastEvent]:
    return [
        PastEvent(
            entry.published_at,
            name_of(None),
            _("Public version %(number)d: %(kind)s")
            % {"number": entry.version, "kind": entry.get_kind_display()},
            note=entry.note,
        )
        for entry in publications
    ]
