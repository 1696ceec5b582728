"""The text of an article with its marks and annotations.

A paragraph has the position of its first code point, and the white space that follows it. The displayed text is exactly
the article's, so the server can check the position of a selection made in the browser. Uses no models.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from claims.models import Appearance, Claim, Evidence, Publication, Transition
from claims.public.pages.annotated_text import TextPiece, split_paragraphs
from factcheck.admin.base import get_page_url
from sources.models import Snapshot

#: The number of vertical positions for underlines of overlapping spans.
_LANE_LIMIT = 3
#: The white space after most paragraphs.
_PARAGRAPH_GAP = "\n\n"


@dataclass(frozen=True, slots=True)
class NoteSpan:
    """A span of the text to which a note refers, counted in code points; `end` is excluded."""

    start: int
    end: int
    note: str
    state: str
    #: Whether the note's entry in the list links to this span.
    is_first: bool = True


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the text with its marks, for display."""

    start: int
    end: int
    html: SafeString


def build_marked_paragraphs(
    text: str, spans: Sequence[NoteSpan], *, start: int = 0, end: int | None = None
) -> list[Paragraph]:
    """Return the paragraphs of a text from `start` to `end`, with the spans of notes marked."""
    end = len(text) if end is None else end
    inner_spans = [
        NoteSpan(max(span.start, start) - start, min(span.end, end) - start, *_get_note_fields(span))
        for span in spans
        if span.start < end and span.end > start
    ]
    paragraphs = split_paragraphs(text[start:end], inner_spans)
    lanes = _arrange_lanes(inner_spans)
    paragraph_bounds = [
        (start + pieces[0].start, start + pieces[-1].start + len(pieces[-1].text)) for pieces in paragraphs
    ]
    next_starts = [*(start_after for start_after, _ in paragraph_bounds[1:]), end][: len(paragraph_bounds)]
    return [
        Paragraph(
            paragraph_start,
            paragraph_end,
            _render_paragraph(pieces, paragraph_start, text[paragraph_end:next_start], lanes),
        )
        for pieces, (paragraph_start, paragraph_end), next_start in zip(
            paragraphs, paragraph_bounds, next_starts, strict=True
        )
    ]


def find_window(text: str, start: int, end: int, margin: int) -> tuple[int, int]:
    """Return the start and end of a span with about `margin` more characters on each side, cut between paragraphs or
    words."""
    window_start, window_end = max(start - margin, 0), min(end + margin, len(text))
    if window_start:
        breaks = (
            text.rfind("\n", max(window_start - margin, 0), window_start),
            text.rfind(" ", max(window_start - 100, 0), window_start),
        )
        window_start = next((position + 1 for position in breaks if position >= 0), window_start)
    if window_end < len(text):
        breaks = (
            text.find("\n", window_end, window_end + margin),
            text.find(" ", window_end, window_end + 100),
        )
        window_end = next((position for position in breaks if position >= 0), window_end)
    return window_start, window_end


def _get_note_fields(span: NoteSpan) -> tuple[str, str, bool]:
    return span.note, span.state, span.is_first


def _arrange_lanes(spans: Iterable[NoteSpan]) -> dict[NoteSpan, int]:
    """Return the lane (vertical position) of each span's underline, so that underlines do not overlap."""
    lanes: dict[NoteSpan, int] = {}
    lane_ends: list[int] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        free_lane = next(
            (lane for lane, lane_end in enumerate(lane_ends) if lane_end <= span.start), len(lane_ends)
        )
        lane_ends[free_lane : free_lane + 1] = [span.end]
        lanes[span] = min(free_lane, _LANE_LIMIT - 1)
    return lanes


def _render_paragraph(
    pieces: Iterable[TextPiece[NoteSpan]], start: int, gap: str, lanes: Mapping[NoteSpan, int]
) -> SafeString:
    html = mark_safe("".join(piece_html for piece in pieces for piece_html in _render_piece(piece, lanes)))  # noqa: S308  escaped there
    if gap == _PARAGRAPH_GAP:
        return format_html('<p data-at="{}" dir="auto">{}</p>', start, html)
    return format_html('<p data-at="{}" data-gap="{}" dir="auto">{}</p>', start, escape_exactly(gap), html)


