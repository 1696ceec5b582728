"""Typos: corrected searches, and words never suggested."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st

from claims.models import Claim, Publication
from claims.review import workflow
from claims.search.queries import SearchReading, correct_search, parse_search
from claims.search.spelling import compute_edit_distance, find_corrections
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.sweeps import sweep

Publish = Callable[..., Claim]

#: Words that no one-letter slip turns into each other.
STATEMENT = "The harbour bridge to Überlingen closes; the government of Kazakhstan says so."


@pytest.fixture
def harbour(publish: Publish) -> Claim:
    return publish(make_claim(STATEMENT))


@pytest.fixture
def harbour_of_2019(publish: Publish) -> Claim:
    return publish(make_claim(STATEMENT + " In 2019, 港口开放 at example.org."))


@pytest.mark.django_db
@sweep(
    ("typed", "meant"),
    [
        ("hrabour", "harbour"),  # changed places
        ("habour", "harbour"),  # too little
        ("harbbour", "harbour"),  # too much
        ("harbaur", "harbour"),  # wrong
        ("xarbour", "harbour"),  # wrong at the beginning
        ("govermnet", "government"),  # two slips in a long word
        ("gobernment", "government"),
        ("kasachstan", "kazakhstan"),
        ("gxvxrnment", "government"),  # two at the beginning
        ("UBERLNGEN", "uberlingen"),  # whatever case and accents
        ("Überlinggen", "uberlingen"),
        ("hrabour brigde", "harbour bridge"),
        ("hrabour bridge", "harbour bridge"),
        ('"hrabour  brigde" -ferrry', '"harbour  bridge" -ferrry'),
        ("“hrabour bridge”", '"harbour bridge"'),
        ("(hrabour) or brigde!", "(harbour) or bridge!"),
    ],
)
def test_misspelt_words_are_answered_as_meant(harbour: Claim, typed: str, meant: str) -> None:
    reading = answered(typed)
    assert (reading.typed_text, reading.searched_text, reading.is_corrected) == (typed, meant, True)
    assert [p.claim_id for p in Publication.objects.current().matching_search(reading)] == [harbour.pk]


@pytest.mark.django_db
@sweep(
    ("statement", "language", "typed", "meant"),
    [
        ("Правительство закрыло гавань.", "ru", "правителство", "правительство"),
        ("Η κυβέρνηση έκλεισε το λιμάνι.", "el", "κυβερνιση", "κυβερνηση"),
        ("أغلقت الحكومة الميناء.", "ar", "الحكوة", "الحكومة"),
        ("정부가 항구를 폐쇄했다.", "ko", "정브가", "정부가"),
        ("सरकार ने बंदरगाह बंद किया।", "hi", "सरकर", "सरकार"),
    ],
    undone=True,
)
def test_other_alphabets_are_forgiven_alike(
    publish: Publish, statement: str, language: str, typed: str, meant: str
) -> None:
    publish(make_claim(statement, language=language))
    assert answered(typed).searched_text == meant


@pytest.mark.django_db
@sweep(
    "typed",
    [
        "volcano",  # resembles nothing
        "so says harboured",  # found in another form
        "bri",  # too short to decide
        "bxxdge",  # two slips in a short word
        "2109",  # no word
        "-hrabour",  # not wanted
        "港口关闭",  # no spaces: nothing to compare
        "https://exmaple.org/",
    ],
)
def test_correct_words_are_unchanged(harbour_of_2019: Claim, typed: str) -> None:
    reading = answered(typed)
    assert (reading.searched_text, reading.is_corrected) == (typed, False)


@pytest.mark.django_db
def test_words_that_are_found_are_never_replaced(publish: Publish) -> None:
    """Rare is not wrong: the claim that says it is the one that is looked for."""
    publish(make_claim("The harbour is open."))
    rare = publish(make_claim("The harbor is open."))
    reading = answered("harbor")
    assert reading.searched_text == "harbor"
    assert [p.claim_id for p in Publication.objects.current().matching_search(reading)] == [rare.pk]


@pytest.mark.django_db
def test_a_typo_found_in_claims_is_corrected_if_nothing_matches(publish: Publish) -> None:
    """One publication mentions Hilary, but not her emails. Others mention Hillary's emails."""
    publish(make_claim("Hilary sails alone."))
    for number in range(2):
        publish(make_claim(f"Hillary emails number {number} are lost."))
    assert answered("hilary emails").searched_text == "hilary emails"  # two are not three times one
    last = publish(make_claim("All Hillary emails are lost."))
    reading = answered("hilary emails")
    assert (reading.typed_text, reading.searched_text) == ("hilary emails", "hillary emails")
    assert last.pk in Publication.objects.current().matching_search(reading).values_list(
        "claim_id", flat=True
    )
    assert answered("hilary").searched_text == "hilary"
    assert answered("hilary sails").searched_text == "hilary sails"
    assert answered("hilary volcano").searched_text == "hilary volcano"


