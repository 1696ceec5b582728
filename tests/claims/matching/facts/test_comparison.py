"""In which facts two texts differ, and where they only put the same otherwise or say less."""

import tomllib
from pathlib import Path

import pytest

from claims.matching.facts import compared, facts_of

PAIRS = tomllib.loads((Path(__file__).parents[1] / "pairs.toml").read_text(encoding="utf-8"))["statement"]

EN, DE, ES, FR, RU, AR, HI, JA, KO, TR, PL = "en", "de", "es", "fr", "ru", "ar", "hi", "ja", "ko", "tr", "pl"


def _differences(ours, our_language, theirs, their_language):
    found = compared(facts_of(ours, our_language), facts_of(theirs, their_language))
    return [difference.kind for difference in found.differences]


@pytest.mark.parametrize(
    "ours, our_language, theirs, their_language",
    [
        # What only one of them says
        ("5 people died in the fire", EN, "People died in the fire", EN),
        ("5 people died in the fire", EN, "Five died in the fire", EN),
        ("The fire of 2019 killed people", EN, "The fire killed people", EN),
        ("In Kenya the bridge fell", EN, "The bridge fell", EN),
        ("The bridge fell, said Mary Holt", EN, "The bridge fell", EN),
        ("All buses stopped", EN, "Buses stopped", EN),
        # Numbers in words, digits and units of other kinds
        ("Two million euros", EN, "2,000,000 €", EN),
        ("The trip takes 2 hours", EN, "The trip takes 120 minutes", EN),
        ("It lasted a decade", EN, "It lasted ten years", EN),
        ("It has 1.5 million users", EN, "Es hat 1,5 Millionen Nutzer", DE),
        ("Five thousand sheep", EN, "पांच हजार भेड़ें", HI),
        ("20 buses for 3 percent more", EN, "3 % more for 20 buses", EN),
        ("32,000 people", EN, "三万二千人", JA),
        ("500000 रुपये", HI, "5 lakh rupees", EN),
        ("٥٠ بالمئة", AR, "fifty percent", EN),
        ("nearly 5,100 people came", EN, "about 5,000 people came", EN),
        ("nine out of ten doctors", EN, "90% of doctors", EN),
        ("nine tenths of the doctors", EN, "90% of doctors", EN),
        ("They met in twenty-one rounds", EN, "They met in 21 rounds", EN),
        ("It is one of the bridges that fell", EN, "It is a bridge that fell", EN),
        ("One of the two bridges fell", EN, "Of two bridges, one fell", EN),
        ("Whoever may come in 2018", EN, "Whoever comes in March 2018", EN),
        ("zwei Drittel der Ärzte", DE, "66 percent of doctors", EN),
        ("Half of the doctors left the town", EN, "50 percent of the doctors left the town", EN),
        ("It lasted a week in the town", EN, "It lasted seven days in the town", EN),
        ("The fourth meeting in a year", EN, "The 4th meeting in a year", EN),
        ("On the fourth day it rained in the town", EN, "On day 4 it rained in the town", EN),
        ("The US sold it to Peru", EN, "America sold it to Peru", EN),
        ("He gave us the bridge of Peru", EN, "He gave them the bridge of Peru", EN),
        ("It is not true that nobody came to the town", EN, "It is true that somebody came to the town", EN),
        (
            "It names no date and no steps for the town",
            EN,
            "It names neither a date nor steps for the town",
            EN,
        ),
        ("The law of 2019", EN, "2019 sheep and 20 goats", EN),
        # Names in other scripts, inflected, and shortened
        ("Kim Jong Un's visit lasted four days", EN, "Kim Jong Un’s visit lasted four days", EN),
        ("Kim Jong Un's visit lasted four days", EN, "The visit of Kim Jong Un lasted four days", EN),
        ("Xi's plane landed in Beijing", EN, "The plane of Xi landed in Beijing", EN),
        ("Sami Haddad signed it", EN, "وقع سامي حداد عليه", AR),
        ("Mary Holt served", EN, "Мэри Холт служила", RU),
        ("Yesterday Mary Holt served", EN, "Η Μαίρη Χολτ υπηρέτησε", "el"),
        ("Ivan Gromov served", EN, "Иван Громов служил", RU),
        ("We saw Ivan Gromov there", EN, "Мы видели Ивана Громова там", RU),
        ("Yesterday Ramesh Verma left", EN, "कल रमेश वर्मा चले गए", HI),
        ("It was Kim who said it", EN, "그것을 말한 사람은 김이다", KO),
        ("The senator Mary Holt paid", EN, "Mrs Holt paid", EN),
        ("the World Health Organization said", EN, "the WHO said", EN),
        ("Germany sold it", EN, "Deutschland hat es verkauft", DE),
        ("Germany sold it", EN, "Niemcy to sprzedały", PL),
        ("Oslo sold it to Copenhagen", EN, "Norway sold it to Denmark", EN),
        ("from Tokyo", EN, "東京から", JA),
        ("the town in Spain", EN, "la ciudad de España", ES),
        ("Almanya'dan gaz aldı", TR, "It bought gas from Germany", EN),
        # The same, turned twice
        ("Norway sold gas to Sweden", EN, "Sweden bought gas from Norway", EN),
        ("Norway has more sheep than Sweden", EN, "Sweden has fewer sheep than Norway", EN),
        ("Sweden beat Norway", EN, "Norway was beaten by Sweden", EN),
        ("Norway sold the island to Sweden", EN, "The island was sold to Sweden by Norway", EN),
        ("The tower was built before the church", EN, "The church was built after the tower", EN),
        ("The shop is not open", EN, "The shop is closed", EN),
        ("한국이 일본을 이겼다", KO, "일본을 한국이 이겼다", KO),
        ("Закон поддержали депутаты", RU, "Депутаты поддержали закон", RU),
        ("Im Mai sind Kaminöfen verboten", DE, "Kaminöfen sind im Mai verboten", DE),
        # Words that look like others
        ("Norway knows it", EN, "Norway has known it", EN),
        ("La moitié du pain", FR, "La moitié du pain est là", FR),
        ("On May 3 it rained", EN, "It rained on 3 May", EN),
        ("on 03/04/2019", EN, "on 3 April 2019", EN),
        ("on 03/04/2019", EN, "on March 4, 2019", EN),
        ("平成7年に", JA, "in 1995", EN),
    ],
)
def test_no_difference(ours, our_language, theirs, their_language):
    assert _differences(ours, our_language, theirs, their_language) == []
    assert _differences(theirs, their_language, ours, our_language) == []


