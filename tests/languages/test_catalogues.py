"""Every string is translated into every language, with the same meaning as far as a program can check."""

import re
from collections import Counter
from gettext import c2py
from pathlib import Path

import pytest
from babel.messages import Catalog
from django.conf import settings

from deploy.messages.catalogues import (
    DOMAINS,
    PLURAL_FORMS,
    compile_catalogue,
    get_catalogue_path,
    is_translated,
    merge_catalogue,
    read,
    write_catalogue,
)
from deploy.messages.collection import TAG, collect_messages
from deploy.messages.extraction import (
    ExtractionFailed,
    Message,
    extract_from_python,
    extract_from_script,
    extract_from_template,
)
from tests.helpers.sweeps import sweep

ROOT: Path = settings.BASE_DIR
CATALOGUES = [(code, domain) for code in PLURAL_FORMS for domain in DOMAINS]

_PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|%[sdif%]|\{[\w.!:,]*\}")
_TAG = re.compile(r"</?[a-zA-Z][^>]*>")


@pytest.fixture(scope="module")
def marked() -> dict[str, dict[Message, list[str]]]:
    return {domain: collect_messages(ROOT, domain) for domain in DOMAINS}


def entries(code: str, domain: str) -> Catalog:
    return read(get_catalogue_path(ROOT, code, domain), code)


def forms(message: object) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else tuple(message or ())  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("code, domain", CATALOGUES)
def test_all_that_is_marked_is_there_and_nothing_else(
    code: str, domain: str, marked: dict[str, dict[Message, list[str]]]
) -> None:
    there = {(m.context or "", forms(m.id)) for m in entries(code, domain) if m.id}
    wanted = {(m.context, forms(m.id)) for m in marked[domain]}
    assert there == wanted, "run `make messages`"


@pytest.mark.slow
@pytest.mark.parametrize("code, domain", CATALOGUES)
def test_catalogue_is_as_it_is_written(
    code: str, domain: str, marked: dict[str, dict[Message, list[str]]]
) -> None:
    """So that a translator who saves it changes nothing but what they translated, and `.mo` and `.po` agree."""
    path = get_catalogue_path(ROOT, code, domain)
    assert (
        write_catalogue(merge_catalogue(entries(code, domain), marked[domain], code)) == path.read_bytes()
    ), "run `make messages`"
    assert path.with_suffix(".mo").read_bytes() == compile_catalogue(entries(code, domain)), (
        "run `make messages`"
    )


@pytest.mark.slow
@sweep("code, domain", CATALOGUES)
def test_every_string_is_translated(code: str, domain: str) -> None:
    left = [m.id for m in entries(code, domain) if m.id and not is_translated(m.string)]
    assert not left, f"{len(left)} are not translated, such as {left[:5]}"
    assert not [m.id for m in entries(code, domain) if m.id and m.fuzzy]


@sweep("code, domain", CATALOGUES)
def test_plural_forms_are_all_there(code: str, domain: str) -> None:
    number, expression = PLURAL_FORMS[code]
    catalog = entries(code, domain)
    assert (catalog.num_plurals, catalog.plural_expr) == (number, expression)
    wrong = [m.id for m in catalog if isinstance(m.id, tuple | list) and len(forms(m.string)) != number]
    assert not wrong


@sweep("code, domain", CATALOGUES)
def test_placeholders_are_those_of_the_original(code: str, domain: str) -> None:
    wrong = []
    for message in entries(code, domain):
        originals = [Counter(_PLACEHOLDER.findall(text)) for text in forms(message.id)]
        for text in forms(message.string):
            found = Counter(_PLACEHOLDER.findall(text))
            # The singular can omit the number: "ein Anspruch", "مرة واحدة".
            named = {name for name in found if name.startswith(("%(", "{"))}
            allowed = set().union(*originals)
            fits = (
                found in originals if len(originals) == 1 else named <= allowed and not (set(found) - allowed)
            )
            if message.id and text and not fits:
                wrong.append((message.id, text))
    assert not wrong