@pytest.mark.django_db
def test_a_search_with_results_is_corrected_too_if_that_finds_many_more(publish: Publish) -> None:
    typo = publish(make_claim("Gretta Thunberg sails."))
    claims = [publish(make_claim(f"Greta Thunberg sails to port {number}.")) for number in range(10)]
    assert answered("gretta thunberg").searched_text == "gretta thunberg"
    claims.append(publish(make_claim("Greta Thunberg sails home.")))
    reading = answered("gretta thunberg")
    assert reading.searched_text == "gretta thunberg or greta thunberg"
    found = Publication.objects.current().matching_search(reading).values_list("claim_id", flat=True)
    assert sorted(found) == [claim.pk for claim in [typo, *claims]]


@pytest.mark.django_db
def test_a_word_known_only_in_another_form_is_corrected_like_a_rare_one(publish: Publish) -> None:
    publish(make_claim("Vacina e vacinas.", language="pt"))
    for number in range(10):
        publish(make_claim(f"Coronavirus vaccine {number}."))
    assert answered("coronavirus vacine").searched_text == "coronavirus vaccine"


@pytest.mark.django_db
def test_a_typo_is_corrected_to_the_word_that_occurs_beside_its_neighbour(
    publish: Publish,
) -> None:
    """People whose names resemble more frequent ones, and other words."""
    for number in range(3):
        publish(make_claim(f"Bill Gates buys island {number}."))
    for number in range(2):
        publish(make_claim(f"Angela Merkel visits port {number}."))
    for number in range(6):
        publish(make_claim(f"A big gate in Senator Merkley's park {number} is closed."))
    publish(make_claim("A car is a bil in Sweden."))
    meant = {
        "bil gates": "bill gates",  # a word, somewhere
        "bll gates": "bill gates",
        "angela merkle": "angela merkel",
        "angela merkle port": "angela merkel port",
        "agnela merkle": "angela merkel",
        "“Angela Merkle”": '"Angela merkel"',
        "merkle": "merkley",  # alone, the more frequent one
    }
    right = [
        "Gates, bil",  # not side by side in this order
        "bil",  # on its own
        "bil or gates",
        "gil gates",  # three letters with another first one resemble too much
        "bil bridge",
    ]
    readings = [answered(typed) for typed in [*meant, *right]]
    assert [(reading.typed_text, reading.searched_text, reading.is_corrected) for reading in readings] == [
        *((typed, instead, True) for typed, instead in meant.items()),
        *((typed, typed, False) for typed in right),
    ]


@pytest.mark.django_db
def test_a_rare_word_is_not_another_that_is_as_rare(publish: Publish) -> None:
    publish(make_claim("Bali governor gone."))
    publish(make_claim("Mali is a country."))
    assert answered("mali governor").searched_text == "mali governor"


@pytest.mark.django_db
def test_a_rare_word_is_kept_unless_another_occurs_beside_its_neighbour(publish: Publish) -> None:
    """However much more frequent the other is."""
    publish(make_claim("Mali is a country."))
    for number in range(4):
        publish(make_claim(f"Mail of the president, number {number}, is lost."))
    assert answered("mali president").searched_text == "mali president"
    publish(make_claim("The president's mail is lost. President mail!"))
    assert answered("president mali").searched_text == "president mail"
    publish(make_claim("The president of Mali says so: president Mali."))
    assert answered("lost president mali").searched_text == "lost president mali"


@pytest.mark.django_db
def test_unknown_words_are_corrected_before_those_that_are_rare(publish: Publish) -> None:
    rare = publish(make_claim("Hilary sails to the harbour."))
    for number in range(10):
        publish(make_claim(f"Hillary sails to harbour {number}."))
    reading = answered("hilary hrabour")
    assert reading.searched_text == "hilary harbour"
    assert [p.claim_id for p in Publication.objects.current().matching_search(reading)] == [rare.pk]


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["نتنياهو", "نتنياهو،", "“نتنياهو”", "نتنيـــاهو"])
def test_a_word_is_not_corrected_to_its_neighbour(publish: Publish, typed: str) -> None:
    claim = publish(make_claim("قال نتنياهو، إن الجسر مغلق.", language="ar"))
    reading = answered(typed)
    assert not reading.is_corrected
    assert [p.claim_id for p in Publication.objects.current().matching_search(reading)] == [claim.pk]


