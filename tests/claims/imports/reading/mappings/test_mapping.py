"""A mapping is followed to the letter, and a wrong one says where it is wrong and what would be right."""

import json
from datetime import date
from typing import Any

import pytest

from claims.imports.reading.formats import json_rows, tables
from claims.imports.reading.mappings.checked_values import MappingError
from claims.imports.reading.mappings.mapped_rows import detect_date_order, rewrite_date
from claims.imports.reading.mappings.mapping import Columns, Dates, Mapping, read_mapping
from claims.imports.reading.mappings.mapping_choice import (
    find_conventions,
    list_ready_mappings,
    propose_mapping,
)
from claims.imports.reading.values.days import parse_day
from tests.helpers.import_files import codes, fields, file_of, reading
from tests.helpers.sweeps import sweep


def rows_of(mapping: str, content: str, name: str = "claims.csv") -> list[Any]:
    file = file_of(content.encode(), name)
    return reading(
        tables, content.encode(), name, tables.build_settings_for_mapping(file, read_mapping(mapping))
    )


@sweep(
    "text, message",
    [
        ("", 'name: a mapping needs a name, such as name = "Our spreadsheet of 2024".'),
        ('name = "n', "This is not TOML: "),
        ("name = 3", 'name: 3 is a whole number, not a text. Write it in quotation marks: "3".'),
        ('name = "n"\nfeilds = {}', 'feilds: there is no such key. Did you mean "fields"?'),
        ('name = "n"\n[fields]\nstatment = "a"', "fields: 'statment' is not a valid field. "),
        ('name = "n"\n[fields]\nstatement = 0', "fields.statement: 0 is not a column. The first column is number 1."),
        ('name = "n"\n[fields]\nstatement = true', "fields.statement: True is not a column. Write its name"),
        ('name = "n"\n[fields]\nstatement = {column = "a"}',
         'fields.statement.column: there is no such key. Did you mean "columns"?'),
        ('name = "n"\n[dates.claimed_on]\norder = "dym"', "dates.claimed_on.order: 'dym' is not a valid order"),
        ('name = "n"\n[dates.title]\norder = "dmy"', 'dates: \'title\' is not a valid date field, or "" for all. '),
        ('name = "n"\n[dates.""]\nformats = "day"', 'dates..formats: "day" is not a date format. Write it like'),
        ('name = "n"\n[split]\nstatement = ","', "split: 'statement' is not a valid field of several values. "),
        ('name = "n"\n[split]\ntopics = []', "split.topics: give the separator between the values"),
        ('name = "n"\n[transform]\nclaimant = "lower"', "transform.claimant: 'lower' is not a valid way to transform"),
        ('name = "n"\n[table]\ndelimiter = "colon"', "table.delimiter: 'colon' is not a valid delimiter. "),
        ('name = "n"\n[table]\nencoding = "utf-99"', 'table.encoding: "utf-99" is not a known encoding. '),
        ('name = "n"\n[table]\nencoding = "hex"', 'table.encoding: "hex" is not a known encoding. '),
        ('name = "n"\n[table]\nheader = "no"', "table.header: 'no' is neither true nor false. "),
        ('name = "n"\n[table]\nheader = true\ncolumns = ["a"]', "table.columns: column names are only for files"),
        ('name = "n"\n[skip]\nkind = 3', "skip.kind: 3 is a whole number, not a text. "),
        ('name = "n"\n[variants]\nwhen = 1', "variants: it is a single table. Write [[variants]]"),
        ('name = "n"\n[[variants]]\nfields = {}', "variants[1].when: give the rows that it applies to: "),
        ('name = "n"\n[[variants]]\nwhen = {a = "b"}\nskip = {}', "variants[1].skip: there is no such key. "),
        ('name = "n"\n[ratings]\n0 = 3', "ratings.0: 3 is a whole number, not a text. "),
        ('name = "n"\nfields = "statement"', "fields: 'statement' is not a table. Write it as [fields] with lines"),
    ],
)  # fmt: skip
def test_wrong_mapping_names_key_value_and_way_out(text: str, message: str) -> None:
    with pytest.raises(MappingError) as caught:
        read_mapping(text)
    assert str(caught.value).startswith(message)


FULL = """
name = "Everything"
[recognise]
columns = ["Satz", "Urteil"]
[recognise.values]
Urteil = ["wahr", "falsch*"]
[table]
delimiter = "semicolon"
quoting = "literal"
encoding = "cp1252"
header = false
columns = ["Satz", "Urteil"]
sheet = "2024"
[fields]
statement = "Satz"
claimant = ["Wer", 4]
title = { columns = ["a", "b"], join = " – " }
[constants]
publisher = "Seeblatt"
[ratings]
w = "Wahr"
[dates.""]
order = "dmy"
formats = ["%d. %B %Y"]
[split]
topics = [",", ";"]
[skip]
Urteil = ["test", ""]
[languages]
mul = ""
[transform]
claimant = "slug"
[[variants]]
when = { Wer = ["x"] }
fields = { claimant = [] }
"""


