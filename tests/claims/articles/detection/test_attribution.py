"""Attribution: the claimant of a sentence, with the text's description, or no claimant."""

import pytest

from claims.articles.detection import detect
from tests.helpers.sweeps import sweep


def claimants(text, language="en"):
    return [(candidate.claimant, candidate.claimant_description) for candidate in detect(text, language)]


@sweep(
    "language, text, claimant, description",
    [
        (
            "en",
            "“Nine wells ran dry in 2019,” Mara Holt, a senior adviser at the Water Board, told reporters.",
            "Mara Holt",
            "a senior adviser at the Water Board",
        ),
        (
            "en",
            "“Nine wells ran dry in 2019,” said Mara Holt, head of the Water Board.",
            "Mara Holt",
            "head of the Water Board",
        ),
        (
            "en",
            "However, in a speech on Monday, US Secretary of State Jane Holt said nine wells ran dry.",
            "Jane Holt",
            "US Secretary of State",
        ),
        (
            "en",
            "“Nine wells ran dry,” a senior Foreign Ministry official said Tuesday, according to Coastal News.",
            "a senior Foreign Ministry official",
            None,
        ),
        (
            "en",
            "Nine wells ran dry in 2019, according to the Norwick news agency Coastal.",
            "Coastal",
            "Norwick news agency",
        ),
        (
            "en",
            "According to the World Water Council, nine wells ran dry in 2019.",
            "World Water Council",
            None,
        ),
        ("en", "Nine wells ran dry, state media reported.", "state media", None),
        ("en", "Water Minister Mara Holt: “Nine wells ran dry in 2019.”", "Mara Holt", "Water Minister"),
        (
            "en",
            "The minister of water, Mara Holt, warned that nine wells had run dry.",
            "Mara Holt",
            "minister of water",
        ),
        (
            "en",
            "Dr Mara Holt, who runs the clinic in Norwick, told the court that nine wells had run dry.",
            "Mara Holt",
            None,
        ),
        ("en", "Critics feared that nine wells would run dry.", "critics", None),
        (
            "de",
            "„Neun Brunnen versiegten 2019“, sagte Wasserministerin Mara Holt.",
            "Mara Holt",
            "Wasserministerin",
        ),
        ("de", "Neun Brunnen versiegten, wie die Polizei am Montag mitteilte.", "Polizei", None),
        ("de", "Laut Wasserverband versiegten 2019 neun Brunnen.", "Wasserverband", None),
        ("de", "Neun Brunnen versiegten 2019, so der Geologe Jan Holt.", "Jan Holt", "Geologe"),
        (
            "fr",
            "« Neuf puits se sont asséchés en 2019 », a déclaré le ministre de l'Eau, Jean Holt.",
            "Jean Holt",
            "ministre de l'Eau",
        ),
        ("fr", "Selon la préfecture, neuf puits se sont asséchés en 2019.", "la préfecture", None),
        (
            "es",
            "«Nueve pozos se secaron en 2019», dijo la ministra de Agua, Ana Ruiz.",
            "Ana Ruiz",
            "ministra de Agua",
        ),
        (
            "es",
            "Según los datos del Ministerio de Agua, nueve pozos se secaron en 2019.",
            "Ministerio de Agua",
            None,
        ),
        ("pt", "“Nove poços secaram em 2019”, afirmou o prefeito João Prado.", "João Prado", "prefeito"),
        (
            "it",
            "«Nove pozzi si sono prosciugati nel 2019», ha detto il sindaco Gino Ferri.",
            "Gino Ferri",
            "sindaco",
        ),
        (
            "nl",
            "Volgens burgemeester Jan de Wit vielen in 2019 negen putten droog.",
            "Jan de Wit",
            "burgemeester",
        ),
        (
            "pl",
            "Burmistrz Jan Nowak powiedział, że w 2019 roku wyschło dziewięć studni.",
            "Jan Nowak",
            "Burmistrz",
        ),
        (
            "ru",
            "«В 2019 году высохли девять колодцев», — сообщил министр Иван Лесков.",
            "Иван Лесков",
            "министр",
        ),
        ("tr", 'Su Bakanı Ayşe Demir, "2019\'da dokuz kuyu kurudu" dedi.', "Ayşe Demir", "Su Bakanı"),
        ("ar", "وقال وزير المياه سامي خليل إن تسع آبار جفت في عام 2019.", "سامي خليل", "وزير المياه"),
        ("ar", "وفقا لهيئة المياه، جفت تسع آبار في عام 2019.", "هيئة المياه", None),
        ("hi", "जल मंत्री अनिल वर्मा ने कहा कि 2019 में नौ कुएं सूख गए।", "अनिल वर्मा", "जल मंत्री"),
        ("ko", "한빛시에 따르면 2019년 우물 아홉 곳이 말랐다.", "한빛시", None),
        ("ko", '박민수 한빛시장은 "2019년 우물 아홉 곳이 말랐다"고 말했다.', "박민수", "한빛시장"),
        ("zh", "水利部部长李文清说：“2019年有九口井干涸了。”", "李文清", "水利部部长"),
        ("zh", "据水利部统计，2019年有九口井干涸。", "水利部", None),
        ("ja", "高田修一知事は「2019年に九つの井戸が枯れた」と述べた。", "高田修一", "知事"),
        ("ja", "水道局によると、2019年に九つの井戸が枯れた。", "水道局", None),
    ],
)
def test_the_claimant_is_read_with_the_description_of_the_text(language, text, claimant, description):
    assert claimants(text, language) == [(claimant, description)]