@pytest.mark.django_db
def test_the_more_frequent_of_two_equally_near_words_is_meant(publish: Publish) -> None:
    publish(make_claim("The lake is closed."))
    for number in range(2):
        publish(make_claim(f"The wake of ship {number} is seen."))
    publish(make_claim("The hake is caught."))
    assert corrected("xake") == "wake"


@pytest.mark.django_db
def test_a_correction_that_finds_nothing_is_not_made(publish: Publish) -> None:
    publish(make_claim("The harbour is closed."))
    publish(make_claim("The volcano is open."))
    assert corrected("hrabour volcano") == "harbour volcano"
    assert answered("hrabour volcano").searched_text == "hrabour volcano"


@pytest.mark.django_db
def test_words_of_drafts_are_never_suggested(publish: Publish, checker: User, editor: User) -> None:
    publish(make_claim("The harbour is closed."))
    secret = make_claim("The whistleblower is Ostrowski.", context="Zwischenlager")
    draft = make_draft(secret, checker, summary="Brunnenvergiftung", explanation="Kesselflicker")
    for typed in ("Ostrovski", "whistelblower", "Zwishenlager", "Brunenvergiftung", "Kesselfliker"):
        assert corrected(typed) is None
    for action, by in (("submit", checker), ("sign_off", editor)):
        draft = workflow.move(draft, action, by=by)
        assert corrected("Ostrovski") is None
    workflow.move(draft, "publish", by=editor)
    assert corrected("Ostrovski") == "ostrowski"
    assert corrected("Kesselfliker") == "kesselflicker"


@pytest.mark.django_db
def test_words_of_withdrawn_claims_are_never_suggested(publish: Publish, editor: User) -> None:
    publish(make_claim("The harbour is closed."))
    withdrawn = publish(make_claim("The harbour belongs to Ostrowski."))
    assert corrected("Ostrovski") == "ostrowski"
    verdict = withdrawn.verdicts.get()
    workflow.move(verdict, "retract", by=editor, note="It does not.")
    assert corrected("Ostrovski") is None
    assert corrected("hrabour") == "harbour"


@pytest.mark.django_db
def test_words_that_a_correction_took_back_are_never_suggested(publish: Publish) -> None:
    claim = publish(make_claim("The harbour is closed."), explanation="Ostrowski said so.")
    assert corrected("Ostrovski") == "ostrowski"
    publish(
        claim,
        explanation="The operator said so.",
        correction_kind="correction",
        correction_note="He did not.",
    )
    assert corrected("Ostrovski") is None
    assert corrected("oprator") == "operator"


@pytest.mark.django_db
def test_a_pasted_text_is_not_corrected_word_by_word(publish: Publish) -> None:
    publish(make_claim("The harbour is closed."))
    text = " ".join(f"wrd{letter}{letter}" for letter in "abcdefgh") + " hrabour"
    assert corrected(text) is None


@sweep(
    ("one", "other", "distance"),
    [
        ("", "", 0),
        ("bridge", "bridge", 0),
        ("brigde", "bridge", 1),
        ("brige", "bridge", 1),
        ("bridgee", "bridge", 1),
        ("pridge", "bridge", 1),
        ("birdeg", "bridge", 2),
        ("kitten", "sitting", 3),
    ],
)
def test_distance_counts_slips(one: str, other: str, distance: int) -> None:
    assert compute_edit_distance(one, other) == compute_edit_distance(other, one) == distance


@given(st.text("abc", max_size=8), st.text("abc", max_size=8))
def test_distance_is_between_the_lengths(one: str, other: str) -> None:
    assert abs(len(one) - len(other)) <= compute_edit_distance(one, other) <= max(len(one), len(other))
    assert (compute_edit_distance(one, other) == 0) == (one == other)


def answered(text: str) -> SearchReading:
    """A search of all that is published."""
    return correct_search(parse_search(text), Publication.objects.current().count_matches)


@pytest.mark.django_db
def test_nothing_published_is_nothing_to_suggest() -> None:
    assert answered("harbour") == parse_search("harbour")


def corrected(text: str) -> str | None:
    """The likeliest correction."""
    return next(find_corrections(text), None)
