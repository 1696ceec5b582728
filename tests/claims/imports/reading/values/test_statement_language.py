"""The language of a statement: from the detector if it is certain, otherwise from the record."""

from claims.imports.reading.recipe import Recipe, read_records
from claims.imports.reading.values.statement_language import choose_statement_language, find_majority_language
from tests.helpers.import_files import file_of

CLEAR = "Die Brücke in der Stadt war ein ganzes Jahr lang wegen Bauarbeiten gesperrt."
SHORT = "Deputado vota contra hospital"  # Portuguese, which the detector takes for Spanish, in doubt
SENSELESS = "Xyzzy"


def test_the_records_language_takes_precedence_over_an_uncertain_detector() -> None:
    expected = {
        (CLEAR, ()): ("de", False),
        (CLEAR, ("en", "pt")): ("de", False),
        (SHORT, ("pt-BR",)): ("pt", True),
        (SHORT, ("", "pt", "es")): ("pt", True),
        (SHORT, ("ko", "pt")): ("pt", True),
        (SENSELESS, ("fr",)): ("fr", True),
        (SENSELESS, ()): ("", False),
        # For languages that detectors confuse, the record's own language is used.
        ("Jembatan di kota kami ditutup selama satu tahun penuh karena perbaikan.", ("ms",)): ("ms", False),
    }
    found = {case: choose_statement_language(*case) for case in expected}
    assert found == expected
    language, is_guessed = choose_statement_language(SHORT, ())
    assert (language != "pt", is_guessed) == (True, True)


def test_a_file_is_in_the_language_of_most_of_its_statements() -> None:
    assert find_majority_language([CLEAR] * 3 + [SHORT]) == "de"
    assert find_majority_language([CLEAR] * 2) == ""
    assert find_majority_language([CLEAR, "The bridge in town was closed for a whole year."] * 5) == ""


def test_the_first_records_show_the_language_of_a_file() -> None:
    long = [
        f"O novo hospital da cidade de Sundvik fecha em dezembro de {year}." for year in range(2001, 2006)
    ]
    rows = "".join(f"{statement},Falso\n" for statement in [SHORT, *long])
    file = file_of(f"statement,verdict\n{rows}".encode())
    (_item, conventions), *_others = read_records([file], Recipe())
    assert conventions.language == "pt"
