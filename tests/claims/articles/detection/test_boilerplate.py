"""Furniture goes, statements stay: each rule with a line that it drops and a sentence that it must not."""

from claims.articles.detection import detect
from tests.helpers.sweeps import sweep

FACT = "The plant in Norwick employs 4,000 people and opened in 1987."
OTHER_FACT = "It exported 310 turbines to Chile last year."


def proposed(text, language="en"):
    return [candidate.exact for candidate in detect(text, language)]


@sweep(
    "furniture",
    [
        "Read more: Norwick plant to close 3 lines in 2021",
        "READ ALSO | The 10 best plants of 2019",
        "Related: Norwick Works sold to Delmar in 2015 for 3 million euros",
        "Now live\n01:28 mins.\nBusiness | 26.12.2018\n\nNorwick rail link held back by 30 sanctions",
        "Watch live",
        "02:14",
        "3 March 2021",
        "Updated 3 March 2021 at 10:22",
        "Published: 03.03.2021",
        "ab/cd (Coastal Press, Northern News)",
        "(Coastal Press, Northern News)",
        "By Anna Weber and Peter Strand",
        "© 2021 Norwick Courier",
        "Copyright 2021 Norwick Courier. All rights reserved.",
        "Photo: Norwick Works",
        "Image credit: Anna Weber, Norwick Works 2021",
        "Each morning at 7 our editors send the news of the day. You can sign up to receive it here.",
        "Subscribe to our newsletter and get 5 stories a day straight to your inbox.",
        "We use cookies to improve your experience. Read our privacy policy.",
        "Follow us on Facebook, Twitter and Instagram.",
        "Share this article",
        "Comments (148)",
        "@norwickcourier #norwick #plant",
        "https://norwick.example/2021/03/plant",
        "— Norwick (@norwick) March 3, 2021",
        "What 4,000 people fear",
        "The plant in numbers",
        "***",
        "[This text was updated on 3 March]",
        "Additional reporting by Peter Strand; editing by Anna Weber",
    ],
)
def test_boilerplate_is_dropped_anywhere(furniture):
    assert proposed(f"{FACT}\n\n{furniture}\n\n{OTHER_FACT}") == [FACT, OTHER_FACT]
    assert proposed(f"{FACT}\n\n{furniture}") == [FACT]


@sweep(
    "language, furniture",
    [
        ("de", "Mehr zum Thema: 3 Gründe für den Streik von 2019"),
        ("de", "Lesen Sie auch: Werk Norwick schließt 2021"),
        ("es", "Lea también: Los 10 mejores museos de 2019"),
        ("fr", "Lire aussi : Les 10 meilleurs musées de 2019"),
        ("pt", "Leia também: Os 10 melhores museus de 2019"),
        ("it", "Leggi anche: I 10 migliori musei del 2019"),
        ("nl", "Lees ook: De 10 beste musea van 2019"),
        ("pl", "Czytaj też: 10 najlepszych muzeów 2019 roku"),
        ("ru", "Читайте также: 10 лучших музеев 2019 года"),
        ("tr", "İlgili haber: 2019'un en iyi 10 müzesi"),
        ("ar", "اقرأ أيضا: أفضل 10 متاحف في عام 2019"),
        ("hi", "यह भी पढ़ें: 2019 के 10 सबसे अच्छे संग्रहालय"),
        ("ko", "관련기사: 2019년 최고의 박물관 10곳"),
        ("zh", "相关阅读：2019年最好的10家博物馆"),
        ("ja", "関連記事：2019年の美術館ベスト10"),
    ],
)
def test_pointers_to_other_articles_are_dropped_in_every_language(language, furniture):
    assert proposed(furniture, language) == []


@sweep(
    "sentence",
    [
        "Published figures show that 4,000 people left Norwick in 2019.",
        "Photo evidence from 2019 shows 14 trucks at the Norwick border.",
        "Users in Norwick share 40 percent of their data with advertisers.",
        "Subscribers paid 5 dollars a month to the Norwick Courier in 2019.",
        "Norwick sold 3 newspapers and 2 radio stations in 2019 (Courier, Echo).",
        "Comments by the Norwick minister cost the party 14 seats in 2019.",
    ],
)
def test_a_sentence_that_begins_like_furniture_stays(sentence):
    assert proposed(f"{FACT}\n\n{sentence}") == [FACT, sentence]


def test_a_gallery_heading_is_dropped_with_its_subheadings_and_captions_stay():
    captions = [
        "The first turbine left Norwick on 3 May 1988.",
        "In 1994 a fire destroyed two halls in Norwick.",
        "The plant has built 9,400 turbines since then, more than any other in Europe",
    ]
    headings = ["A new start", "Fire and water", "Still turning"]
    gallery = "\n\n".join(
        f"The Norwick plant in pictures\n\n{heading}\n\n{caption}"
        for heading, caption in zip(headings, captions, strict=True)
    )
    assert proposed(gallery) == captions


def test_a_caption_without_a_full_stop_stays_when_an_earlier_sentence_shows_it_is_text():
    text = "Many families wait in Norwick. Last year 3,800 people died before their turn came"
    assert proposed(text) == [
        "Many families wait in Norwick.",
        "Last year 3,800 people died before their turn came",
    ]


def test_a_sentence_that_is_repeated_is_proposed_once():
    assert proposed(f"{FACT}\n\n{OTHER_FACT}\n\n{FACT}") == [FACT, OTHER_FACT]


