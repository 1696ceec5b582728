from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from claims.public.pages.annotated_text import TextPiece, split_paragraphs


@dataclass(frozen=True)
class Stretch:
    name: str
    start: int
    end: int


def cut(text: str, *spans: Stretch) -> list[list[tuple[str, str]]]:
    """The pieces of each paragraph with the names of the spans that cover them."""
    return [
        [(piece.text, "".join(span.name for span in piece.covering_spans)) for piece in paragraph]
        for paragraph in split_paragraphs(text, spans)
    ]


def test_text_without_spans_is_its_paragraphs():
    assert cut("One.\nStill one.\n\n  \nTwo.\n") == [[("One.\nStill one.", "")], [("Two.\n", "")]]


def test_span_inside_a_paragraph():
    assert cut("The sky is green.", Stretch("a", 4, 16)) == [[("The ", ""), ("sky is green", "a"), (".", "")]]


def test_adjacent_spans_stay_apart():
    assert cut("abcd", Stretch("a", 0, 2), Stretch("b", 2, 4)) == [[("ab", "a"), ("cd", "b")]]


def test_overlapping_spans_share_the_middle():
    spans = Stretch("a", 0, 4), Stretch("b", 2, 6)
    assert cut("abcdef", *spans) == [[("ab", "a"), ("cd", "ab"), ("ef", "b")]]
    first, middle, last = split_paragraphs("abcdef", spans)[0]
    assert [piece.innermost_span for piece in (first, middle, last)] == [spans[0], spans[1], spans[1]]
    assert middle.other_ending_spans == [spans[0]]
    assert not middle.is_innermost_end
    assert last.is_innermost_end


def test_nested_span_is_the_one_that_is_meant():
    outer, inner = Stretch("o", 0, 6), Stretch("i", 2, 4)
    assert [piece.innermost_span for piece in split_paragraphs("abcdef", [outer, inner])[0]] == [
        outer,
        inner,
        outer,
    ]


def test_two_spans_on_the_same_words_can_both_be_reached():
    one, two = Stretch("1", 0, 3), Stretch("2", 0, 3)
    (piece,) = split_paragraphs("abc", [one, two])[0]
    assert {piece.innermost_span, *piece.other_ending_spans} == {one, two}


def test_span_across_paragraphs_begins_and_ends_once():
    span = Stretch("a", 1, 6)
    first, second = split_paragraphs("abc\n\ndef", [span])
    assert [(p.text, p.beginning_spans, p.ending_spans) for p in first] == [("a", [], []), ("bc", [span], [])]
    assert [(p.text, p.beginning_spans, p.ending_spans) for p in second] == [
        ("d", [], [span]),
        ("ef", [], []),
    ]


def test_spans_outside_the_text_are_left_out():
    assert cut("abc", Stretch("a", 1, 9), Stretch("b", 2, 2), Stretch("c", -1, 2)) == [[("abc", "")]]


def test_offsets_count_code_points():
    assert cut("🜨🜨 flat", Stretch("a", 3, 7)) == [[("🜨🜨 ", ""), ("flat", "a")]]


def letters(*texts: str) -> str:
    """Everything but white space, of which paragraph breaks take some away."""
    return "".join("".join(texts).split())


@st.composite
def annotated(draw: st.DrawFn) -> tuple[str, list[Stretch]]:
    text = draw(st.text(alphabet="ab \n", max_size=40))
    spans = draw(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6))
    return text, [Stretch(str(i), start, end) for i, (start, end) in enumerate(spans)]


@given(annotated())
def test_every_character_keeps_its_place_and_its_spans(example):
    text, spans = example
    pieces: list[TextPiece[Stretch]] = [
        piece for paragraph in split_paragraphs(text, spans) for piece in paragraph
    ]
    assert letters(*(piece.text for piece in pieces)) == letters(text)
    for span in (s for s in spans if 0 <= s.start < s.end <= len(text)):
        covered = [piece for piece in pieces if span in piece.covering_spans]
        assert letters(*(piece.text for piece in covered)) == letters(text[span.start : span.end])
        assert sum(span in piece.beginning_spans for piece in pieces) == bool(covered)
        assert sum(span in piece.ending_spans for piece in pieces) == bool(covered)
    assert all(piece.text for piece in pieces)
