"""Cues are places, and true: no word of a lexicon inside another word, no name that is a phrase."""

from claims.articles.detection.cues import SentenceCue, find_cues, find_years
from claims.articles.detection.lexicon import load_lexicon, tokenise
from tests.helpers.sweeps import sweep


def cues(text: str, tag: str = "en") -> set[tuple[str, str]]:
    known = load_lexicon(tag)
    found = find_cues(text, tokenise(text), known)
    return {(cue.kind, text[cue.start : cue.end]) for cue in found}


def kinds(text: str, tag: str) -> set[str]:
    return {kind for kind, _ in cues(text, tag)}


# What the word lists of `benchmarks/articles/lexicon_words.py` found, a few for each language.
@sweep(
    ("tag", "kind", "traps", "word"),
    [
        ("en", "change", "surgery surgeon raisins eastern stallion source improvised", "surged"),
        ("en", "law or decision", "committee signal significant treatment electric ruler", "signed"),
        ("en", "cause", "after following", "causes"),
        ("de", "law or decision", "stimmt wahllos vertragen gerichtet gesetzt bestimmt", "Urteil"),
        ("de", "superlative", "hauptsächlich Hauptbahnhof", "größte"),
        ("de", "institution or group", "insgesamt samt Ehrenamt", "Landesamt"),
        ("de", "change", "kürzlich Kürzel", "kürzte"),
        ("fr", "law or decision", "signal significatif votre accordéon nommément rejeton", "voté"),
        ("fr", "change", "doublure doublage fermement fermentation progressiste reculons", "doublé"),
        ("es", "change", "bajo bajos descendientes crecida mejor retiros subirme cerro amplio", "bajó"),
        ("es", "law or decision", "nombre firme firmemente detenidamente condensada", "firmó"),
        ("it", "change", "Salvini salvare salto calma calcio personale tagliatelle", "crollato"),
        ("it", "law or decision", "assolutamente elettrica Vietnam nominale firmware", "firmato"),
        ("it", "feeling", "piano pianeta piante pianoforte", "piange"),
        ("pt", "change", "recursos cortina cortesia amplitude melhor reduto dobradinha subitamente", "subiu"),
        ("pt", "law or decision", "nome presentes presidente assinala aproveitar acordar obrigado", "assinou"),
        ("pt", "prediction", "tubarão camarão Ribeirão quarteirão verão", "serão"),
        ("nl", "law or decision", "stempel stembanden overeen", "stemde"),
        ("nl", "change", "daalder vervanger", "daalde"),
        ("nl", "cause", "door na", "veroorzaakt"),
        ("pl", "superlative", "najpierw najem najazd", "największy"),
        ("pl", "law or decision", "ustawienia ustawione wizytówka zatrzymaj", "ustawa"),
        ("pl", "change", "spadam poprawnie skrócie", "spadek"),
        ("ru", "measure", "метро метрополия тоннель", "тонн"),
        ("ru", "institution or group", "странно страница партизан банкрот Мэриленд", "страна"),
        ("ru", "law or decision", "указал закончил выборка обязательно откровенно встречный", "закон"),
        ("ru", "change", "Ростов ростелеком", "вырос"),
        ("tr", "change", "artık Arthur düşman düşünce büyükelçi değişik artı", "arttı"),
        ("tr", "law or decision", "kararlı Cezayir suçlar açık", "yasak"),
        ("tr", "prediction", "bacak sıcak ocak", "olacak"),
        ("hi", "change", "घटना घटिया गिरफ्तार गिरोह बढ़िया", "घटाया"),
        ("ko", "institution or group", "시청자 대학살 협의회", "경찰"),
        ("ko", "change", "떠올랐 라인하르트 늘어놓", "증가"),
        ("ko", "law or decision", "방법은 방법을", "판결"),
        ("zh", "institution or group", "结局 布局 县城", "法院"),
        ("zh", "prediction", "将军 少将 中将", "将会"),
        ("zh", "comparison", "纽约 比赛 附近 哥伦比亚", "超过"),
        ("ja", "measure", "程度 役割 ワシントン", "パーセント"),
        ("ja", "change", "盛り上がった 拡大鏡 ぶら下がった", "増加"),
        ("ar", "cause", "بعد", "بسبب"),
        ("ar", "addresses the reader", "كانت كانا", "أنت"),
        ("ar", "wish", "كامل", "نأمل"),
    ],
)  # fmt: skip
def test_a_lexicon_word_inside_another_word_does_not_count(
    tag: str, kind: str, traps: str, word: str
) -> None:
    for trap in traps.split():
        assert (kind, trap) not in cues(f"x {trap} x", tag), trap
        assert kind not in kinds(trap, tag), trap
    assert kind in kinds(f"x {word} x", tag)


@sweep(
    ("text", "tag", "kind"),
    [
        ("È stato un anno difficile.", "it", "institution or group"),
        ("Ha estado en casa.", "es", "institution or group"),
        ("Tem estado em casa.", "pt", "institution or group"),
        ("In the evening Expander spoke with Increaser.", "en", "change"),
        ("Ieri Scendini e Crescenzi erano a casa.", "it", "change"),
        ("Ayer Aumentez y Reducindo no vinieron.", "es", "change"),
    ],
)
def test_a_name_is_no_phrase_and_a_small_word_no_state(text: str, tag: str, kind: str) -> None:
    assert kind not in kinds(text, tag)


def test_a_capital_that_opens_a_quotation_makes_no_name() -> None:
    assert ("change", "Increasing") in cues('He said: "Increasing it was right."')


@sweep(
    ("text", "tag", "expected"),
    [
        ("Fares rose by 12 percent in 2019.", "en", {("quantity", "12 percent"), ("date", "2019"), ("change", "rose")}),
        ("It cost 41 million pounds sterling.", "en", {("number", "41"), ("number", "million")}),
        ("It costs $3.50 a litre.", "en", {("quantity", "$3.50")}),
        ("The train left at 14:05.", "en", {("date", "14:05")}),
        ("Die Zahl stieg um 3,5 Prozent.", "de", {("quantity", "3,5 Prozent"), ("change", "stieg")}),
        ("व्यय ₹१,८०० बढ़ा।", "hi", {("quantity", "₹१,८००"), ("change", "बढ़ा")}),
        ("失业率为5.3%。", "zh", {("quantity", "5.3%"), ("measure", "失业率")}),
        ("物価は30年ぶりに3割上がった。", "ja", {("quantity", "3割"), ("duration", "年ぶり")}),
        ("בבדיקה נמצאו ב-46 אחוז.", "he", {("number", "46")}),
        ("Is it true?", "en", {("question", "?")}),
        ("Τι θα γίνει τώρα;", "el", {("question", ";")}),
    ],
)  # fmt: skip
def test_figures_and_phrases_are_found_at_their_place(
    text: str, tag: str, expected: set[tuple[str, str]]
) -> None:
    assert expected <= cues(text, tag)


def test_a_measure_without_a_number_is_no_quantity() -> None:
    assert cues("The percentage was never published, and 30 people left.") & {
        ("quantity", "percentage"),
        ("quantity", "percentage was never published, and 30"),
    } == set()  # fmt: skip


def test_a_cue_is_an_offset_in_the_sentence() -> None:
    text = "Fares rose."
    assert find_cues(text, tokenise(text), load_lexicon("en")) == [
        SentenceCue("change", 6, 10),
    ]


def test_years_are_read_in_any_digits() -> None:
    assert find_years("از ۱۹۹۹ تا ٢٠٢١ و 40 نفر") == [1999, 2021]
