"""The publisher of a label: an archive's ratings are not published as those of the fact-checker it cites."""

from typing import Any

from claims.imports.reading.interpretation import read_review
from claims.imports.reading.raw_record import RawRecord
from claims.imports.reading.recipe import Recipe, read_records
from claims.imports.reading.review_record import Review
from tests.helpers.import_files import file_of

TABLE = (
    "claim,label,source\n"
    "The bridge cost nine million.,Refuted,https://www.politifact.com/1\n"
    "The ferry sank.,Half-True,https://www.politifact.com/2\n"
    "The tower leans.,Refuted,https://norrhamn.example/3\n"
)
MAPPING = {
    "name": "archive",
    "fields": {"statement": "claim", "rating": "label", "review_url": "source"},
    "constants": {"language": "en"},
}


def notes(**recipe: Any) -> list[str]:
    file = file_of(TABLE.encode(), "archive.csv")
    found: list[str] = []
    list(
        read_records(
            [file],
            Recipe("csv", {"mapping": MAPPING}, **recipe),
            report_note=lambda _file, note: found.append(note),
        )
    )
    return found


def test_labels_that_are_not_the_publishers_are_named() -> None:
    [note] = notes()
    assert note == (
        "These labels are not on any scale of the publisher they would be assigned to: PolitiFact: "
        "“Refuted”. If another publisher rated these claims, give it with --set publisher=… or as a "
        "“fixed value” in the form."
    )


def test_the_stated_publisher_differs_from_that_of_cited_pages() -> None:
    constants = {"publisher": "Norrhamn Archive"}
    assert notes(constants=constants) == []
    file = file_of(TABLE.encode(), "archive.csv")
    read = [
        read_review(item, conventions)
        for item, conventions in read_records(
            [file], Recipe("csv", {"mapping": MAPPING}, constants=constants)
        )
        if isinstance(item, RawRecord)
    ]
    outlets = [
        (one.publisher.name, one.publisher.domain)
        for one in read
        if isinstance(one, Review) and one.publisher
    ]
    assert outlets == [
        ("Norrhamn Archive", ""),
        ("Norrhamn Archive", ""),
        ("Norrhamn Archive", "norrhamn.example"),
    ]