@sweep(
    "text",
    [
        "Mara Holt opened the waterworks in 1987.",
        "Trucks carried 400 tonnes to the United States in 2019.",
        "The minister was told nothing about the nine wells.",
        "Mara Holt announced a ban on private wells.",
        "The report said that nine wells had run dry.",
        "It said that nine wells had run dry.",
        "Mara Holt wrote three books about wells.",
        "Holt's claims about nine wells were false.",
        "Mara Holt did not say how many wells had run dry.",
    ],
)
def test_an_event_or_a_document_is_not_a_claimant(text):
    assert claimants(text) == [(None, None)]


def test_a_quotation_over_several_sentences_has_one_speaker():
    text = (
        "“Nine wells ran dry in 2019. Four more were poisoned,” said Mara Holt, "
        "head of the board. “We told the ministry twice.”"
    )
    assert claimants(text) == [("Mara Holt", "head of the board")] * 3


def test_a_quotation_runs_on_into_the_next_paragraphs():
    text = (
        "“Nine wells ran dry in 2019,” said Mara Holt, head of the board.\n\n“Four "
        "more wells were poisoned that year.”\n\nThe board has 40 members."
    )
    assert claimants(text) == [
        ("Mara Holt", "head of the board"),
        ("Mara Holt", "head of the board"),
        (None, None),
    ]


def test_a_surname_is_read_by_the_full_name_that_the_text_gives():
    text = (
        "Water Minister Mara Holt visited Norwick.\n\n“Nine wells ran dry in 2019,” "
        "Holt said.\n\n“Four more were poisoned,” she added."
    )
    assert [claimant for claimant, _ in claimants(text)] == [None, "Mara Holt", "Mara Holt"]


def test_a_pronoun_means_the_person_who_is_the_subject_of_the_article():
    text = (
        "Mayor Jan Prado said nine wells ran dry. His predecessor, Mara Holt, had "
        "built 40 wells. “All of them still work,” she said."
    )
    assert [claimant for claimant, _ in claimants(text)][-1] == "Mara Holt"


@pytest.mark.parametrize(
    "text",
    [
        "“Nine wells ran dry in 2019,” she said.",
        "Spokesman Jan Prado said nine wells ran dry. “Four more were poisoned,” she said.",
        "The World Water Council said nine wells ran dry. “Four more were poisoned,” he said.",
    ],
)
def test_an_ambiguous_pronoun_has_no_speaker(text):
    assert claimants(text)[-1] == (None, None)


def test_german_reported_speech_keeps_its_speaker_and_plain_narration_does_not():
    text = (
        "Neun Brunnen seien 2019 versiegt, sagte Ministerin Mara Holt. Vier weitere "
        "seien vergiftet worden. Der Verband hat 40 Mitglieder."
    )
    assert [claimant for claimant, _ in claimants(text, "de")] == ["Mara Holt", "Mara Holt", None]


def test_subjects_that_a_language_leaves_out_mean_the_last_speaker():
    text = "«Nueve pozos se secaron en 2019», dijo la ministra Ana Ruiz. «Otros cuatro fueron envenenados», añadió."
    assert [claimant for claimant, _ in claimants(text, "es")] == ["Ana Ruiz", "Ana Ruiz"]


@sweep(
    ("language", "text", "statement"),
    [
        ("en", "Asked about it, Tom Bakken said that the bridge had cost 40 million.", None),
        ("en", "Asked about the price, Tom Bakken said it had been 40 million.", None),
        ("en", "Asked about the price, Tom Bakken said the board had agreed.", None),
        ("en", "The bridge cost 40 million, Tom Bakken said that day.", "The bridge cost 40 million."),
        ("en", "The bridge cost 40 million, Tom Bakken said the day before.", "The bridge cost 40 million."),
        ("en", "The bridge cost 40 million, said Tom Bakken, who left.", "The bridge cost 40 million."),
        ("de", "Als er gefragt wurde, sagte Tom Bakken, dass die Brücke 40 Millionen gekostet habe.", None),
        ("fr", "Interrogé sur le prix, Paul Morel a dit que le pont a coûté 40 millions.", None),
        ("es", "Preguntado por el precio, Pablo Ruiz dijo que el puente costó 40 millones.", None),
        ("es", "El puente costó 40 millones, dijo Pablo Ruiz el lunes.", "El puente costó 40 millones."),
        ("it", "Interpellato sul prezzo, Paolo Rossi ha detto che il ponte è costato 40 milioni.", None),
        ("pt", "Questionado sobre o preço, Paulo Souza disse que a ponte custou 40 milhões.", None),
    ],
)
def test_words_before_the_speaker_are_the_statement_only_if_none_follow(
    language: str, text: str, statement: str | None
) -> None:
    found = detect(text, language)[-1]
    assert (found.statement, found.claimant is not None) == (statement or text, True)


