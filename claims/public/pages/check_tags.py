"""Template tags for the results of "Check a text"."""

from collections.abc import Sequence

from django import template
from django.conf import settings
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from claims.matching.alignment import Span
from claims.public.pages.annotated_text import TextPiece
from claims.public.pages.checked_text import CheckedSentence, RelatedMatch
from claims.public.pages.reader_tags import build_screen_reader_text, colour_classes, label

register = template.Library()

#: The minimum confidence for each description.
SURE_CONFIDENCE, LIKELY_CONFIDENCE = 0.9, 0.7


@register.simple_tag
def describe_text_retention() -> str:
    """Return a description of what happens to a reader's text."""
    if settings.KEEP_REPEATED_SENTENCES:
        return _(
            "Sentences in your text that repeat a checked claim are stored, so that we see which claims are "
            "spreading again. Nothing is recorded about you."
        )
    return _("Your text is compared and then deleted: nothing is stored.")


@register.filter
def match_kind_label(kind: str) -> str:
    """Return the relation of a claim to a sentence in words."""
    return {
        "same": _("The same claim"),
        "related": _("On the same subject. Compare:"),
        "contradicts": _("The checked claim differs"),
    }[kind]


@register.filter
def confidence_label(confidence: float) -> str:
    if confidence >= SURE_CONFIDENCE:
        return _("very likely")
    return _("likely") if confidence >= LIKELY_CONFIDENCE else _("possibly")


@register.simple_tag
def differences(text: str, spans: Sequence[Span]) -> SafeString:
    """Return the text as HTML, marking the words that the other text lacks."""
    pieces, end = [], 0
    for start, stop in spans:
        pieces.append(format_html('{}<b class="differs">{}</b>', text[end:start], text[start:stop]))
        end = stop
    return format_html("{}{}", SafeString("".join(pieces)), text[end:])


@register.filter
def match_colours(match: RelatedMatch) -> str:
    """Return the CSS classes with the verdict's colours if the verdict applies to the claim in the sentence."""
    if match.kind != "same":
        return f"match-{match.kind}"
    return colour_classes(match.verdict["rating"] if match.verdict else None)


@register.filter
def render_text_piece(piece: TextPiece[CheckedSentence]) -> SafeString:
    """Render a piece of the text: a matched sentence with its link, or plain text.

    This is not a template, because every space between two pieces would appear in the text.
    """
    sentence = piece.innermost_span
    if sentence is None:
        return conditional_escape(piece.text)
    is_beginning, is_end = sentence in piece.beginning_spans, sentence in piece.ending_spans
    return format_html(
        '<mark class="{}"{}><a href="#match-{}">{}{}{}</a></mark>',
        match_colours(sentence.first_match),
        format_html(' id="sentence-{}"', sentence.number) if is_beginning else "",
        sentence.number,
        build_screen_reader_text(_describe_match(sentence.first_match)) if is_beginning else "",
        piece.text,
        format_html("<sup>{}</sup>", sentence.number) if is_end else "",
    )


def _describe_match(match: RelatedMatch) -> str:
    """Return the description of a match for users of screen readers."""
    rating = match.verdict["rating"] if match.verdict else None
    if match.kind == "same" and rating:
        return _("The same claim was rated %(label)s:") % {"label": label(rating)}
    description = match_kind_label(match.kind)
    return description if description.endswith((":", "：")) else f"{description}:"