@sweep("code, domain", CATALOGUES)
def test_plural_forms_contain_the_number(code: str, domain: str) -> None:
    """The form for many, which most numbers use, has all placeholders of the plural."""
    wrong = []
    for message in entries(code, domain):
        if isinstance(message.id, tuple | list) and is_translated(message.string):
            wanted = Counter(_PLACEHOLDER.findall(message.id[1]))
            if Counter(_PLACEHOLDER.findall(forms(message.string)[-1])) != wanted:
                wrong.append(message.id)
    assert not wrong


def test_arabic_says_one_and_two_by_words_and_not_by_a_number_as_well() -> None:
    """As in "one claim (1)". Positional placeholders cannot be left out."""
    wrong = [
        text
        for message in entries("ar", "django")
        if isinstance(message.id, tuple | list) and "(%(" not in message.id[0]
        for text in forms(message.string)[:3]
        if re.search(r"\(%\(\w+\)s\)", text)
    ]
    assert not wrong


@sweep("code, domain", CATALOGUES)
def test_white_space_at_the_ends_and_mark_up_are_those_of_the_original(code: str, domain: str) -> None:
    wrong = []
    for message in entries(code, domain):
        if not message.id or not is_translated(message.string):
            continue
        original = forms(message.id)[0]
        for text in forms(message.string):
            same_ends = _ends(text) == _ends(original)
            same_tags = Counter(_TAG.findall(text)) == Counter(_TAG.findall(original))
            if not (same_ends and same_tags):
                wrong.append((original, text))
    assert not wrong


def _ends(text: str) -> tuple[str, str]:
    """White space at the beginning and at the end; before a mark, French has a space that does not break."""
    text = re.sub("^\N{NO-BREAK SPACE}(?=[;:!?»])", "", text)
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


@sweep("code, domain", CATALOGUES)
def test_nothing_that_turns_or_hides_text_is_in_it(code: str, domain: str) -> None:
    """Signs that set a direction for what follows would turn what people wrote; pages isolate it by `dir`."""
    hidden = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\u00ad\x00-\x08]")
    assert not [m.id for m in entries(code, domain) if any(map(hidden.search, forms(m.string)))]


@sweep("code", PLURAL_FORMS)
def test_page_knows_the_language_of_its_words(code: str) -> None:
    [tag] = [m for m in entries(code, "django") if m.context == TAG.context]
    assert tag.string == code


@sweep(
    "code, numbers",
    [
        ("de", {0: 1, 1: 0, 2: 1}),
        ("fr", {0: 0, 1: 0, 2: 1}),
        ("pt", {0: 1, 1: 0, 2: 1}),
        ("ko", {0: 0, 1: 0, 7: 0}),
        ("es", {0: 1, 1: 0, 2: 1}),
        ("ar", {0: 0, 1: 1, 2: 2, 3: 3, 10: 3, 11: 4, 99: 4, 100: 5, 102: 5, 103: 3}),
    ],
)
def test_which_form_a_number_takes(code: str, numbers: dict[int, int]) -> None:
    rule = c2py(PLURAL_FORMS[code][1])
    assert {number: rule(number) for number in numbers} == numbers


def test_catalogues_are_of_the_languages_that_are_offered() -> None:
    assert {"en", *PLURAL_FORMS} == {code for code, _name in settings.LANGUAGES}


# How they are collected -----------------------------------------------------------------------------------------------


def test_python_is_read_by_the_meaning_of_its_names() -> None:
    source = """
from django.utils.translation import gettext as _, ngettext_lazy as several, pgettext, gettext_noop
from elsewhere import gettext_lazy
a = _("One " "sentence.")
b = several("%d claim", "%d claims", "n")
c = pgettext("a month", "May")
d = gettext_noop("Kept")
e = gettext_lazy("not Django's")
f = _(d)
"""
    assert set(extract_from_python(source, "x.py")) == {
        Message("One sentence."),
        Message("%d claim", "%d claims"),
        Message("May", context="a month"),
        Message("Kept"),
    }


