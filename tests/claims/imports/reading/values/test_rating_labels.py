from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from claims.imports.reading.review_record import Label, Outlet
from claims.imports.reading.values.outlets import load_known_outlets
from claims.imports.reading.values.problem import Problem
from claims.imports.reading.values.rating_labels import (
    build_label_key,
    find_meaning,
    list_scales,
    load_shipped_scales,
    read_label,
    read_number,
)
from claims.models import RatingClass
from tests.helpers.sweeps import sweep

POLITIFACT = Outlet("PolitiFact", "politifact.com")
SOMEBODY = Outlet("The Anytown Bugle")


def read(text, outlet=SOMEBODY, language=""):
    label: Any = read_label(text, outlet, language=language)
    return label and (label.text, label.rating_class, label.scale)


@sweep(
    "text, expected",
    [
        ("pants-fire", ("Pants on Fire", "false", "Truth-O-Meter")),
        ("Pants on Fire!", ("Pants on Fire", "false", "Truth-O-Meter")),
        ("half_true", ("Half True", "mixed", "Truth-O-Meter")),
        ("“HALF-TRUE.”", ("Half True", "mixed", "Truth-O-Meter")),
        ("barely-true", ("Mostly False", "mostly_false", "Truth-O-Meter")),
        ("full-flop", ("Full Flop", "not_rated", "Flip-O-Meter")),
        ("PROMISE BROKEN", ("Promise Broken", "not_rated", "Promise Tracker")),
        ("Verdict:\xa0False", ("False", "false", "Truth-O-Meter")),
        ("Our ruling – <b>Mostly&nbsp;True</b>", ("Mostly True", "mostly_true", "Truth-O-Meter")),
        ("Misleading", ("Misleading", "misleading", "")),
    ],
)
def test_a_label_of_a_known_scale(text, expected):
    assert read(text, POLITIFACT) == expected


@sweep(
    "domain, text, expected",
    [
        ("snopes.com", "miscaptioned", ("Miscaptioned", "misleading", "Snopes ratings")),
        ("snopes.com", "Originated as Satire", ("Originated as Satire", "satire", "Snopes ratings")),
        ("snopes.com", "Lost-Legend", ("Lost Legend", "", "Snopes ratings")),
        ("washingtonpost.com", "4 pinnochios", ("Four Pinocchios", "false", "Pinocchio Test")),
        ("washingtonpost.com", "Flip- Flop", ("Upside-Down Pinocchio", "not_rated", "Pinocchio Test")),
        ("factcheck.org", "cherrypicks", ("Cherry Picks", "misleading", "Share the Facts")),
        ("truthorfiction.com", "Truth! & Fiction!", ("Truth & Fiction", "mixed", "Truth or Fiction")),
        ("africacheck.org", "mostly-correct", ("Mostly correct", "mostly_true", "Africa Check ratings")),
        ("africacheck.org", "exaggerated", ("Exaggerated", "", "Africa Check ratings")),
        ("pagellapolitica.it", "C’eri quasi", ("C'eri quasi", "mostly_true", "Pagella Politica")),
        ("factcheck.snu.ac.kr", "대체로 사실 아님", ("대체로 사실 아님", "mostly_false", "SNU 팩트체크")),
        ("misbar.com", "مضلّل.", ("مضلل", "misleading", "مسبار")),
        ("gossipcop.com", 0, ("0 (0 = rumor, 10 = real)", "false", "Truth rating")),
        ("gossipcop.com", "1", ("1 (0 = rumor, 10 = real)", "", "Truth rating")),
    ],
)
def test_labels_of_other_scales(domain, text, expected):
    assert read(text, Outlet("somebody", domain)) == expected


