"""The layout of a share picture: rating, statement, claimant and newsroom.

`build_alternative_text` has the same content as the picture. The picture of a retracted or merged claim says
so, and shows no verdict.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from claims.features.embeds.embed_themes import compute_contrast
from claims.features.embeds.share_pictures.paragraphs import (
    TypesetText,
    clean_drawable,
    fit_text,
    is_right_to_left,
)
from claims.ledger.document.headline import choose_lead_verdict, describe_judgement, find_label
from claims.models import Publication

Document = dict[str, Any]

#: The size that sites recommend for pictures in link previews.
WIDTH, HEIGHT = 1200, 630
_MARGIN = 64
_BAND_HEIGHT = 190
_TEXT_WIDTH = WIDTH - 2 * _MARGIN
_PAPER_COLOUR, _INK_COLOUR, _MUTED_COLOUR, _LINE_COLOUR = "#fbfaf6", "#1a1d1f", "#4d5459", "#dedad0"
_NEUTRAL_COLOURS = ("#3b4045", "#ffffff")
#: The contrast that WCAG 2.2 requires for text of any size.
MIN_CONTRAST = 4.5
#: The colours of the rating classes on light pages (static/site.css), for ratings without colours of their own.
CLASS_COLOURS = {
    "true": ("#086246", "#ffffff"),
    "mostly_true": ("#1499b4", "#16181d"),
    "mixed": ("#bd860f", "#16181d"),
    "mostly_false": ("#af5b00", "#ffffff"),
    "false": ("#a30311", "#ffffff"),
    "misleading": ("#7e076c", "#ffffff"),
    "unproven": ("#292e3d", "#ffffff"),
    "satire": ("#5229a7", "#ffffff"),
    "outdated": ("#918473", "#16181d"),
    "not_rated": ("#6b6e72", "#ffffff"),
}


@dataclass(frozen=True, slots=True)
class PictureTexts:
    """The complete texts of a picture. Long texts are cut only when the picture is drawn."""

    #: The rating's label, or the status of a withdrawn claim; "" if there is neither.
    rating_or_status: str
    #: The publisher of the rating, or the meaning of the withdrawal.
    attribution: str
    statement: str
    claimant: str
    newsroom: str
    #: A text shown instead of a rating that cannot be drawn.
    kind: str
    colours: tuple[str, str]


def build_picture_texts(document: Document) -> PictureTexts:
    """Return the texts of a published claim's picture, in the claim's language if the site has that language."""
    with translation.override(_choose_language(document)):
        verdict = choose_lead_verdict(document)
        published_verdicts = document["status"] == Publication.Status.PUBLISHED
        claimant = document["claimant"]
        claimant_text = ", ".join(filter(None, (claimant["name"], claimant["job_title"]))) if claimant else ""
        common_texts = {
            "statement": " ".join(document["statement"].split()),
            "claimant": claimant_text or _("Claimant not identified"),
            "newsroom": settings.NEWSROOM_NAME,
            "kind": _("Fact check"),
        }
        if published_verdicts and verdict:
            attribution = _("Rated by %(publisher)s") % {"publisher": verdict["publisher"]["name"]}
            label = find_label(document["language"], verdict["rating"])
            return PictureTexts(
                label, attribution, colours=_choose_colours(verdict["rating"]), **common_texts
            )
        if document["status"] == Publication.Status.MERGED:
            note = _("The other claim is not published, so there is no verdict to show.")
        else:
            note = _("We no longer stand by our verdict on this claim.")
        return PictureTexts(
            describe_judgement(document),
            "" if published_verdicts else note,
            colours=_NEUTRAL_COLOURS,
            **common_texts,
        )


def build_alternative_text(document: Document) -> str:
    """Return the alternative text of the picture."""
    texts = build_picture_texts(document)
    with translation.override(_choose_language(document)):
        text = _("%(judged)s: “%(statement)s” Claimant: %(claimant)s. Published by %(newsroom)s.") % {
            "judged": texts.rating_or_status or texts.kind,
            "statement": Truncator(texts.statement).words(60),
            "claimant": texts.claimant,
            "newsroom": texts.newsroom,
        }
    return f"{text} {texts.attribution}" if texts.attribution else text


def draw_picture(document: Document) -> bytes:
    """Draw the picture as PNG."""
    texts, language = build_picture_texts(document), document["language"]
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER_COLOUR)
    statement = clean_drawable(texts.statement)
    # A rating is never shown without the statement that it rates.
    rating_paragraph, attribution = _typeset_rating(texts, language) if statement else (None, None)
    if rating_paragraph:
        background, colour = texts.colours
    else:
        rating_paragraph, (background, colour) = _typeset_kind(texts, language), _NEUTRAL_COLOURS
    _draw_band(
        image,
        [paragraph for paragraph in (rating_paragraph, attribution) if paragraph],
        background,
        choose_legible_colour(background, colour),
    )
    if statement:
        _draw_statement(image, statement, language)
    if claimant := clean_drawable(texts.claimant):
        claimant_paragraph = fit_text(
            claimant, width=_TEXT_WIDTH, height=50, sizes=(32,), max_lines=1, language=language
        )
        claimant_paragraph.draw(
            image, (_MARGIN, 482, WIDTH - _MARGIN, 482 + 50), _MUTED_COLOUR, _PAPER_COLOUR
        )
    _draw_newsroom_name(image, texts)
    file = BytesIO()
    # A few colours are enough for letters: the file becomes a third as large, and is written in half the time.
    small_image = image.quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    small_image.save(file, "PNG")
    return file.getvalue()


def _typeset_rating(texts: PictureTexts, language: str) -> tuple[TypesetText | None, TypesetText | None]:
    """Return the typeset rating and publisher, or (None, None) if either cannot be drawn or the rating does not fit."""
    label, attribution = clean_drawable(texts.rating_or_status), clean_drawable(texts.attribution)
    if not label or not attribution:
        return None, None
    paragraph = fit_text(label, width=_TEXT_WIDTH, height=104, sizes=(68, 56, 46, 36), language=language)
    attribution_paragraph = fit_text(
        attribution, width=_TEXT_WIDTH, height=46, sizes=(30, 26), max_lines=1, language=language
    )
    return (paragraph, attribution_paragraph) if paragraph.is_complete else (None, None)


def _typeset_kind(texts: PictureTexts, language: str) -> TypesetText | None:
    kind = clean_drawable(texts.kind)
    return fit_text(kind, width=_TEXT_WIDTH, height=104, sizes=(68, 46), language=language) if kind else None


def _draw_band(image: Image.Image, texts: list[TypesetText], background: str, text_colour: str) -> None:
    """Draw the texts one below the other on a band in the rating's colour."""
    ImageDraw.Draw(image).rectangle((0, 0, WIDTH, _BAND_HEIGHT), fill=background)
    top = (_BAND_HEIGHT - sum(text.height for text in texts)) // 2
    for text in texts:
        text.draw(image, (_MARGIN, top, WIDTH - _MARGIN, top + text.height), text_colour, background)
        top += text.height


