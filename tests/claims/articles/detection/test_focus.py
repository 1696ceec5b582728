"""Resolve a pronoun: the latest person who fits unambiguously, or no one."""

from claims.articles.detection import detect
from tests.helpers.sweeps import sweep

SAID = "“Nine wells ran dry,” "


def last_claimant(text, language="en"):
    return detect(text, language)[-1].claimant


@sweep(
    "text, expected",
    [
        # The last speaker, although a person of the other gender was mentioned since.
        (
            "Captain Dana Whitlock said so. Owen Pryce shook hands with Whitlock. " + SAID + "she said.",
            "Dana Whitlock",
        ),
        ("Captain Dana Whitlock said so. Owen Pryce shook hands with Whitlock. " + SAID + "he said.", None),
        ("Captain Dana Whitlock said so. Owen Pryce left. " + SAID + "he said.", "Owen Pryce"),
        # A bystander is never meant, and makes a mere subject doubtful.
        (
            "Tom Arkwright said so. His deputy, Lena Fox, sat next to him. " + SAID + "he said.",
            "Tom Arkwright",
        ),
        ("Tom Arkwright met Paul Denny. " + SAID + "he said.", None),
        # Two of one gender: the one who speaks now.
        ("Tom Bell said so. Paul Hart said no. " + SAID + "he said.", "Paul Hart"),
        # A spokesman has no name, and is not skipped.
        ("Tom Bell said so. A spokesman said no. " + SAID + "he said.", "a spokesman"),
        ("Tom Bell said so. The minister, who was absent, had sent a letter. " + SAID + "he said.", None),
        # Nor is a person whose name shows only a capital, with an office or without.
        (
            "Tom Bell said so. The North Korean foreign minister, Ri Yong Ho, objected. " + SAID + "he said.",
            None,
        ),
        ("Tom Bell said so. Ri Yong Ho objected. " + SAID + "he said.", None),
        ("Tom Bell said so. Okafor objected. " + SAID + "he said.", None),
        # A country is no "he", and a word that the text has in small letters too is no name.
        ("Tom Bell said so. South Korea objected. " + SAID + "he said.", "Tom Bell"),
        ("Tom Bell said that wells run dry. Wells ran dry. " + SAID + "he said.", "Tom Bell"),
        # Long ago is too long ago.
        (
            "Tom Bell said so.\n\nA.\n\nWells are deep.\n\nWater is wet.\n\nStones fall.\n\n"
            + SAID
            + "he said.",
            None,
        ),
        # Bodies are no persons.
        ("The World Water Council said so. " + SAID + "he said.", None),
    ],
)
def test_he_and_she(text, expected):
    assert last_claimant(text) == expected


@sweep(
    "language, text, expected",
    [
        ("fr", "Luc Perrin a parlé. Selon lui, neuf puits sont secs.", "Luc Perrin"),
        ("fr", "Luc Perrin a parlé. Selon elle, neuf puits sont secs.", None),
        ("nl", "Joke van Dalen kwam. Volgens haar zijn negen putten droog.", "Joke van Dalen"),
        ("nl", "Joke van Dalen kwam. Volgens haar broer zijn negen putten droog.", None),
        ("ru", "Ирина Вяземская пришла. По её словам, высохли девять колодцев.", "Ирина Вяземская"),
        ("ru", "Ирина Вяземская пришла. По его словам, высохли девять колодцев.", None),
        ("pl", "Ewa Malik przyjechała. „Wyschło dziewięć studni w maju” – dodała.", "Ewa Malik"),
        ("pl", "Ewa Malik przyjechała. „Wyschło dziewięć studni w maju” – dodał.", None),
        ("de", "Die Schleusen seien zu, sagte Katrin Vogel. Man habe gewartet.", "Katrin Vogel"),
        ("de", "Die Schleusen seien zu, sagte Katrin Vogel. Das Amt hat 140 Leute. Man habe gewartet.", None),
        ("ar", "قال وزير النقل سمير حداد إن الميناء أغلق. وأضاف أن 40 سفينة تنتظر.", "سمير حداد"),
        ("ar", "قالت وزيرة المياه هدى شاكر إن الميناء أغلق. وأضاف أن 40 سفينة تنتظر.", None),
        ("zh", "交通局局长陈晓兰说，桥关了。她表示，费用为3亿元。", "陈晓兰"),
        ("ko", '박찬호 의원은 "부담만 는다"고 말했다. 그는 "요금이 올랐다"고 주장했다.', "박찬호"),
        ("id", 'Presiden Joko Wibowo datang. "Kita harus optimistis sekarang," katanya.', "Joko Wibowo"),
    ],
)
def test_other_languages(language, text, expected):
    assert last_claimant(text, language) == expected
