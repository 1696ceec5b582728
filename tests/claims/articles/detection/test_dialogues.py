"""Interviews and debates: a turn belongs to the labelled or introduced person; questions have no speaker."""

from claims.articles.detection import detect
from tests.helpers.sweeps import sweep


def claimants(text, language="en"):
    return [candidate.claimant for candidate in detect(text, language)]


def test_questions_and_answers():
    text = (
        "Marta Quill has run the railway since 2019.\n\nQ: How many trains were late last winter?\n\n"
        "A: We counted 412 of them. The union counts more.\n\nQ: The union says twice as many.\n\nA: That is wrong."
    )
    assert claimants(text) == [None, None, "Marta Quill", "Marta Quill", None, "Marta Quill"]


def test_answers_have_no_speaker_if_two_people_were_introduced():
    text = (
        "Marta Quill and Sam Osei met on Wednesday.\n\nQ: How many trains were late last winter?\n\n"
        "A: We counted 412 of them.\n\nQ: The union says twice as many.\n\nA: That is wrong in every way."
    )
    assert claimants(text) == [None, None, None, None, None]


def test_names_before_colons_and_narration_between():
    text = (
        "Harriet Boyle and Sam Osei debated on Wednesday.\n\nBOYLE: The plant burns 60,000 tonnes.\n\n"
        "OSEI: The permit says 80,000 tonnes.\n\nThe audience laughed out loud.\n\nBOYLE: That was in 2018."
    )
    assert claimants(text) == [None, "Harriet Boyle", "Sam Osei", None, "Harriet Boyle"]


def test_one_label_makes_no_dialogue():
    text = "Harriet Boyle came.\n\nBackground: The plant burns 60,000 tonnes.\n\nNote: The permit says 80,000 tonnes."
    assert claimants(text) == [None, None, None]


@sweep(
    "language, text, expected",
    [
        (
            "fr",
            (
                "La glaciologue Hélène Morand mesure la glace.\n\n— Combien en a-t-il perdu ?\n\n— Environ "
                "40 mètres en vingt ans.\n\n— Et les refuges ?\n\n— Deux refuges sur sept ont fermé."
            ),
            [None, None, "Hélène Morand", None, "Hélène Morand"],
        ),
        (
            "es",
            (
                "El farero Manuel Oria vive aquí.\n\n—¿Cuándo se automatizó el faro?\n\n—En 1994, y pasamos de seis a "
                "uno.\n\n—¿Quién paga las obras?\n\n—El Estado paga el resto —responde Oria—, y nada más."
            ),
            [None, None, "Manuel Oria", None, "Manuel Oria"],
        ),
        (
            "ja",
            (
                "河川学者の森田京子教授に聞いた。\n\n――堤防は何か所で傷んでいますか。\n\n「県内で240か所です。前は百か所でした」\n\n"
                "――原因は何でしょう。\n\n森田\u3000雨量が15%増えたことです。"
            ),
            [None, None, "森田京子", None, "森田京子"],
        ),
        (
            "zh",
            (
                "灯塔看守人何文海工作了四十年。\n\n记者：灯塔什么时候自动化？当时岛上住着多少人，谁来照看这座灯塔？\n\n何文海：1994年，员工减到一人。\n\n"
                "问：现在还有人住吗？\n\n答：还有62人。"
            ),
            [None, None, None, "何文海", None, "何文海"],
        ),
        (
            "ar",
            (
                "يعمل حارس المنارة يوسف بدر هنا.\n\nس: متى أصبحت المنارة آلية؟\n\nج: في عام 1994 كنا ستة.\n\n"
                "س: ومن يدفع؟\n\nج: تدفع البلدية 40 في المئة."
            ),
            [None, None, "يوسف بدر", None, "يوسف بدر"],
        ),
        (
            "sv",
            "Nils Ahl bor nära dammen.\n\n– Vi såg sprickorna redan i maj, säger Nils Ahl.",
            [None, "Nils Ahl"],
        ),
    ],
)
def test_other_languages(language, text, expected):
    assert claimants(text, language) == expected


def test_words_outside_a_quoted_answer_belong_to_the_article():
    text = (
        "Sara Bellini leads the observatory.\n\nHow many quakes did you count this year?\n\n"
        "“We counted 1,340 of them.” Her assistant sits beside her.\n\nDoes the town have a plan?\n\n"
        "“It has had one since 2016.”"
    )
    assert claimants(text) == [None, None, "Sara Bellini", None, None, "Sara Bellini"]


def test_questions_of_an_essay_are_no_interview():
    text = (
        "Sara Bellini leads the observatory.\n\nWho pays for all of this?\n\nThe town pays 40 per cent of it.\n\n"
        "And who pays the rest of it?\n\nNobody knows that for sure."
    )
    assert claimants(text) == [None, None, None, None, None]
