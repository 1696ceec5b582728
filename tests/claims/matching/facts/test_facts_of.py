"""What is read from one text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.matching.facts import facts_of
from claims.matching.facts.lexicon import DATA, lexicon

LANGUAGES = sorted(path.stem for path in DATA.glob("??.toml"))
YEAR = 31_556_952.0


@pytest.mark.parametrize(
    "text, language, numbers",
    [
        ("Two thousand five hundred people came", "en", [(2500, "people")]),
        ("fifty-five sheep", "en", [(55, "")]),
        ("It cost $2.5bn", "en", [(2.5e9, "USD")]),
        ("It cost 2,500 million dollars", "en", [(2.5e9, "USD")]),
        ("nine out of ten dentists", "en", [(90, "percent")]),
        ("a rise of 20 per cent", "en", [(20, "percent")]),
        ("300 kilometres", "en", [(300_000, "length")]),
        ("3 lakh voters and 2 crore rupees", "en", [(300_000, ""), (2e7, "INR")]),
        ("COVID-19 and the G20 met an F-16", "en", []),
        ("for a decade, three decades long", "en", [(3 * 10 * YEAR, "time")]),
        ("Es kostet 1,2 Mio. Euro", "de", [(1.2e6, "EUR")]),
        ("1.200.000 €", "de", [(1.2e6, "EUR")]),
        ("zweiundzwanzigtausend Menschen", "de", [(22_000, "people")]),
        ("fünfhundert Schafe", "de", [(500, "")]),
        ("doscientas mil", "es", [(200_000, "")]),
        ("45 millones de litros", "es", [(45e6, "volume")]),
        ("treinta y cinco personas", "es", [(35, "people")]),
        ("3 000 euros", "fr", [(3000, "EUR")]),
        ("9 em cada 10", "pt", [(90, "percent")]),
        ("tre miliardi", "it", [(3e9, "")]),
        ("pięćset milionów euro", "pl", [(5e8, "EUR")]),
        ("2 млн человек", "ru", [(2e6, "people")]),
        ("тысяча рублей", "ru", [(1000, "RUB")]),
        ("٢٠٠ شخص", "ar", [(200, "people")]),
        ("50 بالمئة", "ar", [(50, "percent")]),
        ("5 लाख रुपये", "hi", [(500_000, "INR")]),
        ("५० प्रतिशत", "hi", [(50, "percent")]),
        ("yüzde 30 arttı", "tr", [(30, "percent")]),
        ("%30 arttı", "tr", [(30, "percent")]),
        ("3만 명", "ko", [(30_000, "people")]),
        ("三万二千人", "ja", [(32_000, "people")]),
        ("2.5億円", "ja", [(2.5e8, "JPY")]),
        ("亏损3亿元", "zh", [(3e8, "CNY")]),
        ("百分之五十", "zh", [(50, "percent")]),
        ("15 persen", "id", [(15, "percent")]),
    ],
)
def test_numbers_with_what_they_count(text, language, numbers):
    found = facts_of(text, language).quantities

    assert [(pytest.approx(quantity.value), quantity.dimension) for quantity in found] == numbers


@pytest.mark.parametrize(
    "text, language, years",
    [
        ("in 2019 and 1998", "en", {2019, 1998}),
        ("2000 people", "en", set()),
        ("1,984 sheep", "en", {1984}),
        ("2018年に", "ja", {2018}),
        ("平成7年に", "ja", {1995}),
        ("2018년에", "ko", {2018}),
        ("в 2016 году", "ru", {2016}),
        ("عام ٢٠٢٢", "ar", {2022}),
        ("2011'de", "tr", {2011}),
        ("พ.ศ. 2563", "th", {2020}),
        ("on 03/04/2019", "en", {2019}),
        ("2021-05-06", "", {2021}),
    ],
)
def test_years(text, language, years):
    assert facts_of(text, language).years == years


@pytest.mark.parametrize(
    "text, language, days",
    [
        ("on March 3, 2017", "en", {(3, 3)}),
        ("le 3 mars 2017", "fr", {(3, 3)}),
        ("am 3. Mai", "de", {(5, 3)}),
        ("it may rain, and they march", "en", set()),
        ("il 25 dicembre", "it", {(12, 25)}),
        ("3月4日", "ja", {(3, 4)}),
        ("12日間", "ja", set()),
        ("in gennaio", "it", {(1, None)}),
    ],
)
def test_days(text, language, days):
    assert {(day.month, day.day) for day in facts_of(text, language).days} == days


@pytest.mark.parametrize(
    "text, language, codes",
    [
        ("Norway sold it to Denmark", "en", {"NO", "DK"}),
        ("norwegischer Lachs aus Norwegen", "de", {"NO"}),
        ("Niemcy zapłaciły Polsce", "pl", {"DE", "PL"}),
        ("Niemcom", "pl", {"DE"}),
        ("Türkiye'ye gaz", "tr", {"TR"}),
        ("في المغرب والجزائر", "ar", {"MA", "DZ"}),
        ("한국이 일본을", "ko", {"KR", "JP"}),
        ("フランスはドイツに", "ja", {"FR", "DE"}),
        ("भारत ने पाकिस्तान को", "hi", {"IN", "PK"}),
        ("Австралию и Австрию", "ru", {"AU", "AT"}),
        ("Jan Malicki", "pl", set()),
        ("they told us so", "en", set()),
        ("Malice and chadors", "en", set()),
    ],
)
def test_places(text, language, codes):
    assert {code.partition(":")[0] for code in facts_of(text, language).places} == codes


@pytest.mark.parametrize(
    "text, language, names",
    [
        ("The senator Mary Holt paid", "en", ["Mary Holt"]),
        ("Mary Holt paid", "en", ["Mary Holt"]),
        ("Yesterday it rained", "en", []),
        ("Die Bürgermeisterin Anna Lenz verkaufte das Rathaus", "de", ["Bürgermeisterin Anna Lenz"]),
        ("MARY HOLT PAID", "en", []),
        ("Mary Holt Never Paid Any Tax In Her Life", "en", []),
        ("the WHO said", "en", ["WHO"]),
        ("вчера Иван Громов сказал", "ru", ["Иван Громов"]),
        ("قال سامي حداد", "ar", []),
    ],
)
def test_names(text, language, names):
    assert [name.written for name in facts_of(text, language).names] == names


@pytest.mark.parametrize(
    "text, language, negated",
    [
        ("It isn't true", "en", True),
        ("Norway knows the north", "en", False),
        ("Notes on knots", "en", False),
        ("Das stimmt nicht", "de", True),
        ("Nichten und Nieren", "de", False),
        ("Ninguém veio", "pt", True),
        ("Nonna mangia", "it", False),
        ("Nosotros vinimos", "es", False),
        ("Il n'y a pas de pain", "fr", True),
        ("Le pass et le passé", "fr", False),
        ("не пришёл", "ru", True),
        ("нефть", "ru", False),
        ("لم يأت", "ar", True),
        ("लालू नहाते हैं", "hi", False),
        ("gelmedi", "tr", True),
        ("deniz temiz", "tr", False),
        ("가지 않았다", "ko", True),
        ("少ない", "ja", False),
        ("行かなかった", "ja", True),
        ("非洲未来", "zh", False),
        ("没有提高", "zh", True),
        ("tidak datang", "id", True),
        ("Niemcy", "pl", False),
        ("nie przyszedł", "pl", True),
    ],
)
def test_denials_and_no_words_that_only_begin_alike(text, language, negated):
    assert facts_of(text, language).is_negated is negated


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_a_language_stands_on_both_sides_of_an_opposite(language):
    both = {
        (word, meaning.kind)
        for kept in (
            lexicon(language).exact,
            lexicon(language).prefixes,
            lexicon(language).suffixes,
            lexicon(language).within,
        )
        for word, meanings in kept.items()
        for meaning in meanings
        if {other.value for other in meanings if other.kind == meaning.kind} >= {"+", "-"}
    }

    assert both == set()


@given(st.text(max_size=300), st.sampled_from(["", "xx", "../etc", *LANGUAGES]))
def test_any_text_in_any_language_is_read(text, language):
    assert facts_of(text, language).text == text


def test_a_language_that_is_unknown_has_digits_and_places_alone():
    facts = facts_of("Kenya 300", "")

    assert ([quantity.value for quantity in facts.quantities], set(facts.places), facts.told) == (
        [300],
        {"KE"},
        (),
    )


@pytest.mark.parametrize(
    "text", ["1" * 400, f"{'9' * 400} million euros", "九" * 400, "1" * 400 + "億", "億" * 400]
)
def test_endless_numbers_are_read_to_some_end(text: str) -> None:
    assert facts_of(text, "ja") == facts_of(text, "ja")