@sweep(
    "text, expected",
    [
        ("FALSE", "false"),
        ("Falso", "false"),
        ("Faux", "false"),
        ("Falsch", "false"),
        ("거짓", "false"),
        ("虚假", "false"),
        ("خطأ", "false"),
        ("زائف جزئياً", "mixed"),
        ("مضلل", "misleading"),
        ("झूठ", "false"),
        ("Правда", "true"),
        ("Größtenteils falsch", "mostly_false"),
        ("Verdad a medias", "mixed"),
        ("Trompeur", "misleading"),
        (True, "true"),
        ("Rating: Partly true.", "mixed"),
        ("판정: 절반의 사실", "mixed"),
    ],
)
def test_words_that_all_publishers_share(text, expected):
    for outlet in (SOMEBODY, None):
        label = read_label(text, outlet)
        assert isinstance(label, Label)
        assert label.rating_class == expected


@sweep(
    "text",
    [
        "False?",
        "Not entirely false",
        "True, but not for long",
        "Falsehoods",
        "Needs context",
        "Exaggerated",
        "It depends",
        "3",
        "Half-baked",
        "Miscaptioned",
        "Pinocchio andante",
        "Verdict: it depends",
        "Fact check: was the bridge true to plan?",
        "verdict false",
    ],
)
def test_unlisted_labels_map_to_no_class_and_keep_their_words(text):
    assert read_label(text, SOMEBODY) == Label(text, text)


def test_the_raw_label_stays():
    assert read_label("  “Pants-Fire” \n", POLITIFACT) == Label(
        "“Pants-Fire”", "Pants on Fire", "false", "Truth-O-Meter", "en"
    )


@sweep(
    ("domain", "text", "expected"),
    [
        ("facta.news", "NOTIZIA FALSA", "false"),
        ("facta.news", "Fuori contesto", "misleading"),
        ("aosfatos.org", "NÃO É BEM ASSIM", "mixed"),
        ("lupa.uol.com.br", "VERDADEIRO, MAS", "mostly_true"),
        ("lupa.uol.com.br", "Ainda é cedo para dizer", "unproven"),
        ("lupa.uol.com.br", "De olho", "not_rated"),
        ("demagog.org.pl", "Manipulacja", "misleading"),
        ("demagog.cz", "Neověřitelné", "unproven"),
        ("demagog.sk", "Zavádzajúce", "misleading"),
        ("factual.ro", "Trunchiat", "misleading"),
        ("faktisk.no", "Faktisk delvis feil", "mixed"),
        ("teyit.org", "Karma", "mixed"),
        ("observador.pt", "Praticamente errado", "mostly_false"),
        ("afp.com", "Altered image", "false"),
        ("chequeado.com", "Verdadero pero…", "mostly_true"),
    ],
)
def test_labels_with_a_publishers_meaning(domain, text, expected):
    label = read_label(text, Outlet("somebody", domain))
    assert isinstance(label, Label)
    assert (label.rating_class, bool(label.scale)) == (expected, True)


@sweep(
    ("domain", "text"),
    [
        ("lupa.uol.com.br", "Exagerado"),
        ("aosfatos.org", "Contraditório"),
        ("africacheck.org", "Understated"),
        ("observador.pt", "Esticado"),
        ("fij.info", "不正確"),
        ("tsc.org.ly", "محرف"),
        ("misbar.com", "إثارة"),
    ],
)
def test_doubtful_labels_stay_in_the_queue(domain, text):
    label = read_label(text, Outlet("somebody", domain))
    assert isinstance(label, Label)
    assert label.rating_class == ""


