"""Check a text: the results shown to readers, data never shown, and data stored."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from lxml import html
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim, Repeat
from claims.public.pages import check
from claims.public.pages.check import MAX_TEXT_LENGTH
from factcheck.installation.environment import Rate
from sources.models import Publisher
from tests.helpers.answers import Answers
from tests.helpers.newsroom import make_appearance, make_claim, make_snapshot, make_source
from tests.helpers.reader_pages import page, statements, words

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]

TEXT = "The tunnel is safe. Trams are free. It rains."


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    fake = Answers()
    monkeypatch.setattr(check, "match_published_text", fake)
    return fake


def posted(client: Client, text: str, **extra: Any) -> html.HtmlElement:
    response = client.post("/check/answer/", {"text": text}, **extra)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    return html.document_fromstring(response.content.decode())


def found(document: html.HtmlElement) -> list[str]:
    return [words(item) for item in document.cssselect(".match-list > li")]


def test_the_page_with_the_field_can_be_kept_by_caches(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        document = page(client, "/check/")
    (form,) = document.cssselect("form.paste")
    assert (form.get("action"), form.get("method")) == ("/check/answer/", "post")
    assert "public" in client.get("/check/")["Cache-Control"]
    assert not client.get("/check/").cookies


def test_a_sentence_that_was_checked_is_marked_and_explained(
    client: Client, publish: Publish, answers: Answers
) -> None:
    claim = publish(make_claim("The tunnel is safe."))
    answers.know("The tunnel is safe.", claim)
    document = posted(client, TEXT)
    (mark,) = document.cssselect("mark")
    assert words(mark) == "The same claim was rated False: The tunnel is safe.1"
    assert mark.cssselect("a")[0].get("href") == "#match-1"
    assert found(document) == [
        "1 The same claim (very likely) The tunnel is safe. False Factcheck Newsroom, 1 March 2026 Why: the same words"
    ]
    assert document.cssselect("#match-1 a")[1].get("href") == claim.get_absolute_url()
    assert answers.asked == [(TEXT, None)]


def test_the_text_comes_back_word_for_word(client: Client, answers: Answers) -> None:
    text = "<b>One</b> & two.\n\nThree\nfour. “Fünf”…"
    document = posted(client, text)
    paragraphs = [paragraph.text_content() for paragraph in document.cssselect(".source-text p")]
    assert paragraphs == ["<b>One</b> & two.", "Three\nfour. “Fünf”…"]


def test_the_opposite_is_never_shown_in_the_colours_of_the_verdict(
    client: Client, publish: Publish, answers: Answers
) -> None:
    claim = publish(make_claim("The tunnel is not safe."))
    answers.know(
        "The tunnel is safe.", claim, "contradicts", confidence=0.8, reasons=("one of them denies it",)
    )
    document = posted(client, TEXT)
    (mark,) = document.cssselect("mark")
    assert mark.get("class") == "match-contradicts"
    assert words(mark) == "The checked claim differs: The tunnel is safe.1"
    assert found(document) == [
        (
            "1 The checked claim differs (likely) The tunnel is not safe. False Factcheck Newsroom, 1 March "
            "2026 The rating applies to the checked claim, not to this sentence. Why: one of them denies it"
        )
    ]


def test_the_same_matter_is_distinguished_from_the_same_claim(
    client: Client, publish: Publish, answers: Answers
) -> None:
    answers.know(
        "Trams are free.", publish(make_claim("Buses are free.")), "related", confidence=0.5, reasons=()
    )
    document = posted(client, TEXT)
    assert document.cssselect("mark")[0].get("class") == "match-related"
    assert found(document) == [
        (
            "1 On the same subject. Compare: Buses are free. False Factcheck Newsroom, 1 March 2026 The "
            "rating applies to the checked claim. Check for yourself whether this sentence says the same thing."
        )
    ]


def test_the_differing_words_are_marked_on_both_sides(client: Client, publish: Publish) -> None:
    publish(make_claim("The mayor <b>of Elsterstadt</b> closed two hospitals in 2019."))
    document = posted(client, "The mayor of Elsterstadt sold two hospitals in 2019.")
    assert [words(each) for each in document.cssselect(".match .differs")] == ["<b>", "</b> closed", "sold"]


def test_the_sum_counts_each_kind(client: Client, publish: Publish, answers: Answers) -> None:
    claim = publish()
    answers.know("The tunnel is safe.", claim)
    answers.know("Trams are free.", claim, "contradicts")
    (summary,) = posted(client, TEXT).cssselect(".sum")
    assert [words(item) for item in summary.cssselect("li")] == [
        "1 sentence makes a claim that has been checked.",
        "1 sentence says the opposite of a checked claim.",
        (
            "Nothing was found for 1 sentence. “Nothing found” does not mean true. It means that no "
            "fact check here is about the text, or that our search did not find one."
        ),
    ]


def test_nothing_found_is_no_verdict(client: Client, publish: Publish, answers: Answers) -> None:
    publish()
    document = posted(client, TEXT)
    (item,) = document.cssselect(".sum li")
    assert words(item).startswith("Nothing was found for 3 sentences. “Nothing found” does not mean true")
    assert document.cssselect("mark") == []


def test_a_post_that_makes_its_claim_in_several_sentences_is_one(
    client: Client, publish: Publish, answers: Answers
) -> None:
    answers.know(TEXT, publish(make_claim("All is well.")))
    (mark,) = posted(client, TEXT).cssselect("mark")
    assert words(mark) == f"The same claim was rated False: {TEXT}1"
    answers.know("It rains.", publish(make_claim("It rains.")))
    (mark,) = posted(client, TEXT).cssselect("mark")
    assert words(mark) == "The same claim was rated False: It rains.1"


def test_a_claim_near_to_a_whole_post_is_shown_unless_a_sentence_decides_otherwise(
    client: Client, publish: Publish, answers: Answers
) -> None:
    answers.know("It rains.", publish(make_claim("It snows.")), "related")
    answers.know(TEXT, publish(make_claim("All is well.")), "related", confidence=0.16)
    (mark,) = posted(client, TEXT).cssselect("mark")
    assert words(mark) == f"On the same subject. Compare: {TEXT}1"
    answers.know("Trams are free.", publish(make_claim("Trams are not free.")), "contradicts")
    marks = posted(client, TEXT).cssselect("mark")
    assert [words(mark) for mark in marks] == [
        "The checked claim differs: Trams are free.1",
        "On the same subject. Compare: It rains.2",
    ]


def test_a_comparison_by_words_only_is_mentioned(client: Client, answers: Answers) -> None:
    said = "We compared only words"
    assert said not in words(posted(client, TEXT))
    answers.embedder = ""
    assert said in words(posted(client, TEXT))


def test_each_publisher_of_a_claim_is_named(client: Client, publish: Publish, answers: Answers) -> None:
    other = Publisher.objects.create(name="The Harbour Post", kind="news")
    claim = publish()
    publish(claim, publisher=other, code="mixed")
    answers.know("It rains.", claim)
    (item,) = found(posted(client, TEXT))
    assert ("Factcheck Newsroom" in item, "The Harbour Post" in item) == (True, True)


def test_a_draft_that_matching_lets_slip_is_not_shown(
    client: Client, publish: Publish, answers: Answers
) -> None:
    publish()
    answers.know("The tunnel is safe.", make_claim("Xylograph is a draft."), reasons=("xylograph",))
    response = client.post("/check/answer/", {"text": TEXT})
    assert "ylograph" not in response.content.decode()
    assert "Nothing was found for <strong>3 sentences</strong>." in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_costs_two_queries_beside_matching(
    client: Client,
    publish: Publish,
    answers: Answers,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for number in range(count):
        answers.know(f"Sentence {number}.", publish(make_claim(f"Sentence {number}.")))
    text = " ".join(f"Sentence {number}." for number in range(count))
    with django_assert_num_queries(2):  # the claims, and whether newsrooms elsewhere have any
        assert len(found(posted(client, text))) == count


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "Paste a text first: a post, a speech, an article, or an address."),
        (" \n ", "Paste a text first: a post, a speech, an article, or an address."),
        (
            "x" * (MAX_TEXT_LENGTH + 1),
            "The text has 25001 characters; the limit is 25000. Paste it in parts.",
        ),
        ("a\0b", "Null characters are not allowed."),
    ],
)
def test_an_unusable_text_is_reported_beside_the_field(
    client: Client, answers: Answers, text: str, said: str
) -> None:
    document = posted(client, text)
    assert [words(error) for error in document.cssselect(".refused")] == [said]
    assert document.cssselect("#text")[0].get("aria-invalid") == "true"
    assert answers.asked == []


def test_the_answer_by_itself_leads_to_the_field(client: Client) -> None:
    assert client.get("/check/answer/")["Location"] == "/check/"


def test_the_address_with_a_text_shows_its_answer_and_is_offered_for_sharing(
    client: Client, publish: Publish, answers: Answers, settings: Any
) -> None:
    settings.KEEP_REPEATED_SENTENCES = True
    answers.know("The tunnel is safe.", publish(make_claim("The tunnel is safe.")))
    pasted = posted(client, "The tunnel is safe. Is 5 > 4 & true?")
    Repeat.objects.all().delete()
    [link] = [one.get("href") for one in pasted.cssselect("a") if words(one) == "Link to this result"]
    response = client.get(link, follow=True)
    assert response["Cache-Control"] == "no-store"
    document = html.document_fromstring(response.content.decode())
    assert found(document) == found(pasted)
    assert document.cssselect("#text")[0].text.strip() == "The tunnel is safe. Is 5 > 4 & true?"
    assert not Repeat.objects.exists(), "a link may be followed by a program"


def test_a_text_too_long_for_an_address_has_no_link(client: Client, answers: Answers) -> None:
    assert "Link to this result" not in words(posted(client, "It rains. " * 101))


def test_an_address_without_a_text_shows_the_field(client: Client) -> None:
    assert client.get("/check/?text=+").status_code == 200


def test_needs_no_cookie_and_sets_none(answers: Answers) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/check/answer/", {"text": "It rains."})
    assert (response.status_code, list(response.cookies)) == (200, [])


# Addresses


def test_a_known_address_shows_its_text_with_the_checked_claims(
    client: Client, publish: Publish, answers: Answers
) -> None:
    source = make_source(
        "The tunnel is safe. Trams are free.", title="A speech", url="https://example.org/speech"
    )
    claim = make_claim("The tunnel is safe.")
    make_appearance(claim, source, "The tunnel is safe")
    publish(claim)
    answers.know("The tunnel is safe.", claim)
    document = posted(client, "http://www.example.org/speech/?utm_source=x")
    assert words(document.cssselect("h1")[0]) == "This address in our sources"
    assert (
        words(document.cssselect(".source-text")[0])
        == "The same claim was rated False: The tunnel is safe.1 Trams are free."
    )
    assert statements(document) == ["The tunnel is safe."]


def test_a_text_that_is_not_ours_to_show_stays_hidden(
    client: Client, publish: Publish, answers: Answers
) -> None:
    source = make_source("The tunnel is safe. Xylograph.", url="https://example.org/speech", show_text=False)
    claim = make_claim("The tunnel is safe.")
    make_appearance(claim, source, "The tunnel is safe")
    publish(claim)
    document = posted(client, "https://example.org/speech")
    assert (document.cssselect(".source-text"), statements(document)) == ([], ["The tunnel is safe."])
    assert answers.asked == []


def test_a_source_of_drafts_alone_is_not_known(client: Client, answers: Answers) -> None:
    source = make_source("Xylograph is a draft.", title="Xylograph", url="https://example.org/secret")
    make_appearance(make_claim("Xylograph is a draft."), source, "Xylograph")
    response = client.post("/check/answer/", {"text": "https://example.org/secret"})
    assert "ylograph" not in response.content.decode()
    assert "No published claim is related to this address." in response.content.decode()


def test_a_newer_unpublished_snapshot_is_not_shown(
    client: Client, publish: Publish, answers: Answers
) -> None:
    source = make_source("The tunnel is safe.", url="https://example.org/speech")
    claim = make_claim("The tunnel is safe.")
    make_appearance(claim, source, "The tunnel is safe")
    publish(claim)
    make_snapshot(source, "The tunnel is safe. Xylograph.")
    assert "ylograph" not in client.post("/check/answer/", {"text": source.url}).content.decode()


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "http://127.0.0.1/admin/", "file:///etc/passwd"]
)
def test_no_address_is_opened(
    client: Client, answers: Answers, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def opened(*_args: Any, **_named: Any) -> None:
        raise AssertionError("It was opened.")

    monkeypatch.setattr("socket.socket.connect", opened)
    monkeypatch.setattr("sources.http.fetched_documents.fetch", opened)
    assert posted(client, address).cssselect("h1")


# Stored data


def test_nothing_is_kept_of_a_text(client: Client, publish: Publish, answers: Answers) -> None:
    answers.know("The tunnel is safe.", publish())
    posted(client, TEXT)
    assert not Repeat.objects.exists()
    assert "nothing is stored" in words(page(client, "/check/").cssselect("#text-kept")[0])


def test_where_the_operator_allows_it_only_repeated_sentences_are_kept(
    client: Client, publish: Publish, answers: Answers, settings: Any
) -> None:
    settings.KEEP_REPEATED_SENTENCES = True
    claim = publish()
    answers.know("The tunnel is safe.", claim)
    answers.know("Trams are free.", publish(), "contradicts")
    answers.know("It rains.", make_claim("Xylograph is a draft."))
    for _time in range(2):
        posted(client, TEXT)
    kept = Repeat.objects.get()
    assert (kept.exact, kept.claim, kept.origin, kept.times, kept.source) == (
        "The tunnel is safe.", claim, "reader", 2, None,
    )  # fmt: skip
    assert "are stored" in words(page(client, "/check/").cssselect("#text-kept")[0])


# Ways there, and limits


def test_ways_lead_to_it(client: Client, publish: Publish) -> None:
    publish()
    assert page(client, "/claims/").cssselect('search a[href="/check/"]')
    document = page(client, "/claims/?q=volcano+erupts")
    (form,) = document.cssselect('.empty form[action="/check/"]')
    assert form.cssselect("input[name=text]")[0].get("value") == "volcano erupts"


def test_claims_that_a_search_may_mean_can_be_compared_too(client: Client, publish: Publish) -> None:
    publish(make_claim("The harbour bridge cost 40 million euros."))
    document = page(client, "/claims/?q=the+harbour+bridge+cost+40+million+euros+says+xylograph")
    assert statements(document) == ["The harbour bridge cost 40 million euros."]
    (form,) = document.cssselect('.instead form[action="/check/"]')
    assert form.cssselect("input[name=text]")[0].get("value").endswith("xylograph")


def test_a_check_costs_more_than_a_page(client: Client, settings: Any, answers: Answers) -> None:
    settings.RATE_LIMIT_PAGES = Rate(8, 60)
    statuses = [client.post("/check/answer/", {"text": "It rains."}).status_code for _time in range(2)]
    assert statuses == [200, 429]
    assert client.get("/check/").status_code == 200


def test_the_page_links_to_the_form_for_requests(client: Client) -> None:
    links = [one.get("href") for one in page(client, "/pt/check/").cssselect("main a")]
    assert "/pt/ask/" in links