@sweep("call", ['_(f"{a} claims")', '_("a" + b)', "ngettext(a, b, 2)", '_("%s" % a)'])
def test_concatenated_texts_are_not_messages(call: str) -> None:
    source = f"from django.utils.translation import gettext as _, ngettext\nx = {call}\n"
    with pytest.raises(ExtractionFailed, match="must be written out"):
        list(extract_from_python(source, "x.py"))


def test_templates_are_read_as_django_looks_words_up() -> None:
    template = """{% load i18n %}{% translate "100% of it" %}{% translate 'May' context "a month" %}
    {% blocktranslate trimmed with n=1 %}
       It is {{ n }}.
    {% endblocktranslate %}
    {% blocktranslate count n=n %}one "claim"{% plural %}{{ n }} claims{% endblocktranslate %}
    {{ x|default:_("nothing") }}"""
    found = set(extract_from_template(template, "x.html"))
    assert found == {
        Message("100%% of it"),
        Message("May", context="a month"),
        Message("It is %(n)s."),
        Message('one "claim"', "%(n)s claims"),
        Message("nothing"),
    }


def test_texts_that_a_quotation_mark_would_cut_are_not_messages() -> None:
    with pytest.raises(ExtractionFailed, match="other quotation marks"):
        list(extract_from_template(r'{% load i18n %}{% translate "Say \"please\" first" %}', "x.html"))
    [whole] = extract_from_template("""{% load i18n %}{% translate 'Say "please" first' %}""", "x.html")
    assert whole == Message('Say "please" first')


def test_scripts_are_read_with_their_plurals_and_inside_of_templates(tmp_path: Path) -> None:
    script = tmp_path / "x.js"
    script.write_text(
        'a = translate("One"); b = ngettext("%s claim", "%s claims", n); c = `${gettext("Inside")}`; d = translate(e);'
    )
    assert set(extract_from_script(script)) == {
        Message("One"),
        Message("%s claim", "%s claims"),
        Message("Inside"),
    }


def test_translations_stay_when_words_are_collected_again() -> None:
    old = merge_catalogue(
        Catalog(locale="de"), {Message("One"): ["a.py"], Message("%d x", "%d y"): ["a.py"]}, "de"
    )
    old.get("One").string = "Eins"  # type: ignore[union-attr]  # it is there
    old.get(("%d x", "%d y")).string = ("%d X", "%d Y")  # type: ignore[union-attr]
    new = merge_catalogue(
        old, {Message("One"): ["b.py"], Message("%d x", "%d y"): ["b.py"], Message("Two"): ["b.py"]}, "de"
    )
    text = write_catalogue(new).decode()
    assert 'msgid "One"\nmsgstr "Eins"' in text
    assert 'msgstr[1] "%d Y"' in text
    assert 'msgid "Two"\nmsgstr ""' in text
    assert "#: b.py" in text
    assert not re.search(r"#: .*:\d|POT-Creation|Revision-Date", text)


def test_missing_forms_are_shown_in_english() -> None:
    half = merge_catalogue(Catalog(locale="de"), {Message("%d x", "%d y"): ["a.py"]}, "de")
    half.get(("%d x", "%d y")).string = ("%d X", "")  # type: ignore[union-attr]
    assert b"%d x" not in compile_catalogue(half)


#: How friends are addressed, in languages in which a newsroom's program does not do so.
_FAMILIAR = {
    "de": r"\b([Dd]u|[Dd]ein(e[mnrs]?)?|[Dd]ir|[Dd]ich)\b|\bBitte (gib|wähle|versuche|bestätige|klick|folge)\b",
    "es": r"\b([Tt]ú|[Tt]us?|[Pp]uedes|[Tt]ienes|[Ee]stás|[Ii]ntroduce|[Tt]en)\b",
    "fr": r"\b([Tt]u|[Tt]on|[Tt]es|[Tt]oi)\b",
}


@pytest.mark.parametrize("code", _FAMILIAR)
def test_users_are_addressed_politely(code: str) -> None:
    """Libraries do not, so their messages are replaced."""
    familiar = re.compile(_FAMILIAR[code])
    texts = [text for message in entries(code, "django") for text in forms(message.string)]
    assert [text for text in texts if familiar.search(re.sub("<[^>]*>", "", text))] == []
