"""The timeline of a claim, newest event first: moves, edits, sign-offs, publications, events from features,
and the history.

Events of each kind are read only as far as the requested page needs them, so that a long history costs no
more than a short one.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.utils.formats import date_format
from django.utils.html import strip_tags
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from claims.ledger.document.sections import get_sections
from claims.models import (
    Appearance,
    Claim,
    ClaimTopic,
    Evidence,
    Publication,
    ScheduledPublication,
    SignOff,
    Transition,
    Verdict,
)
from claims.models.visibility import READ_DRAFTS
from claims.review.moves import CLAIM_MOVES, VERDICT_MOVES
from factcheck import features
from factcheck.admin.change_history import FieldChange, PastEvent, get_name, list_changes, list_link_changes

PER_PAGE = 20
#: The longest value, in characters, that fits into a sentence.
_NOTE_LENGTH = 120
#: The last page of the timeline; older events are under “History”.
LAST_PAGE = 50


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One event of a claim's timeline."""

    time: datetime
    kind: str
    actor_name: str
    description: str
    note: str = ""
    #: The verdict that the event is about, if any.
    verdict: int | None = None
    changes: tuple[FieldChange, ...] = ()

    @property
    def fits_in_sentence(self) -> bool:
        """Return whether the event is a single short change, which fits into a sentence."""
        return len(self.changes) == 1 and all(
            0 < len(strip_tags(value)) <= _NOTE_LENGTH
            for value in (self.changes[0].before, self.changes[0].after)
        )

    @property
    def field(self) -> str:
        """Return the name of the field in a single change."""
        return self.changes[0].field.lower()