@sweep(
    ("text", "expected"),
    [
        ("Supported", "true"),
        ("Refuted", "false"),
        ("Not Enough Evidence", "unproven"),
        ("Conflicting Evidence/Cherrypicking", "mixed"),
        ("Partlyfalse", "mixed"),
        ("Altered image", "false"),
        ("No es cierto", "false"),
        ("Praticamente certo", "mostly_true"),
        ("É #FAKE", "false"),
        ("Faux contexte", "misleading"),
        ("Foto modificata", "false"),
        ("Kontext fehlt", "misleading"),
        ("Eerder onwaar", "mostly_false"),
        ("Wprowadzające w błąd", "misleading"),
        ("Polopravda", "mixed"),
        ("Félrevezető", "misleading"),
        ("Nu este adevărat", "false"),
        ("Полуистина", "mixed"),
        ("Лажна вест", "false"),
        ("Djelimično tačno", "mixed"),
        ("Zavajajoče", "misleading"),
        ("E rreme", "false"),
        ("Μισή αλήθεια", "mixed"),
        ("Stämmer inte", "false"),
        ("Misvisende", "misleading"),
        ("Pitää paikkansa", "true"),
        ("Maldinoši", "misleading"),
        ("Melagiena", "false"),
        ("Belum ada bukti", "unproven"),
        ("Palsu", "false"),
        ("Hindi totoo", "false"),
        ("Манипуляция", "misleading"),
        ("ნახევრად სიმართლე", "mixed"),
        ("صحيحٌ جزئيًّا", "mixed"),
        ("مجتزأ", "misleading"),
        ("נכון ברובו", "mostly_true"),
        ("نیمه‌درست", "mixed"),
        ("অর্ধসত্য", "mixed"),
        ("తప్పు", "false"),
        ("വ്യാജം", "false"),
        ("ሐሰት", "false"),
        ("Si kweli", "false"),
        ("Gaskiya", "true"),
        ("จริงบางส่วน", "mixed"),
        ("Tin giả", "false"),
        ("斷章取義", "misleading"),
        ("根拠なし", "unproven"),
        ("검증 불가", "unproven"),
    ],
)
def test_unambiguous_labels_are_mapped(text, expected):
    label = read_label(text, SOMEBODY)
    assert isinstance(label, Label)
    assert label.rating_class == expected


@sweep("text", ["Exagerado", "غير دقيق", "Conflicting", "AI-generated", "إشاعة", "Clickbait"])
def test_words_that_mean_different_things_to_different_publishers_are_not_listed(text):
    assert read_label(text, SOMEBODY) == Label(text, text)


@sweep("text", [None, "", "N/A", "-", "...", [], {}])
def test_no_label(text):
    assert read_label(text, SOMEBODY) is None


def test_a_sentence_is_a_label_up_to_its_length():
    assert read_label("x" * 200, SOMEBODY) == Label("x" * 200, "x" * 200)
    problem = read_label("x" * 201, SOMEBODY)
    assert isinstance(problem, Problem)
    assert problem.code == "label too long"


def test_a_file_may_have_its_own_codes():
    assert read_label(0, SOMEBODY, {"0": "Falso", "1": "Verdadero"}) == Label("0", "Falso", "false")
    assert read_number("1", 5, 1, SOMEBODY, {"1": "Mostly True"}) == Label(
        "1", "Mostly True", "mostly_true", "", "en"
    )


@sweep(
    "number, best, worst, expected",
    [
        (2, 5, 1, "2 (1 = worst, 5 = best)"),
        ("2", "5", "1", "2 (1 = worst, 5 = best)"),
        (2.5, 5, 0, "2.5 (0 = worst, 5 = best)"),
        (4, 1, 5, "4 (5 = worst, 1 = best)"),
        (3, None, None, "3"),
        (3, 5, "", "3 (5 = best)"),
    ],
)
def test_a_number_names_its_scale_and_maps_to_no_class(number, best, worst, expected):
    assert read_number(number, best, worst, SOMEBODY) == Label(str(number), expected)


@sweep("number, best, worst", [(-1, 5, 1), ("-1", None, None), (7, 5, 1), (0, 5, 1), (3, 3, 3)])
def test_a_number_outside_its_scale_is_ignored(number, best, worst):
    problem = read_number(number, best, worst, SOMEBODY)
    assert isinstance(problem, Problem)
    assert problem.code == "rating is not a number on its scale"


def test_a_number_of_a_known_scale():
    label = read_number(10, 10, 0, Outlet("Gossip Cop", "gossipcop.com"))
    assert label == Label("10", "10 (0 = rumor, 10 = real)", "true", "Truth rating", "en")


