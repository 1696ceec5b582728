"""What has been noted in an article: the claims made in it and the evidence found there, each with its places."""

from dataclasses import dataclass, field, replace

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from claims.admin.article_page_text import NotedPlace
from claims.models import Appearance, Claim, Evidence, Publication, Transition
from factcheck.admin.base import change_page
from sources.models import Snapshot

PUBLISHED = "published"
EVIDENCE = "evidence"

#: What the lines under marks mean, as styles name them.
LEGEND: tuple[tuple[str, StrOrPromise], ...] = (
    (Claim.State.PROPOSED.value, Claim.State.PROPOSED.label),
    (Claim.State.ACCEPTED.value, Claim.State.ACCEPTED.label),
    (PUBLISHED, gettext_lazy("Published")),
    (Claim.State.DECLINED.value, Claim.State.DECLINED.label),
    (Claim.State.MERGED.value, Claim.State.MERGED.label),
    (EVIDENCE, gettext_lazy("Evidence")),
)

_LAST_MOVE = Transition.objects.filter(claim=OuterRef("claim"), verdict=None).order_by("-pk").values("pk")[:1]


@dataclass(frozen=True, slots=True)
class ArticleNote:
    """A claim made in the article, or an item of evidence that quotes it."""

    key: str
    #: As styles name it: a claim's state, `published` or `evidence`.
    state: str
    label: str
    words: str
    who: str
    page: str
    #: The claim's id, and its last move, by which a page knows that it still shows the present state; 0 of evidence.
    claim: int = 0
    last_move: int = 0
    places: list[NotedPlace] = field(default_factory=list)

    @property
    def start(self) -> int | None:
        """The first position in this text."""
        return self.places[0].start if self.places else None

    @property
    def html(self) -> SafeString:
        """Return its entry in the list beside the text. Built without a template, because there may be hundreds."""
        to_mark = self.page if self.start is None else f"#at-{self.key}"
        place = "" if self.start is None else format_html(' data-at="{}"', self.start)
        move = format_html(' data-move="{}"', self.last_move) if self.last_move else ""
        return format_html(
            '<li id="note-{}" class="{}"{}{}><a href="{}" dir="auto">{}</a>'
            '<small><b>{}</b>{} · <a href="{}">{}</a></small></li>',
            *(self.key, self.state, place, move, to_mark, self.words, self.label),
            f" · {self.who}" if self.who else "",
            self.page,
            _("Claim %d") % self.claim if self.claim else _("Its verdict"),
        )


def list_notes(snapshot: Snapshot, person: User) -> list[ArticleNote]:
    """Return all notes this person may read, in text order; notes on other snapshots come last."""
    found = {**_list_claim_notes(snapshot, person), **_list_evidence_notes(snapshot, person)}
    return sorted(
        found.values(), key=lambda note: (note.start is None, note.start or 0, note.claim == 0, note.key)
    )


def _list_claim_notes(snapshot: Snapshot, person: User) -> dict[str, ArticleNote]:
    current = Publication.objects.current().filter(claim=OuterRef("claim"))
    rows = (
        Appearance.objects.readable_by(person)
        .filter(source=snapshot.source_id)
        .select_related("claim__claimant")
        .annotate(is_published=Exists(current), last_move=Subquery(_LAST_MOVE))
        .order_by("start", "pk")
    )
    labels, claims = {state: str(label) for state, label in LEGEND}, reverse("admin:claims_claim_changelist")
    notes: dict[str, ArticleNote] = {}
    for row in rows:
        claim, key = row.claim, f"c{row.claim_id}"
        published = row.is_published and claim.state == Claim.State.ACCEPTED
        state = PUBLISHED if published else str(claim.state)
        if key not in notes:
            notes[key] = ArticleNote(
                key=key,
                state=state,
                label=labels[state],
                words=claim.statement,
                who=claim.claimant.name if claim.claimant else "",
                page=f"{claims}{claim.pk}/change/",
                claim=claim.pk,
                last_move=row.last_move or 0,
            )
        _put(notes[key], row, snapshot)
    return notes


def _list_evidence_notes(snapshot: Snapshot, person: User) -> dict[str, ArticleNote]:
    rows = (
        Evidence.objects.readable_by(person)
        .filter(source=snapshot.source_id, snapshot=snapshot, start__isnull=False)
        .select_related("verdict__claim", "verdict__publisher")
        .defer("verdict__explanation")
        .order_by("start", "pk")
    )
    notes: dict[str, ArticleNote] = {}
    for row in rows:
        note = ArticleNote(
            key=f"e{row.pk}",
            state=EVIDENCE,
            label=str(row.get_stance_display()),
            words=row.verdict.claim.statement,
            who=str(row.verdict.publisher),
            page=change_page(row.verdict),
        )
        notes[note.key] = note
        _put(note, row, snapshot)
    return notes


def _put(note: ArticleNote, row: Appearance | Evidence, snapshot: Snapshot) -> None:
    if row.snapshot_id == snapshot.pk and row.start is not None and row.end is not None:
        place = NotedPlace(row.start, row.end, note.key, note.state)
        note.places.append(replace(place, is_first=not note.places))