def _draw_statement(image: Image.Image, statement: str, language: str) -> None:
    top, bottom = _BAND_HEIGHT + 34, 470
    paragraph = fit_text(
        f"“{statement}”",
        width=_TEXT_WIDTH,
        height=bottom - top,
        sizes=(60, 52, 44, 38),
        language=language,
        closing_mark="”",
    )
    paragraph.draw(image, (_MARGIN, top, WIDTH - _MARGIN, bottom), _INK_COLOUR, _PAPER_COLOUR)


def _draw_newsroom_name(image: Image.Image, texts: PictureTexts) -> None:
    """Draw the newsroom's name and URL."""
    ImageDraw.Draw(image).line((_MARGIN, 548, WIDTH - _MARGIN, 548), fill=_LINE_COLOUR, width=2)
    half_width = _TEXT_WIDTH // 2 - 20
    name, site = clean_drawable(texts.newsroom), clean_drawable(urlsplit(settings.SITE_URL).hostname or "")
    side_edges = [(_MARGIN, _MARGIN + half_width), (WIDTH - _MARGIN - half_width, WIDTH - _MARGIN)]
    if name and is_right_to_left(name):
        side_edges.reverse()
    for text, (left_edge, right_edge), colour in zip(
        (name, site), side_edges, (_INK_COLOUR, _MUTED_COLOUR), strict=True
    ):
        if text:
            signature = fit_text(text, width=half_width, height=44, sizes=(28,), max_lines=1)
            is_right_aligned = (left_edge > _MARGIN) != signature.is_right_to_left
            signature.draw(
                image,
                (left_edge, 564, right_edge, 564 + 44),
                colour,
                _PAPER_COLOUR,
                is_aligned_to_end=is_right_aligned,
            )


def choose_legible_colour(background: str, preferred_colour: str) -> str:
    """Return the preferred colour if it is legible on the background, otherwise black or white."""
    return max(
        (preferred_colour, "#000000", "#ffffff"),
        key=lambda colour: (
            min(compute_contrast(background, colour), MIN_CONTRAST),
            colour == preferred_colour,
            compute_contrast(background, colour),
        ),
    )


def _choose_colours(rating: Document) -> tuple[str, str]:
    if rating["colour"] and rating["text_colour"]:
        return rating["colour"], rating["text_colour"]
    return CLASS_COLOURS[rating["rating_class"] or "not_rated"]


def _choose_language(document: Document) -> str:
    """Return the language of the picture's fixed texts."""
    tag = document["language"]
    languages = dict(settings.LANGUAGES)
    return next(
        (candidate for candidate in (tag, tag.partition("-")[0]) if candidate in languages),
        settings.LANGUAGE_CODE,
    )