def test_a_paragraph_of_only_quotation_belongs_to_the_last_speaker():
    said = "The minister Ana Ruiz said that nine wells ran dry."
    quoted = "“Four more were poisoned. Nobody drank from them.”"
    silent = "It rained all day."
    cases = {
        f"{said}\n\n{quoted}": ["Ana Ruiz", "Ana Ruiz", "Ana Ruiz"],
        f"{said}\n\n{silent}\n\n{quoted}": ["Ana Ruiz", None, None, None],
        f"{said}\n\n{quoted} It rained.": ["Ana Ruiz", None, None, None],
    }
    assert {text: [who for who, _ in claimants(text)] for text in cases} == cases


def test_turkish_names_the_speaker_before_a_converb_or_behind_a_participle():
    texts = [
        "Demir, barajlar hakkında bilgi vererek, “Dokuz kuyu kurudu.” dedi.",
        "Dokuz kuyunun kuruduğunu belirten Ayşe Demir, “Dördü zehirlendi.” ifadesini kullandı.",
        "Ayşe Demir, dokuz kuyunun kuruduğunu dile getirdi.",
    ]
    opening = "Bakan Ayşe Demir geldi. "
    assert [claimants(opening + text, "tr")[1][0] for text in texts] == ["Ayşe Demir"] * 3


@sweep(
    "language, text, expected",
    [
        # After a dash, the words between the dashes of a paragraph name the speaker of all of it.
        (
            "ru",
            (
                "В Каменск приехал мэр Олег Дёмин.\n\n"
                "— Мы построили девять новых мостов. Это чистая правда для города,"
                "— попросил коллегу господин Дёмин.— Всё готово."
            ),
            [None, "Олег Дёмин", "Олег Дёмин", "Олег Дёмин"],
        ),
        (
            "es",
            "La alcaldesa Ana Ruiz llegó el lunes.\n\n—Se secaron nueve pozos —dijo Ruiz—. Nadie lo niega.",
            [None, "Ana Ruiz", "Ana Ruiz"],
        ),
        # A dash within speech belongs to the speaker; an item of a list has no speaker.
        ("en", "Ana Ruiz listed the wells.\n\n— Nine wells — all in the north — ran dry.", [None, None]),
        # A line that ends in a colon says who speaks in the next one, unless it names two.
        ("ru", "Анна Рябова признала:\n\n— Мы закрыли девять школ. Это правда.", ["Анна Рябова"]),
        (
            "ru",
            "Олег Дёмин молчал, а Анна Рябова покачала головой:\n\n— Мы закрыли девять школ.",
            [None],
        ),
        # A quotation of several sentences is between its subject and its verb.
        (
            "ko",
            (
                "이서준 미래당 대선 후보가 왔다. "
                '이 후보는 "우물 아홉 곳이 작년에 말랐다. 모두 도시의 북쪽에 있는 곳이다"고 강조했다.'
            ),
            [None, "이서준", "이서준"],
        ),
        # A quotation that the paragraph did not close continues; the office in the next one is its speaker's.
        (
            "en",
            (
                "“Nine wells ran dry,” Communications Minister Ada Holt said.\n\n“Two were dug in 2019.\n\n"
                "“Both are closed,” the government spokeswoman said."
            ),
            ["Ada Holt"] * 3,
        ),
        # A bare quote belongs to the last reported speaker, and so does the German subjunctive after it.
        (
            "de",
            (
                "Ada Holt sagte am Montag, neun Brunnen seien leer. „Wir haben nichts gewusst.“ "
                "Die Stadt habe zu spät gehandelt."
            ),
            ["Ada Holt"] * 3,
        ),
        ("en", "Mayor Ana Ruiz came. But she knew: “Nine wells ran dry.”", [None, "Ana Ruiz"]),
        # An acronym behind an office belongs to it; a preposition opens no subject.
        ("pl", "Prezydent USA powiedział, że wyschło dziewięć studni.", ["Prezydent USA"]),
        ("pl", "W serwisie Fala Nowa podkreślił, że wyschło dziewięć studni.", [None]),
        (
            "tr",
            "Dokuz kuyunun kuruduğuna dikkati çeken Ada Demir, iki kuyunun kapandığını bildirdi.",
            ["Ada Demir"],
        ),
        ("ar", "وأوضح مصفف الشعر اللندني سامي خليل أن تسع آبار جفت.", ["سامي خليل"]),
        ("hi", "ASP सुनील वर्मा ने बताया कि नौ कुएं सूख गए।", ["सुनील वर्मा"]),
    ],
)
def test_speech_over_several_sentences(language, text, expected):
    assert [one.claimant for one in detect(text, language)] == expected