@dataclass(frozen=True, slots=True)
class TimelineKind:
    """A kind of event by which people can filter the timeline; URLs contain its `name`.

    Attributes:
        read: yields a claim's newest events, as far as the person may read them: at least the given number, or all.
    """

    name: str
    label: StrOrPromise
    read: Callable[[Claim, User, int], Iterator[TimelineEvent]]


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page of a timeline."""

    events: list[TimelineEvent]
    kind: str
    page: int
    has_more: bool

    @property
    def newer_page(self) -> int:
        """Return the number of the page with newer events; 0 if there is none."""
        return self.page - 1

    @property
    def older_page(self) -> int:
        """Return the number of the page with older events; 0 if there is none."""
        return self.page + 1 if self.has_more else 0


def build_timeline(claim: Claim, reader: User, *, kind: str = "", page: int = 1) -> Timeline:
    """Return a page of the timeline, with only the events that this person may read."""
    page = min(max(page, 1), LAST_PAGE)
    limit = page * PER_PAGE + 1
    kinds = list_kinds()
    chosen_kinds = [timeline_kind for timeline_kind in kinds if timeline_kind.name == kind]
    events = [
        event for timeline_kind in chosen_kinds or kinds for event in timeline_kind.read(claim, reader, limit)
    ]
    events.sort(key=lambda event: event.time, reverse=True)
    shown_events = events[(page - 1) * PER_PAGE : page * PER_PAGE]
    has_more = len(events) > page * PER_PAGE and page < LAST_PAGE
    return Timeline(shown_events, kind if chosen_kinds else "", page, has_more)


def list_kinds() -> list[TimelineKind]:
    """Return the kinds of the core and of enabled features."""
    return [*_CORE_KINDS, *features.load_declared("timeline")]


def _iterate_moves(claim: Claim, reader: User, limit: int) -> Iterator[TimelineEvent]:
    if can_read_work(claim, reader):
        yield TimelineEvent(claim.created_at, "moves", get_name(claim.created_by), _("added the claim"))
    # Leave out sign-offs, which are shown as a kind of their own.
    moves = Transition.objects.readable_by(reader).filter(claim=claim).exclude(action="sign_off")
    for move in moves.order_by("-pk")[:limit]:
        sentence = str(_MOVE_SENTENCES.get(move.action) or f"{get_move_label(move.action)}: {move.states}")
        yield TimelineEvent(move.at, "moves", move.actor_name, sentence, move.note, move.verdict_id)


def _iterate_edits(claim: Claim, reader: User, limit: int) -> Iterator[TimelineEvent]:
    verdicts = list(Verdict.objects.readable_by(reader).filter(claim=claim).values_list("pk", "author"))
    past_events: list[PastEvent] = []
    if can_read_work(claim, reader):
        past_events += list_changes(Claim, excluded_fields=_FIELDS_IN_MOVES, limit=limit, pgh_obj_id=claim.pk)
        past_events += list_changes(Appearance, row_name=_("an appearance"), limit=limit, claim_id=claim.pk)
        past_events += list_link_changes(ClaimTopic, link_name="topic", limit=limit, claim_id=claim.pk)
    # People who may not read other people's drafts still see the full history of their own.
    may_read_all = reader.has_perm(READ_DRAFTS)
    ids = [pk for pk, author in verdicts if may_read_all or author == reader.pk]
    past_events += list_changes(Verdict, excluded_fields=_FIELDS_IN_MOVES, limit=limit, pgh_obj_id__in=ids)
    past_events += list_changes(Evidence, row_name=_("an item of evidence"), limit=limit, verdict_id__in=ids)
    for section in get_sections():
        past_events += list_changes(
            section.model,
            row_name=section.row_name,
            excluded_fields=section.unlogged,
            limit=limit,
            verdict_id__in=ids,
        )
    for event in past_events:
        yield TimelineEvent(
            event.at,
            "edits",
            event.actor_name,
            _lower_first_letter(event.description),
            event.note,
            None,
            event.changes,
        )


def _load_sign_offs(claim: Claim, reader: User, limit: int) -> Iterator[TimelineEvent]:
    rows = SignOff.objects.readable_by(reader).filter(verdict__claim=claim)
    for row in rows.order_by("-pk")[:limit]:
        sentence = _("signed off the verdict, in round %(number)d") % {"number": row.round}
        yield TimelineEvent(row.at, "signoffs", row.by_name, sentence, row.note, row.verdict_id)


def _iterate_publications(claim: Claim, reader: User, limit: int) -> Iterator[TimelineEvent]:
    entries = claim.publications.only("version", "kind", "note", "published_at", "claim")
    for entry in entries.order_by("-version")[:limit]:
        sentence = _("Version %(number)d published: %(kind)s") % {
            "number": entry.version,
            "kind": entry.get_kind_display(),
        }
        yield TimelineEvent(entry.published_at, "publications", "", sentence, entry.note)
    planned_publications = ScheduledPublication.objects.readable_by(reader).filter(verdict__claim=claim)
    for row in planned_publications.order_by("-pk")[:limit]:
        moment = date_format(localtime(row.publish_at), "DATETIME_FORMAT")
        sentence = _("scheduled the publication for %(moment)s") % {"moment": moment}
        yield TimelineEvent(row.made_at, "publications", row.made_by_name, sentence, "", row.verdict_id)
        if row.ended_at and row.outcome != ScheduledPublication.Outcome.PUBLISHED:
            sentence = _("scheduled for %(moment)s: %(outcome)s") % {
                "moment": moment,
                "outcome": row.get_outcome_display(),
            }
            yield TimelineEvent(
                row.ended_at, "publications", row.ended_by_name, sentence, row.reason, row.verdict_id
            )


#: The end of the sentence about a move, after the person's name.
_MOVE_SENTENCES: dict[str, StrOrPromise] = {
    "accept": gettext_lazy("accepted the claim for checking"),
    "decline": gettext_lazy("declined the claim"),
    "merge": gettext_lazy("merged the claim into another one"),
    "unmerge": gettext_lazy("undid the merge"),
    "republish": gettext_lazy("published changes to appearances and topics"),
    "submit": gettext_lazy("submitted the verdict for review"),
    "request_changes": gettext_lazy("requested changes"),
    "withdraw": gettext_lazy("withdrew the verdict from review"),
    "publish": gettext_lazy("published the verdict"),
    "supersede": gettext_lazy("replaced the verdict with a new version"),
    "retract": gettext_lazy("retracted the verdict"),
}
#: The message that a person reads after making a move.
AFTER_MOVE_MESSAGES: dict[str, StrOrPromise] = {
    "accept": gettext_lazy("Accepted for checking."),
    "decline": gettext_lazy("Declined."),
    "reconsider": gettext_lazy("The claim has returned to triage."),
    "merge": gettext_lazy("Merged."),
    "unmerge": gettext_lazy("The merge is undone."),
    "republish": gettext_lazy("The changes are published."),
    "submit": gettext_lazy("Submitted for review."),
    "sign_off": gettext_lazy("You signed off this verdict."),
    "request_changes": gettext_lazy("Changes requested. The verdict is a draft again."),
    "withdraw": gettext_lazy("Withdrawn from review. The verdict is a draft again."),
    "publish": gettext_lazy("Published."),
    "retract": gettext_lazy("Retracted."),
}
#: Columns that moves change. They are left out of edits, because moves are shown as events of their own.
_FIELDS_IN_MOVES = (
    *("state", "state_before_merge", "merged_into_id", "reason", "updated_at"),
    *("review_round", "required_signoffs", "reply_rule", "submitted_by_id", "submitted_at", "published_at"),
)
_CORE_KINDS = (
    TimelineKind("moves", gettext_lazy("State changes"), _iterate_moves),
    TimelineKind("edits", gettext_lazy("Edits"), _iterate_edits),
    TimelineKind("signoffs", gettext_lazy("Sign-offs"), _load_sign_offs),
    TimelineKind("publications", gettext_lazy("Publications"), _iterate_publications),
)


def _lower_first_letter(text: str) -> str:
    """Return a text with its first letter in lower case, for use after a name in a sentence."""
    return text[:1].lower() + text[1:]


#: The moves of the workflow with the labels of their buttons.
MOVE_LABELS = {
    **{action: move.label for (_state, action), move in CLAIM_MOVES.items()},
    **{action: move.label for (_state, action), move in VERDICT_MOVES.items()},
    "supersede": Verdict.State.SUPERSEDED.label,  # made by publishing the next version; it has no button
}


def can_read_work(row: Claim | Verdict, reader: User) -> bool:
    """Return whether the person may read the unpublished edits of the claim or verdict."""
    owner_id = row.author_id if isinstance(row, Verdict) else row.created_by_id
    return reader.pk == owner_id or reader.has_perm(READ_DRAFTS)


def list_claim_events(claim: Claim, reader: User) -> list[PastEvent]:
    publication_events = _list_publications(claim.publications.defer("body", "search_text"))
    if not can_read_work(claim, reader):
        return publication_events
    creation = PastEvent(claim.created_at, get_name(claim.created_by), _("Added"))
    moves = claim.transitions.readable_by(reader).select_related("verdict__publisher")
    return [creation, *_list_moves(moves), *publication_events]


def list_verdict_events(verdict: Verdict, reader: User) -> list[PastEvent]:
    if not can_read_work(verdict, reader):
        # Only publication and withdrawal are public, and so is the note on a retraction.
        return _list_moves(verdict.transitions.filter(after__in=["published", "superseded", "retracted"]))
    return [
        PastEvent(verdict.created_at, get_name(verdict.author), _("Drafted")),
        *_list_moves(verdict.transitions.all()),
    ]


def _list_moves(transitions: Iterable[Transition]) -> list[PastEvent]:
    return [PastEvent(move.at, move.actor_name, _describe_move(move), note=move.note) for move in transitions]


def _describe_move(move: Transition) -> str:
    values = {"move": get_move_label(move.action), "id": move.verdict_id, "states": move.states}
    if move.before == move.after:
        return _("%(move)s (verdict %(id)s)") % values if move.verdict_id else str(values["move"])
    if move.verdict_id:
        return _("%(move)s (verdict %(id)s): %(states)s") % values
    return _("%(move)s: %(states)s") % values


def get_move_label(action: str) -> str:
    """Return the label of the move's button, or the move's name if there is no button."""
    return str(MOVE_LABELS.get(action, action.replace("_", " ").capitalize()))


def _list_publications(publications: Iterable[Publication]) -> list[PastEvent]:
    return [
        PastEvent(
            entry.published_at,
            get_name(None),
            _("Public version %(number)d: %(kind)s")
            % {"number": entry.version, "kind": entry.get_kind_display()},
            note=entry.note,
        )
        for entry in publications
    ]
