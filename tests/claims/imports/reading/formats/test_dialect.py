"""Tables are understood in whatever encoding, with whatever delimiter and quoting they were written."""

from claims.imports.reading.formats.delimited_text import DELIMITERS, Dialect, detect_dialect, detect_encoding
from tests.helpers.import_files import file_of
from tests.helpers.sweeps import sweep

WORDS = {
    "utf-8": ["Die Brücke wurde größer", "Ça coûte déjà très cher", "Überall fährt die Straßenbahn"],
    "utf-8-sig": ["Die Brücke wurde größer", "Ça coûte déjà très cher", "Überall fährt die Straßenbahn"],
    "utf-16": ["Die Brücke wurde größer", "Мост закрыт до весны", "Überall fährt die Straßenbahn"],
    "utf-16-le": ["The harbour bridge was closed", "Nobody paid for the ferry", "The lake froze twice"],
    "cp1252": ["Die Brücke über den Fluss wurde für größere Schiffe geöffnet", "Die Fähren fahren überall später",
               "Künftig müssen Schüler für die Straßenbahn wieder zahlen"],
    "cp1251": ["Мост через реку закрыли до конца весны", "Паром перевозит только жителей острова",
               "Школьники снова платят за проезд в трамвае"],
    "gb18030": ["跨海大桥已经关闭到明年春天为止", "渡轮只运送岛上的居民和他们的车辆", "学生乘坐电车又要重新付钱了"],
    "shift_jis": ["橋は来年の春まで閉鎖されています。", "フェリーは島の住民だけを運んでいます。",
                  "生徒はまた路面電車の運賃を払います。"],
}  # fmt: skip


@sweep("delimiter", DELIMITERS.values())
@sweep("encoding", WORDS)
def test_encoding_and_delimiter_are_reported_together(encoding: str, delimiter: str) -> None:
    sentences = WORDS[encoding] * 4
    lines = [delimiter.join(["statement", "verdict"])] + [
        f'"{sentence}{delimiter} 3"{delimiter}False' for sentence in sentences
    ]
    found = detect_dialect("\r\n".join(lines).encode(encoding), is_whole=True)
    assert found is not None
    assert (found.dialect.delimiter, found.dialect.quoting) == (delimiter, "minimal")
    assert found.rows == [["statement", "verdict"]] + [
        [f"{text}{delimiter} 3", "False"] for text in sentences
    ]


@sweep(
    "lines, quoting",
    [
        (['1\tHe said "wait" twice', '2\tThe "bridge" fell', "3\tNothing happened"], "literal"),
        (['1\t"The ferry sank', "2\tThe lake froze", "3\tNothing happened"], "literal"),
        (['1\t"He said ""wait"" twice"', '2\t"The ""bridge"" fell"', "3\tNothing happened"], "minimal"),
        (['1\t"One\tcell"', "2\tThe lake froze", "3\tNothing happened"], "minimal"),
        (['1\t"Two\nlines"', "2\tThe lake froze", "3\tNothing happened"], "minimal"),
        (["1\tThe ferry sank", "2\tThe lake froze", "3\tNothing happened"], "minimal"),
    ],
)
def test_quotation_marks_are_marks_or_characters(lines: list[str], quoting: str) -> None:
    found = detect_dialect("\n".join(lines).encode(), is_whole=True)
    assert found is not None
    assert found.dialect.quoting == quoting


def test_width_of_the_header_decides_whether_marks_enclose_cells() -> None:
    for title, header in (
        ("", "id,sprecher,urteil"),
        ("", '"id","sprecher","urteil"'),
        ("Archiv\n", "a,b,c"),
    ):
        rows = "".join(f'{number},"Lindqvist, Åsa",Falsch\n' for number in range(400))
        found = detect_dialect(f"{title}{header}\n{rows}".encode(), is_whole=True, allows_titles=True)
        assert found is not None
        assert (found.dialect.quoting, found.rows[-1]) == ("minimal", ["399", "Lindqvist, Åsa", "Falsch"])


def test_a_delimiter_only_within_texts_is_not_one() -> None:
    found = detect_dialect(b"a;b\nOne, two;3\nFour, five;6\nSeven, eight;9\n", is_whole=True)
    assert found is not None
    assert found.dialect.delimiter == ";"


@sweep(
    "content",
    [
        b"",
        b"One sentence.\nAnother one, with a comma.\n\nA third.\n",
        b"\x89PNG\r\n\x1a\n,,,\n,,,\n",
        b"a,b\x00\x01\x02\n\x00\xff\xfe,c",
    ],
)
def test_files_that_are_not_tables_have_no_dialect(content: bytes) -> None:
    assert detect_dialect(content, is_whole=True) is None


def test_character_cut_off_at_the_end_of_the_head_does_not_change_the_encoding() -> None:
    assert detect_encoding("a,b\nüber,ä".encode()[:-1]) == "utf-8"


def test_stray_byte_does_not_change_the_encoding() -> None:
    assert (
        detect_encoding(b"a,b\n" + "Größere Fähren für alle,ä\n".encode() * 5 + b"Stra\xdfe,b\n") == "utf-8"
    )
    assert detect_encoding(b"a,b\n" + "Größere Fähren für alle,ä\n".encode("cp1252") * 5) == "cp1252"


def test_dialect_survives_json() -> None:
    dialect = Dialect("cp1252", ";", "literal", header=False)
    assert Dialect.from_json(dialect.to_json()) == dialect


def test_looking_at_a_file_leaves_it_unread() -> None:
    file = file_of(b"a,b\n1,2\n")
    detect_dialect(file.head, is_whole=True)
    assert file.stream.read() == b"a,b\n1,2\n"