def test_a_title_is_dropped_if_the_lead_repeats_it_and_otherwise_kept():
    title = "Norwick turbine plant exported 310 turbines in 2019"
    assert proposed(f"{title}\n\nThe Norwick plant exported 310 of its turbines in 2019.") == [
        "The Norwick plant exported 310 of its turbines in 2019."
    ]
    assert proposed(f"{title}\n\nHave your say.")[:1] == [title]


def test_any_title_before_running_text_is_dropped():
    title = "Norwick turbine plant exported 310 turbines in 2019"
    assert proposed(f"{title}\n\n{FACT}\n\n{OTHER_FACT}") == [FACT, OTHER_FACT]


def test_the_headlines_of_other_articles_below_the_text_go():
    teasers = [
        "Police arrested 14 people after riots in Norwick on Sunday",
        "Minister denies that 300 million euros were lost in Chile",
        "Ten thousand people marched against the new turbine plant in May",
    ]
    assert proposed("\n".join([FACT, OTHER_FACT, *teasers])) == [FACT, OTHER_FACT]
    assert proposed("\n".join([FACT, OTHER_FACT, f"{teasers[0]}."])) == [FACT, OTHER_FACT, f"{teasers[0]}."]


@sweep("byline", ["By Anna Weber", "By Anna Weber.", "Von Petra Lang und Uwe Thiele", "Par Marc Oliveri."])
def test_a_byline_is_no_statement(byline):
    assert proposed(f"{byline}\n{FACT}") == [FACT]


def test_cookie_notices_are_boilerplate_in_languages_without_a_lexicon():
    text = "Fabriken i Norwick har 4 000 anställda.\nVi använder cookies för att förbättra din upplevelse."
    assert proposed(text, "sv") == ["Fabriken i Norwick har 4 000 anställda."]


@sweep(
    "language, dateline, sentence",
    [
        ("en", "BERLIN, March 3 (Coastal Press) — ", FACT),
        ("en", "LONDON (Coastal Press) - ", FACT),
        ("en", "MEXICO CITY — ", FACT),
        ("en", "BERLIN, March 3 - ", FACT),
        ("de", "Berlin (npa) - ", "Das Werk in Norwick beschäftigt 4.000 Menschen."),
        ("fr", "Paris, 3 mars (Agence Ouest) – ", "L'usine de Norwick emploie 4 000 personnes."),
        ("es", "Madrid, 3 mar (Noticias).- ", "La fábrica de Norwick emplea a 4.000 personas."),
        ("ar", "الرملة (وكالة الساحل) - ", "افتتحت الحكومة 40 مدرسة في عام 2019."),
        ("ko", "(한빛=남해통신) 이서준 기자 = ", "한빛시는 2019년 학교 40곳을 열었다."),
        ("zh", "海报社云州3月3日电（记者李文）", "云州市2019年关闭了四十座电厂。"),
        ("hi", "सोनपुर, 6 जून (जनवार्ता)। ", "सरकार ने 2019 में 40 स्कूल खोले।"),
    ],
)
def test_a_dateline_is_cut_off_and_its_sentence_is_kept(language, dateline, sentence):
    [candidate] = detect(dateline + sentence, language)
    assert (candidate.exact, candidate.start) == (sentence, len(dateline))


def test_text_that_is_wrapped_at_a_column_is_read_by_the_paragraph():
    text = (
        "The plant in Norwick employs 4,000 people and has exported 310\n"
        "turbines to Chile since it opened in 1987. In 2019 it lost eleven\n"
        "million euros, the largest loss of any plant in the history of the\n"
        "country.\n"
        "\n"
        "A court fined the plant 3 million euros in May for polluting the\n"
        "river for at least six years.\n"
    )
    assert [" ".join(exact.split()) for exact in proposed(text)] == [
        "The plant in Norwick employs 4,000 people and has exported 310 turbines to Chile since it opened in 1987.",
        "In 2019 it lost eleven million euros, the largest loss of any plant in the history of the country.",
        "A court fined the plant 3 million euros in May for polluting the river for at least six years.",
    ]


def test_list_marks_are_not_part_of_the_statement():
    assert proposed(f"- {FACT}\n• {OTHER_FACT}") == [FACT, OTHER_FACT]


def test_notes_of_the_newsroom_on_its_article_are_no_statements():
    fact = {
        "en": "Nine wells ran dry in 2019.",
        "fr": "Neuf puits sont à sec depuis 2019.",
        "de": "Neun Brunnen sind leer.",
    }
    notes = [
        ("fr", "Il vous reste 61 % de cet article à découvrir."),
        ("fr", "Il vous reste 82.4% de cet article à lire."),
        ("en", "You have 40% of this article left to read."),
        ("en", "You have read 43% of this article."),
        ("de", "Sie haben 35 % dieses Artikels gelesen."),
        ("de", "Noch 75 % des Artikels lesen Sie mit einem Abo."),
        ("en", "Correction (4 May): the wells ran dry in 2019, not in 2018, as this report first had it."),
        ("en", "An earlier version of this article gave the wrong number of wells. It was nine."),
        ("de", "In einer früheren Version dieses Artikels war von acht Brunnen die Rede."),
        ("es", "Fe de errores: los pozos son nueve y no ocho."),
    ]
    left = {
        note: [one.exact for one in detect(f"{fact.get(tag, fact['en'])}\n\n{note}", tag)][1:]
        for tag, note in notes
    }
    assert left == {note: [] for _, note in notes}
    statements = [
        "Correction of the budget took nine months, and 40% of the article's authors left in 2019.",
        "Nine wells are left. Some 57% of this article is about them.",
    ]
    for kept in statements:
        found = [one.exact for one in detect(f"{fact['en']}\n\n{kept}", "en")]
        assert " ".join(found[1:]) == kept
