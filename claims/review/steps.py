"""The open moves of a table for a person, and any obstacles."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from claims.newsroom.refusals import NotAllowed, NotInRole, NotPossible, TooEarly
from claims.review.moves import Move, MoveHidden

#: (state, action) → move.
Table = Mapping[tuple[str, str], Move[Any]]


class MoveContext(Protocol):
    """An object whose state changes by moves."""

    state: str

    def get_state_display(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Option:
    """A move available to a person now; `obstacle` says what prevents it, if anything."""

    action: str
    move: Move[Any]
    obstacle: str
    opens_at: datetime | None = None
    """When the obstacle is gone, where that is only a matter of time."""


def collect_options(table: Table, subject: MoveContext, by: User) -> list[Option]:
    """Return the moves open in this state and role, in the order of the table."""
    found = []
    for (state, action), step in table.items():
        if state != subject.state or not by.has_perm(step.permission):
            continue
        try:
            if step.check:
                step.check(subject, by)
        except MoveHidden:
            continue
        except TooEarly as reason:
            found.append(Option(action, step, str(reason), opens_at=reason.until))
        except (NotPossible, NotAllowed) as reason:
            found.append(Option(action, step, str(reason)))
        else:
            found.append(Option(action, step, ""))
    return found


def require_step(table: Table, subject: MoveContext, action: str, *, by: User, note: str) -> Move[Any]:
    """Return the move if it is available to this person now.

    Raises:
        NotPossible: it does not exist from the present state, or something is missing for it (409).
        NotAllowed: it exists, but not for this person, and why (403).
    """
    try:
        step = table[subject.state, action]
    except KeyError:
        raise NotPossible(
            _("“%(action)s” is not possible in the state “%(state)s”.")
            % {"action": action, "state": subject.get_state_display()},
            code="move_not_possible",
        ) from None
    if not by.has_perm(step.permission):
        raise NotInRole(_("Your role does not include this: %(what)s.") % {"what": step.label})
    if step.note_required and not note.strip():
        raise NotPossible(_("A note is needed: %(what)s.") % {"what": step.note}, code="note_required")
    if step.check:
        step.check(subject, by)
    return step