def test_mapping_survives_json() -> None:
    mapping = read_mapping(FULL)
    assert Mapping.from_json(json.loads(json.dumps(mapping.to_json()))) == mapping


@sweep("mapping", list_ready_mappings())
def test_ready_mapping_recognises_its_table(mapping: Mapping) -> None:
    assert Mapping.from_json(json.loads(json.dumps(mapping.to_json()))) == mapping
    names = mapping.layout.columns or mapping.columns
    row = [mapping.values.get(name, ("x",))[-1].replace("*", "y") for name in names]
    if mapping.name == "Claims pool":
        content = "\n".join(json.dumps(dict(zip(names, row, strict=True))) for _ in range(3)).encode()
        settings = json_rows.recognise(file_of(content, "pool.jsonl"))
    else:
        delimiter = mapping.layout.delimiter or ","
        header = [] if mapping.layout.header is False else [delimiter.join(names)]
        content = "\n".join([*header, *[delimiter.join(row)] * 3]).encode()
        settings = tables.recognise(file_of(content, "table.txt"))
    assert settings is not None
    assert settings["mapping"] == mapping.to_json()


def test_first_filled_column_is_taken_or_all_are_joined() -> None:
    mapping = """
        name = "n"
        [fields]
        statement = "quote"
        claimant = ["speaker", "party"]
        title = { columns = ["head", "sub"], join = ": " }
    """
    content = "quote,speaker,party,head,sub\nOne,Ada,Left,Up,Down\nTwo,,Left,,Down\n"
    assert fields(rows_of(mapping, content)) == [
        {"statement": "One", "claimant": "Ada", "title": "Up: Down"},
        {"statement": "Two", "claimant": "Left", "title": "Down"},
    ]


def test_columns_have_numbers_and_names_in_any_spelling() -> None:
    mapping = 'name = "n"\n[fields]\nstatement = 2\nclaimant = "who said it"'
    assert fields(rows_of(mapping, "a,b,Who_Said-It\n1,One,Ada\n")) == [
        {"statement": "One", "claimant": "Ada"}
    ]


def test_rows_that_the_mapping_leaves_out_are_reported() -> None:
    mapping = 'name = "n"\n[fields]\nstatement = "s"\n[skip]\nkind = ["test*"]\nwho = [""]'
    results = rows_of(mapping, "s,kind,who\nOne,real,Ada\nTwo,testing,Ada\nThree,real,\nFour,a test,Ada\n")
    assert [row["statement"] for row in fields(results)] == ["One", "Four"]
    assert codes(results) == ["skipped as the mapping says"] * 2


def test_cells_are_split_and_transformed() -> None:
    mapping = """
        name = "n"
        [fields]
        statement = "s"
        claimant = "who"
        topics = "tags"
        review_url = "url"
        [split]
        topics = [",", " / "]
        [transform]
        claimant = "slug"
        topics = "slug"
        review_url = "strip_query"
    """
    content = 's;who;tags;url\nOne;grace-hopper;"sea-ice, lakes / ";https://a.example/x?utm=1#top\nTwo;Anna-Lena Y;;\n'
    assert fields(rows_of(mapping, content)) == [
        {
            "statement": "One",
            "claimant": "Grace Hopper",
            "topics": ["Sea Ice", "Lakes"],
            "review_url": "https://a.example/x",
        },
        {"statement": "Two", "claimant": "Anna-Lena Y"},
    ]


VARIANTS = """
    name = "n"
    [fields]
    statement = "s"
    claimant = "who"
    rating = "v"
    [ratings]
    0 = "Wrong"
    [[variants]]
    when = { set = ["a", "old*"] }
    fields = { claimed_on = "day" }
    dates = { claimed_on = { order = "mdy", formats = ["%d %b %Y"] } }
    ratings = { 0 = "Four Whales" }
    [[variants]]
    when = { set = ["b"], v = ["0", "1"] }
    fields = { claimant = [], byline = "who", rating_value = "v" }
    constants = { rating_best = "1" }
"""


def test_variants_override_settings_for_all_rows() -> None:
    content = (
        "set,s,who,v,day\na,One,Ada,0,03/04/2019\nolder,Two,Ada,1,3 Apr 2019\na,Three,Ada,1,25/12/2019\n"
        "b,Four,Ada,0,03/04/2019\nb,Five,Ada,x,\nc,Six,Ada,0,03/04/2019\n,Seven,Ada,0,\n"
    )
    assert fields(rows_of(VARIANTS, content)) == [
        {"statement": "One", "claimant": "Ada", "rating": "Four Whales", "claimed_on": "2019-03-04"},
        {"statement": "Two", "claimant": "Ada", "rating": "1", "claimed_on": "2019-04-03"},
        {"statement": "Three", "claimant": "Ada", "rating": "1", "claimed_on": "25/12/2019"},
        {"statement": "Four", "rating": "0", "byline": "Ada", "rating_value": "0", "rating_best": "1"},
        {"statement": "Five", "claimant": "Ada", "rating": "x"},
        {"statement": "Six", "claimant": "Ada", "rating": "0"},
        {"statement": "Seven", "claimant": "Ada", "rating": "0"},
    ]


