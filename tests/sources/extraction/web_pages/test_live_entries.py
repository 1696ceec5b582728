"""Entries of a live blog keep their times."""

import pytest

from sources.extraction.extract import extract

ENTRIES = [
    "The bridge is open again for all but lorries, the police said in a short statement.",
    "Two of the hangers have been replaced, and a third will be before the end of the week.",
    "Inspectors have found cracks in eleven of the hangers, more than anybody had expected.",
    "A lorry driver has called the police, because the road moved under him as he drove.",
]


def read(entries: list[str]) -> list[str]:
    feed = f"<div class=feed>{''.join(entries)}</div>"
    page = f"<html lang=en><body><main><h1>Bridge of Northfield</h1>{feed}</main></body></html>"
    return (
        extract(page.encode(), content_type="text/html")
        .text.removeprefix("Bridge of Northfield\n\n")
        .split("\n\n")
    )


def test_as_a_line_above_each() -> None:
    entries = [
        f"<div class=entry><time datetime='2024-05-03T1{hour}:32:00Z'>1{hour}:32</time><p>{text}</p></div>"
        for hour, text in enumerate(ENTRIES)
    ]
    assert read(entries) == [line for hour, text in enumerate(ENTRIES) for line in (f"1{hour}:32", text)]


def test_below_its_words_and_in_a_frame_of_its_own_comes_first() -> None:
    entries = [
        f"<article><div><p>{text}</p></div><footer><a href=#e{hour}><time>1{hour}:32 pm</time></a></footer></article>"
        for hour, text in enumerate(ENTRIES)
    ]
    assert read(entries) == [line for hour, text in enumerate(ENTRIES) for line in (f"1{hour}:32 pm", text)]


def test_that_are_only_called_times() -> None:
    entries = [
        f"<div class=entry><span class=entry__time>1{hour}.32 Uhr</span><p>{text}</p></div>"
        for hour, text in enumerate(ENTRIES)
    ]
    assert read(entries) == [line for hour, text in enumerate(ENTRIES) for line in (f"1{hour}.32 Uhr", text)]


def test_what_was_true_for_minutes_is_made_exact() -> None:
    entries = [
        f"<div class=entry><time datetime='2024-05-03T1{hour}:32:00Z'>{hour} minutes ago</time><p>{text}</p></div>"
        for hour, text in enumerate(ENTRIES)
    ]
    assert read(entries)[::2] == ["10:32", "11:32", "12:32", "13:32"]


def test_of_several_days_have_their_day() -> None:
    entries = [
        f"<div class=entry><time datetime='2024-05-0{day}T10:32:00Z'>10:32</time><p>{text}</p></div>"
        for day, text in enumerate(ENTRIES, 1)
    ]
    assert read(entries)[::2] == [f"2024-05-0{day} 10:32" for day in range(1, 5)]


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_times_are_no_live_blog(count: int) -> None:
    paragraphs = [
        f"<div class=p>{'<time>10:32</time>' if number < count else ''}<p>{text}</p></div>"
        for number, text in enumerate(ENTRIES)
    ]
    assert read(paragraphs) == ENTRIES


def test_times_of_teasers_are_none_of_the_article() -> None:
    teasers = [
        f"<li><a href=/{n}><time>1{n}:32</time> Another story about bridges</a></li>" for n in range(5)
    ]
    page = (
        f"<html><body><article><h1>Bridge</h1>{''.join(f'<p>{text}</p>' for text in ENTRIES)}</article>"
        f"<ul>{''.join(teasers)}</ul></body></html>"
    )
    assert (
        extract(page.encode(), content_type="text/html").text.removeprefix("Bridge\n\n").split("\n\n")
        == ENTRIES
    )