def _render_piece(piece: TextPiece[NoteSpan], lanes: Mapping[NoteSpan, int]) -> Iterator[str]:
    for span in piece.covering_spans:
        has_anchor = span.is_first and any(span is first_span for first_span in piece.beginning_spans)
        name = f'id="at-{span.note}"' if has_anchor else f'data-note="{span.note}"'
        lane = f" l{lanes[span]}" if lanes[span] else ""
        yield f'<mark class="{span.state}{lane}" {name}>'
    yield escape_exactly(piece.text)
    yield "</mark>" * len(piece.covering_spans)


def escape_exactly(text: str) -> SafeString:
    """Escape the text so that a browser reads it unchanged; a plain carriage return would become a line feed."""
    return mark_safe(escape(text).replace("\r", "&#13;"))  # noqa: S308  escaped here


PUBLISHED = "published"
EVIDENCE = "evidence"

#: The styles of the lines under marked text, each with its meaning.
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
    """A note on an article: a claim made in it, or an item of evidence that quotes it."""

    key: str
    #: The name of the note's style: a claim's state, `published` or `evidence`.
    state: str
    label: str
    text: str
    author_name: str
    url: str
    #: The claim's id, and its last move, by which the page finds out whether its state is current; 0 for evidence.
    claim: int = 0
    last_move: int = 0
    spans: list[NoteSpan] = field(default_factory=list)

    @property
    def start(self) -> int | None:
        """Return the position of the note's first span in this text, or None."""
        return self.spans[0].start if self.spans else None

    @property
    def html(self) -> SafeString:
        """Return the note's entry in the list beside the text, without a template: there may be hundreds of notes."""
        mark_url = self.url if self.start is None else f"#at-{self.key}"
        position_attribute = "" if self.start is None else format_html(' data-at="{}"', self.start)
        move_attribute = format_html(' data-move="{}"', self.last_move) if self.last_move else ""
        return format_html(
            '<li id="note-{}" class="{}"{}{}><a href="{}" dir="auto">{}</a>'
            '<small><b>{}</b>{} · <a href="{}">{}</a></small></li>',
            *(self.key, self.state, position_attribute, move_attribute, mark_url, self.text, self.label),
            f" · {self.author_name}" if self.author_name else "",
            self.url,
            _("Claim %d") % self.claim if self.claim else _("Verdict"),
        )


def list_notes(snapshot: Snapshot, person: User) -> list[ArticleNote]:
    """Return all notes that this person may read, in text order; notes on other snapshots of the source come last."""
    notes = {**_list_claim_notes(snapshot, person), **_list_evidence_notes(snapshot, person)}
    return sorted(
        notes.values(), key=lambda note: (note.start is None, note.start or 0, note.claim == 0, note.key)
    )


def _list_claim_notes(snapshot: Snapshot, person: User) -> dict[str, ArticleNote]:
    current_publications = Publication.objects.current().filter(claim=OuterRef("claim"))
    rows = (
        Appearance.objects.readable_by(person)
        .filter(source=snapshot.source_id)
        .select_related("claim__claimant")
        .annotate(is_published=Exists(current_publications), last_move=Subquery(_LAST_MOVE))
        .order_by("start", "pk")
    )
    labels, claims_url = (
        {state: str(label) for state, label in LEGEND},
        reverse("admin:claims_claim_changelist"),
    )
    notes: dict[str, ArticleNote] = {}
    for row in rows:
        claim, key = row.claim, f"c{row.claim_id}"
        is_public = row.is_published and claim.state == Claim.State.ACCEPTED
        state = PUBLISHED if is_public else str(claim.state)
        if key not in notes:
            notes[key] = ArticleNote(
                key=key,
                state=state,
                label=labels[state],
                text=claim.statement,
                author_name=claim.claimant.name if claim.claimant else "",
                url=f"{claims_url}{claim.pk}/change/",
                claim=claim.pk,
                last_move=row.last_move or 0,
            )
        _add_span(notes[key], row, snapshot)
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
            text=row.verdict.claim.statement,
            author_name=str(row.verdict.publisher),
            url=get_page_url(row.verdict),
        )
        notes[note.key] = note
        _add_span(note, row, snapshot)
    return notes


def _add_span(note: ArticleNote, row: Appearance | Evidence, snapshot: Snapshot) -> None:
    if row.snapshot_id == snapshot.pk and row.start is not None and row.end is not None:
        span = NoteSpan(row.start, row.end, note.key, note.state)
        note.spans.append(replace(span, is_first=not note.spans))