def test_later_variant_has_the_word() -> None:
    mapping = """
        name = "n"
        [fields]
        statement = "s"
        rating = "v"
        [[variants]]
        when = { set = ["a", "b"] }
        ratings = { 0 = "Wrong" }
        [[variants]]
        when = { set = ["b"] }
        ratings = { 0 = "False" }
    """
    assert [row["rating"] for row in fields(rows_of(mapping, "set,s,v\na,One,0\nb,Two,0\n"))] == [
        "Wrong",
        "False",
    ]


def test_conventions_have_the_same_meaning_as_the_mapping() -> None:
    mapping = read_mapping(FULL)
    known = find_conventions({"mapping": mapping.to_json()})
    assert (known.constants, known.ratings, known.languages) == (
        {"publisher": "Seeblatt"},
        {"w": "Wahr"},
        {"mul": ""},
    )
    assert (known.date_order, known.date_formats) == ({"": "dmy"}, {"": ("%d. %B %Y",)})


@sweep(
    "days, said, stored",
    [
        (["03/04/2019", "25/12/2019"], "", "2019-04-03"),
        (["03/04/2019", "12/25/2019"], "", "2019-03-04"),
        (["03/04/2019", "25/12/2019", "12/25/2019"], "", None),
        (["03/04/2019"], "", None),
        (["03/04/2019", "31/02/2020"], "", None),
        (["03/04/2019", "25.12.2019"], "", None),
        (["03-04-2019", "25.12.2019"], "", None),
        (["03.04.2019", "25.12.2019", "12/25/2019"], "", "2019-04-03"),
        (["03/04/2019", "25/12/2019"], '[dates.claimed_on]\norder = "mdy"', "2019-03-04"),
        (["03/04/2019", "25/12/2019"], '[dates.claimed_on]\norder = "mixed"', None),
        (["03/04/2019", "25/12/2019"], '[dates.""]\norder = "mixed"', None),
    ],
)
def test_the_order_of_dates_comes_from_the_mapping_or_the_rows(
    days: list[str], said: str, stored: str | None
) -> None:
    mapping = read_mapping(f'name = "n"\n{said}\n[fields]\nstatement = "s"\nclaimed_on = "d"')
    content = "".join(["s,d\n", *(f"One,{day}\n" for day in days)]).encode()
    known = find_conventions(tables.build_settings_for_mapping(file_of(content), mapping))
    day = parse_day(days[0], "claimed_on", known, "en")
    assert (day.isoformat() if isinstance(day, date) else None) == stored


@sweep(
    "values, order",
    [
        ([], {}),
        (["25.12.2019", "3.4.2019"], {".": "dmy"}),
        (["at noon on 12-25-2019"], {"-": "mdy"}),
        (["25.12.2019", "12/25/2019", "3-4-2019"], {".": "dmy", "/": "mdy"}),
        (["2019-12-25", "25 December 2019", 25, None, ["25/12/2019"]], {}),
        (["25/13/2019", "99/01/2019", "1.25.12.2019", "25/12/20199"], {}),
        (["31.02.2020", "31/04/2020", "02-30-2021", "29.02.2023"], {}),
        (["29.02.2024"], {".": "dmy"}),
    ],
)
def test_only_proof_counts(values: list[Any], order: dict[str, str]) -> None:
    assert detect_date_order(values) == order


def test_a_date_that_does_not_fit_is_unchanged() -> None:
    assert rewrite_date("25/12/2019", Dates("mdy")) == "25/12/2019"
    assert rewrite_date("2019/12/25", Dates("ymd")) == "2019/12/25"
    assert rewrite_date(5, Dates("dmy", ("%d",))) == 5


@sweep(
    "header, found",
    [
        ("Claim Reviewed|Rating|URL", {"statement": "Claim Reviewed", "rating": "Rating", "review_url": "URL"}),
        ("Behauptung|Urteil|Veröffentlicht am",
         {"statement": "Behauptung", "rating": "Urteil", "reviewed_on": "Veröffentlicht am"}),
        ("afirmación|calificación", {"statement": "afirmación", "rating": "calificación"}),
        ("الادعاء|التقييم|الرابط", {"statement": "الادعاء", "rating": "التقييم", "review_url": "الرابط"}),
        ("दावा|शीर्षक", {"statement": "दावा", "title": "शीर्षक"}),
        ("text|date|source", {}),
        ("reclaimed land|statements of the bank", {}),
    ],
)  # fmt: skip
def test_column_names_are_recognised(header: str, found: dict[str, str]) -> None:
    mapping = propose_mapping(header.split("|"))
    assert mapping.rules.fields == {name: Columns((column,)) for name, column in found.items()}


def test_column_that_is_empty_gives_way_to_one_of_the_same_meaning() -> None:
    columns = ["statement", "claim"]
    assert propose_mapping(columns).rules.fields["statement"] == Columns(("statement",))
    sample = [{"statement": "", "claim": "The lake froze."}]
    assert propose_mapping(columns, sample).rules.fields["statement"] == Columns(("claim",))