@pytest.mark.parametrize(
    "kind, ours, our_language, theirs, their_language",
    [
        ("number", "5 people died", EN, "50 people died", EN),
        ("number", "5 people died", EN, "fünfzig Menschen starben", DE),
        ("number", "It costs 2.5 billion dollars", EN, "It costs $2.5 million", EN),
        ("number", "20 sheep", EN, "two hundred sheep", EN),
        ("number", "5 करोड़ रुपये", HI, "5 lakh rupees", EN),
        ("number", "They met in twenty-one rounds", EN, "They met in twenty rounds", EN),
        ("number", "Hubo veinte y una rondas", ES, "Hubo veinte rondas", ES),
        ("number", "Two of the points promise peace", EN, "One of the points promises peace", EN),
        ("date", "They met in May 2018", EN, "They met in March 2018", EN),
        ("number", "Half of the trade is with Peru", EN, "Nine tenths of the trade is with Peru", EN),
        ("number", "Two thirds of the doctors", EN, "Drei Viertel der Ärzte", DE),
        ("number", "It was the fifth meeting of both", EN, "It was the fourth meeting of both", EN),
        ("number", "Es war das dritte Treffen der Räte", DE, "Es war das zweite Treffen der Räte", DE),
        ("number", "Fue la segunda reunión de ambos", ES, "Fue la tercera reunión de ambos", ES),
        (
            "unit",
            "The visit of the mayor lasted a fortnight",
            EN,
            "The visit of the mayor lasted four days",
            EN,
        ),
        ("unit", "300 metres long", EN, "300 kilometres long", EN),
        ("unit", "20 dollars a day", EN, "20 euros a day", EN),
        ("unit", "dix litres par heure et par vache", FR, "dix litres par seconde et par vache", FR),
        ("year", "in 2019 it fell", EN, "2021 fiel es", DE),
        ("date", "on 3 March", EN, "on 4 March", EN),
        ("date", "Schools open on Monday", EN, "Schools open on Tuesday", EN),
        ("place", "Norway sold it", EN, "Island hat es verkauft", DE),
        ("place", "فاز المغرب", AR, "Tunisia won", EN),
        ("place", "The ship left for Paris", EN, "The ship left for Madrid", EN),
        ("place", "US troops left", EN, "Peru's troops left", EN),
        ("name", "Ri Sol Ju led Kim Jong Un to Hanoi", EN, "Kim Jong Un led Ri Sol Ju to Dalian", EN),
        ("name", "Mary Holt paid", EN, "Paul Reed paid", EN),
        ("name", "Иван Громов служил", RU, "Mary Holt served", EN),
        ("negation", "It is safe", EN, "It isn't safe", EN),
        ("negation", "It sets a date and names steps", EN, "It sets no date and names no steps", EN),
        ("negation", "He refused to sell the bridge of Peru", EN, "He agreed to sell the bridge of Peru", EN),
        (
            "negation",
            "Some say the bridge of Peru fell but that is wrong",
            EN,
            "Some say the bridge of Peru fell",
            EN,
        ),
        ("negation", "Es nennt Ort und Tag der Wahl", DE, "Es nennt weder Ort noch Tag der Wahl", DE),
        ("negation", "يقتل الفيروس", AR, "It does not kill the virus", EN),
        ("negation", "정부는 인상했다", KO, "정부는 인상하지 않았다", KO),
        ("opposite", "Prices rose", EN, "Prices fell", EN),
        ("opposite", "Die Preise sind gestiegen", DE, "Prices fell", EN),
        ("opposite", "価格が上昇した", JA, "Los precios bajaron", ES),
        ("quantifier", "All schools are shut", EN, "Half of the schools are shut", EN),
        ("quantifier", "Всі школи", "uk", "Only one school", EN),
        ("roles", "Norway sold the island to Sweden", EN, "Sweden sold the island to Norway", EN),
        ("roles", "한국이 일본을 이겼다", KO, "일본이 한국을 이겼다", KO),
        ("roles", "भारत ने पाकिस्तान को हराया", HI, "पाकिस्तान ने भारत को हराया", HI),
        ("roles", "Türkiye Yunanistan'a gaz sattı", TR, "Yunanistan Türkiye'ye gaz sattı", TR),
        ("roles", "フランスはドイツに売った", JA, "ドイツはフランスに売った", JA),
        ("roles", "Polska pokonała Niemcy", PL, "Niemcy pokonały Polskę", PL),
    ],
)
def test_one_difference(kind, ours, our_language, theirs, their_language):
    assert _differences(ours, our_language, theirs, their_language) == [kind]
    assert _differences(theirs, their_language, ours, our_language) == [kind]


