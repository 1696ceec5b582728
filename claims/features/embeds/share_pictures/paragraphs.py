"""Typeset text of any script: check glyphs, break lines, and order characters by writing direction."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import regex
from bidi import algorithm
from PIL import Image, ImageDraw

from claims.features.embeds.share_pictures.typefaces import choose_typeface, has_character, load_font

#: The most characters of a text that are used; no picture has room for more.
MAX_LENGTH = 400
#: The most characters in a cluster, which is a letter with its marks; no language needs more.
_MAX_CLUSTER_LENGTH = 12
ELLIPSIS = "…"
#: The height of a line, relative to the letter size, with room for marks above and below in all scripts.
LINE_HEIGHT_FACTOR = 1.42
#: Joiners control how letters connect, as in Persian or Hindi. All other invisible characters are removed,
#: because they can reverse or hide text.
_JOINERS = "\u200c\u200d"
#: Stands for a character that the bidirectional algorithm ignores, so that positions stay the same; it takes
#: the direction of the character before it.
_PLACEHOLDER = "\u034f"

_CLUSTER_PATTERN = regex.compile(r"\X")
#: Matches letters of scripts without spaces between words, in which lines may break between characters.
_UNSPACED_LETTER = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\u3000-\u303f\uff00-\uffef]"
)
_OPENING_CATEGORIES, _CLOSING_CATEGORIES = ("Ps", "Pi"), ("Pe", "Pf", "Po")
_CLOSING_CHARACTERS = frozenset("ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ々ๆໆ")
#: Unicode categories of characters that may be omitted without a change of meaning, such as pictograms;
#: letters, digits and mathematical signs may not.
_OMITTABLE_CATEGORIES = ("So", "Sk", "Cn", "Co")


@dataclass(frozen=True, slots=True)
class DirectedRun:
    """A run of text with one direction and one typeface."""

    text: str
    typeface: str
    level: int

    @property
    def direction(self) -> str:
        return "rtl" if self.level % 2 else "ltr"


@dataclass(frozen=True, slots=True)
class TypesetText:
    """A text typeset in lines at one size. The runs of each line are in visual order, from left to right."""

    lines: list[list[DirectedRun]]
    size: int
    is_right_to_left: bool
    is_complete: bool
    language: str

    @property
    def line_height(self) -> int:
        return round(self.size * LINE_HEIGHT_FACTOR)

    @property
    def height(self) -> int:
        return self.line_height * len(self.lines)

    def draw(
        self,
        image: Image.Image,
        box: tuple[int, int, int, int],
        colour: str,
        background: str,
        *,
        is_aligned_to_end: bool = False,
    ) -> None:
        """Draw the text inside a box (left, top, right, bottom, in pixels); anything outside the box is clipped.

        Lines are aligned to the side on which reading starts, or to the other side if `is_aligned_to_end`.
        """
        left_edge, top, right_edge, bottom = box
        layer = Image.new("RGB", (right_edge - left_edge, bottom - top), background)
        drawing = ImageDraw.Draw(layer)
        for line_number, line in enumerate(self.lines):
            widths = [_measure_run(run, self.size, self.language) for run in line]
            x = (
                float(right_edge - left_edge) - sum(widths)
                if self.is_right_to_left != is_aligned_to_end
                else 0.0
            )
            baseline = round(self.line_height * line_number + self.size * 1.05)
            for run, width in zip(line, widths, strict=True):
                drawing.text(
                    (x, baseline),
                    run.text,
                    fill=colour,
                    font=load_font(run.typeface, self.size),
                    anchor="ls",
                    direction=run.direction,
                    language=self.language or None,
                )
                x += width
        image.paste(layer, (left_edge, top))


def clean_drawable(text: str) -> str | None:
    """Return the text on one line without undrawable characters, or None if a letter has no glyph."""
    characters: list[str] = []
    for cluster in _CLUSTER_PATTERN.findall(_clean_beginning(text)):
        cluster = cluster[:_MAX_CLUSTER_LENGTH]
        if cluster.isspace() or choose_typeface(cluster):
            characters.append(cluster)
            continue
        letters = [
            character
            for character in cluster
            if unicodedata.category(character) not in (*_OMITTABLE_CATEGORIES, "Mn", "Me", "Cf")
        ]
        if any(choose_typeface(letter) is None for letter in letters):
            return None
        characters += [letter for letter in cluster if choose_typeface(letter) and letter not in _JOINERS]
    return " ".join("".join(characters).split())


def _clean_beginning(text: str) -> str:
    """Return the beginning of the text without invisible characters, with an ellipsis if it was cut."""
    text_beginning = " ".join(text[: 20 * MAX_LENGTH].split())
    visible_text = "".join(
        character
        for character in text_beginning
        if character in _JOINERS or unicodedata.category(character) not in ("Cf", "Cc", "Cs")
    )
    normalised_text = unicodedata.normalize("NFC", visible_text[: MAX_LENGTH + 1])
    if len(normalised_text) <= MAX_LENGTH and len(text) <= 20 * MAX_LENGTH:
        return normalised_text
    return f"{normalised_text[:MAX_LENGTH].rpartition(' ')[0] or normalised_text[:MAX_LENGTH]}{ELLIPSIS}"


def is_right_to_left(text: str) -> bool:
    """Return whether the first letter with a direction is written from right to left (UAX #9, P2 and P3)."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def fit_text(
    text: str,
    *,
    width: int,
    height: int,
    sizes: tuple[int, ...],
    max_lines: int = 20,
    language: str = "",
    closing_mark: str = "",
) -> TypesetText:
    """Return the text at the largest size at which it fits; if none fits, cut it between words at the smallest size.

    Args:
        text: a text returned by `clean_drawable`.
        sizes: letter sizes in pixels, like `width` and `height`.
        language: BCP 47; some characters look different in Chinese, Japanese and Korean.
        closing_mark: a text after the ellipsis if the text is cut.
    """
    parts = list(_split_breakable_parts(text))
    for size in sizes:
        lines = _break_lines(text, parts, size, width, language)
        if len(lines) <= _count_fitting_lines(size, height, max_lines):
            return _typeset_lines(text, lines, size, language, is_complete=True)
    size, line_limit = sizes[-1], _count_fitting_lines(sizes[-1], height, max_lines)
    visible_parts = text[: _break_lines(text, parts, size, width, language)[max(line_limit - 1, 0)].stop]
    while visible_parts:
        shortened_text = f"{visible_parts.rstrip(' ,;:.،؛。、')}{ELLIPSIS}{closing_mark}"
        lines = _break_lines(
            shortened_text, list(_split_breakable_parts(shortened_text)), size, width, language
        )
        if len(lines) <= line_limit:
            return _typeset_lines(shortened_text, lines, size, language, is_complete=False)
        part = list(_split_breakable_parts(visible_parts))[-1]
        # A single word that is too long loses a few characters at a time.
        visible_parts = visible_parts[: part.start or max(part.stop - max(part.stop // 20, 1), 0)].rstrip()
    return _typeset_lines("", [], size, language, is_complete=False)


def _count_fitting_lines(size: int, height: int, max_lines: int) -> int:
    """Return how many lines of text in this font size fit into the height, at most `max_lines`."""
    return min(max_lines, height // round(size * LINE_HEIGHT_FACTOR))


def _typeset_lines(
    text: str, lines: list[slice], size: int, language: str, *, is_complete: bool
) -> TypesetText:
    is_rtl = is_right_to_left(text)
    levels = _compute_levels(text, is_rtl)
    typeset_lines = [_sort_runs_visually(_split_runs(text[line], levels[line])) for line in lines]
    return TypesetText(typeset_lines, size, is_rtl, is_complete, language)


def _split_breakable_parts(text: str) -> Iterator[slice]:
    """Yield the parts between which a line may break: words, or characters in scripts without spaces."""
    start, part_before = 0, ""
    for match in _CLUSTER_PATTERN.finditer(text):
        cluster = match.group()
        if start < match.start() and part_before and _can_break(part_before, cluster):
            yield slice(start, match.start())
            start = match.start()
        part_before = cluster
    if start < len(text):
        yield slice(start, len(text))


def _can_break(text_before: str, text_after: str) -> bool:
    if text_before == " ":
        return True
    if text_after == " " or not (_UNSPACED_LETTER.match(text_before) or _UNSPACED_LETTER.match(text_after)):
        return False
    category_before, category_after = (
        unicodedata.category(text_before[0]),
        unicodedata.category(text_after[0]),
    )
    is_number = category_before == category_after == "Nd"
    is_closing = category_after in _CLOSING_CATEGORIES or text_after[0] in _CLOSING_CHARACTERS
    return not (is_number or is_closing or category_before in _OPENING_CATEGORIES)


def _break_lines(text: str, parts: list[slice], size: int, width: int, language: str) -> list[slice]:
    """Arrange the parts in lines. A part that is longer than a line is broken between any two characters."""
    lines: list[slice] = []
    start, filled_width = 0, 0.0
    for part in parts:
        needed_width = _measure_width(text[part].rstrip(), size, language)
        if filled_width and filled_width + needed_width > width:
            lines.append(slice(start, part.start))
            start, filled_width = part.start, 0.0
        if needed_width > width:
            for cluster in _CLUSTER_PATTERN.finditer(text, part.start, part.stop):
                cluster_width = _measure_width(cluster.group(), size, language)
                if filled_width and filled_width + cluster_width > width:
                    lines.append(slice(start, cluster.start()))
                    start, filled_width = cluster.start(), 0.0
                filled_width += cluster_width
        else:
            filled_width += _measure_width(text[part], size, language)
    if start < len(text):
        lines.append(slice(start, len(text)))
    return [slice(line.start, line.start + len(text[line].rstrip())) for line in lines]


def _measure_width(text: str, size: int, language: str) -> float:
    return sum(_measure_run(run, size, language) for run in _split_runs(text, [0] * len(text)))


@lru_cache(maxsize=10_000)  # words recur, at each size and at each attempt to cut the text
def _measure_run(run: DirectedRun, size: int, language: str) -> float:
    return load_font(run.typeface, size).getlength(
        run.text, direction=run.direction, language=language or None
    )


def _split_runs(text: str, levels: list[int]) -> list[DirectedRun]:
    """Split the text into runs of one embedding level and one typeface, in reading order."""
    typefaces: list[str] = []
    for cluster in _CLUSTER_PATTERN.findall(text):
        is_neutral = all(
            unicodedata.bidirectional(run_character) not in ("L", "R", "AL") for run_character in cluster
        )
        keeps_typeface = (
            typefaces and is_neutral and all(has_character(typefaces[-1], character) for character in cluster)
        )
        typeface = (
            typefaces[-1]
            if keeps_typeface
            else choose_typeface(cluster) or (typefaces[-1] if typefaces else "NotoSans-Bold.ttf")
        )
        typefaces += [typeface] * len(cluster)
    runs: list[DirectedRun] = []
    start = 0
    for (level, typeface), group in groupby(zip(levels, typefaces, strict=True)):
        length = sum(1 for _ in group)
        runs.append(DirectedRun(text[start : start + length], typeface, level))
        start += length
    return runs


def _compute_levels(text: str, is_rtl: bool) -> list[int]:
    """Return the bidirectional embedding level of each character (UAX #9)."""
    replaced_text = "".join(_PLACEHOLDER if character in _JOINERS else character for character in text)
    bidi_storage = algorithm.get_empty_storage()
    bidi_storage["base_level"], bidi_storage["base_dir"] = int(is_rtl), "R" if is_rtl else "L"
    algorithm.get_embedding_levels(replaced_text, bidi_storage)
    algorithm.explicit_embed_and_overrides(bidi_storage)
    algorithm.resolve_weak_types(bidi_storage)
    algorithm.resolve_neutral_types(bidi_storage, False)
    algorithm.resolve_implicit_levels(bidi_storage, False)
    levels = [character["level"] for character in bidi_storage["chars"]]
    # Without this check, a character that the algorithm ignores would shift the levels of all following ones.
    return levels if len(levels) == len(text) else [int(is_rtl)] * len(text)


def _sort_runs_visually(runs: list[DirectedRun]) -> list[DirectedRun]:
    """Return the runs of a line in visual order, from left to right (UAX #9, L2)."""
    ordered_runs = list(runs)
    odd_levels = [run.level for run in runs if run.level % 2]
    highest_level = max((run.level for run in runs), default=0)
    for level in range(highest_level, min(odd_levels, default=highest_level + 1) - 1, -1):
        start = None
        for index in range(len(ordered_runs) + 1):
            is_in_sequence = index < len(ordered_runs) and ordered_runs[index].level >= level
            if is_in_sequence and start is None:
                start = index
            elif not is_in_sequence and start is not None:
                ordered_runs[start:index] = ordered_runs[start:index][::-1]
                start = None
    return ordered_runs