def test_the_list_is_sound():
    classes = set(RatingClass.values)
    domains = {outlet.domain for outlet in load_known_outlets()}
    for scale in load_shipped_scales()["scale"]:
        assert set(scale["labels"]) <= classes | {"unmapped"}
        assert set(scale["publishers"]) <= domains
        wordings = [wording for wordings in scale["labels"].values() for wording in wordings]
        assert len(set(wordings)) == len(wordings)
        assert set(scale.get("spellings", {})) <= set(wordings)
        assert all(len(wording) <= 200 for wording in wordings)
        assert len(scale["name"]) <= 200
        keys: dict[str, str] = {}
        for wording in wordings:
            for spelling in (wording, *scale.get("spellings", {}).get(wording, ())):
                assert keys.setdefault(build_label_key(spelling), wording) == wording


def test_a_word_means_the_same_in_every_language():
    meanings: dict[str, str] = {}
    for classes in load_shipped_scales()["words"].values():
        assert set(classes) <= set(RatingClass.values)
        for rating_class, wordings in classes.items():
            for wording in wordings:
                assert meanings.setdefault(build_label_key(wording), rating_class) == rating_class


def test_the_publishers_scale_with_the_label_is_used():
    assert read("True", Outlet("somebody", "truthorfiction.com"))[2] == "Truth or Fiction ratings"
    assert read("Truth", Outlet("somebody", "truthorfiction.com"))[2] == "Truth or Fiction"


def test_scales_can_be_distinguished_by_publisher_and_name():
    found = [(scale.publisher, scale.name) for scale in list_scales()]
    assert len(set(found)) == len(found)


def test_a_scale_as_it_comes_with_the_program():
    (scale,) = [
        one for one in list_scales() if (one.publisher, one.name) == ("politifact.com", "Truth-O-Meter")
    ]
    assert scale == (
        "politifact.com",
        "Truth-O-Meter",
        "1",
        "en",
        (
            ("True", "true"),
            ("Mostly True", "mostly_true"),
            ("Half True", "mixed"),
            ("Mostly False", "mostly_false"),
            ("False", "false"),
            ("Pants on Fire", "false"),
        ),
    )


def test_the_scale_in_the_language_of_the_review_is_used():
    afp = Outlet("AFP", "afp.com")
    assert read("Falso", afp, "pt-BR") == ("Falso", "false", "AFP Checamos")
    assert read("Falso", afp, "es") == ("Falso", "false", "AFP Factual")
    assert read("Falso", afp, "ko") == ("Falso", "false", "AFP Factual")
    assert read("خطأ", afp) == ("خطأ", "false", "في ميزان فرانس برس")


def test_a_word_of_several_languages_uses_the_stated_language():
    assert read_label("Falso", SOMEBODY) == Label("Falso", "Falso", "false")
    assert read_label("Falso", SOMEBODY, language="pt-BR") == Label("Falso", "Falso", "false", "", "pt")


@given(st.text(max_size=40))
def test_a_key_is_its_own_key(text):
    assert build_label_key(build_label_key(text)) == build_label_key(text)


@settings(deadline=None)  # the first of them loads the list
@given(st.text(max_size=12), st.text(max_size=12))
def test_nothing_maps_by_a_part_of_it(before, after):
    text = f"{before}zq false qz{after}"
    assert find_meaning(text) is None


def test_labels_of_research_sets_dialects_and_signs():
    classes = {
        "SUPPORTS": "true",
        "REFUTES": "false",
        "NOT_ENOUGH_INFO": "unproven",
        "not supported": "unproven",
        "مش صحيح": "false",
        "✔\ufe0f": "true",
        "✖": "false",
    }
    found = {text: read_label(text, None, language="es") for text in classes}
    labels = {text: label for text, label in found.items() if isinstance(label, Label)}
    assert {text: label.rating_class for text, label in labels.items()} == classes
    assert {labels[sign].language for sign in ("✔\ufe0f", "✖")} == {""}
    assert read_label("✖ True", None) == Label("✖ True", "✖ True")