def test_a_difference_has_the_words_of_both():
    found = compared(facts_of("It fell in 2019", EN), facts_of("It fell in 2021", EN))

    assert [(difference.ours, difference.theirs) for difference in found.differences] == [("2019", "2021")]


def test_what_agrees_is_counted():
    found = compared(
        facts_of("In 2019 Mary Holt took 20 sheep to Kenya", EN),
        facts_of("20 sheep went to Kenya with Mary Holt in 2019", EN),
    )

    assert found.agreements == {"number": 1, "year": 1, "place": 1, "name": 1}


def test_no_text_differs_from_itself() -> None:
    texts = [(one["text"], one["language"]) for one in PAIRS] + [
        (other["text"], other.get("language", one["language"])) for one in PAIRS for other in one["others"]
    ]
    assert len(texts) > 500
    assert [text for text, language in texts if _differences(text, language, text, language)] == []


@pytest.mark.parametrize(
    ("ours", "theirs", "kinds"),
    [
        # Neither is the other one rounded.
        ("The fire killed 71 people.", "The fire killed 74 people.", ["number"]),
        ("The plan costs 882 billion dollars.", "The plan costs 885 billion dollars.", ["number"]),
        ("The march drew 853,000 people.", "The march drew 850,000 people.", []),
        ("The march drew over 317 people.", "The march drew over 300 people.", []),
        # Names that only a number tells apart.
        ("The navy bought twelve F-16 jets.", "The navy bought twelve F-35 jets.", ["name"]),
        ("The COVID-19 vaccine is free.", "The COVID19 vaccine is free.", []),
        # One of two days is another.
        ("It was open from 19 June to 2 May.", "It was open from 16 June to 2 May.", ["date"]),
        ("It opened on 3 May.", "It was open on 3 May and 5 May.", []),
        # A denial more turns it round once more.
        (
            "They will not pay the tax if it isn't passed.",
            "They will pay the tax if it isn't passed.",
            ["negation"],
        ),
        ("Nobody may smoke there, not even guests.", "Nobody may smoke there, not even the guests.", []),
    ],
)
def test_small_changes_of_long_sentences(ours: str, theirs: str, kinds: list[str]) -> None:
    found = compared(facts_of(ours, "en"), facts_of(theirs, "en"))
    assert [difference.kind for difference in found.differences] == kinds


def test_two_denials_may_deny_together() -> None:
    assert (
        compared(
            facts_of("No vi nada en la plaza.", "es"), facts_of("Nada vi en la plaza.", "es")
        ).differences
        == []
    )
