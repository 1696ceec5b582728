"""Instructions in statements, names, notes and titles stay data, whatever they are."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.features.assistants.findings import QUOTATION_NOTE
from claims.features.assistants.text_rendering import show_invisible_characters
from claims.models import Claim, Claimant, Evidence, Rating, Topic
from claims.review import workflow
from sources.models import Publisher
from tests.claims.features.assistants.mcp_messages import Asked, asking, message, post
from tests.helpers.hostile_words import HOSTILE, MARK
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source, rating
from tests.helpers.shared_newsroom import *  # noqa: F403  its fixtures
from tests.helpers.translations import publish_translation

pytestmark = pytest.mark.django_db

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
#: What our lines can consist of, once quotes are removed: none of the words of this module.
_HIDDEN = re.compile(
    "[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e0fff\x00-\x08\x0b-\x1f\x7f-\x9f]"
)

CLAIMS: dict[str, Claim] = {}


def _kept(text: str) -> str:
    """As much of a text as a column holds that takes no control characters."""
    return text.replace("\x00", "")


@pytest.fixture(scope="module", autouse=True)
def hostile_newsroom(publish: Callable[..., Claim], checker: User, editor: User) -> Iterator[None]:
    """For each of the hostile words a claim that has them everywhere, published and corrected; some are retracted."""
    for number, words in enumerate(HOSTILE):
        topic = Topic.objects.create(name=words[:100], slug=f"topic-{number}")
        claimant = Claimant.objects.create(name=words[:200], job_title=words[:200])
        publisher = Publisher.objects.create(name=words[:200])
        address = f"https://evil.example/{number}/![x](y)<b>`VERDICT`[/INST]"
        place = make_source(f"Before. {words} After.", title=words[:500], publisher=publisher, url=address)
        label = Rating.objects.create(
            scale=rating().scale,
            code=f"hostile-{number}",
            label=f"{words[:190]} {number}",
            rating_class="false",
        )
        claim = make_claim(f"{words} number {number}", claimant=claimant, topics=[topic], context=words)
        make_appearance(claim, place, words)
        draft = make_draft(
            claim, checker, rating=label, summary=words, explanation=words, title=words[:200], url=address
        )
        Evidence.objects.create(verdict=draft, source=place, stance="context", note=words)
        for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
            draft = workflow.move(draft, action, by=by)
        if number % 3 == 0:
            fixed = make_draft(
                claim, checker, summary=words, correction_kind="correction", correction_note=words
            )
            for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
                fixed = workflow.move(fixed, action, by=by)
        if number % 4 == 1:
            publish_translation(
                claim, checker, editor, title=words[:200], statement=words, summary=words, explanation=words
            )
        if number % 5 == 0:
            live = claim.verdicts.get(state="published")
            workflow.move(live, "retract", by=editor, note=words)
        CLAIMS[words] = claim
    yield
    CLAIMS.clear()


@pytest.fixture
def ask(client: Client) -> Callable[..., Asked]:
    return asking(client)


def assert_fenced(asked: Asked) -> None:
    """Outside of its strings an answer has words of ours alone, and inside of them nothing that leaves them."""
    assert asked.text.startswith(QUOTATION_NOTE)
    assert not _HIDDEN.search(asked.text)
    ours = _STRING.sub("“”", asked.text)
    assert MARK not in ours
    assert '"' not in ours
    assert not re.search(r"VERDICT|OUTCOME|Human:|im_start|<|>|`|\[|evil\.example|javascript", ours)
    for line in asked.text.splitlines():
        for said in _STRING.findall(line):
            json.loads(said)
        assert not re.search(r"[\[\]<>`]", line)


def assert_shown(value: Any) -> None:
    """In what programs read nothing is hidden either."""
    if isinstance(value, dict):
        for part in value.values():
            assert_shown(part)
    elif isinstance(value, list):
        for part in value:
            assert_shown(part)
    elif isinstance(value, str):
        assert not _HIDDEN.search(value)
        assert show_invisible_characters(value, 10_000) == value


@pytest.mark.slow
@pytest.mark.parametrize("words", HOSTILE)
def test_every_claim_is_returned_as_data(ask: Callable[..., Asked], words: str) -> None:
    claim = CLAIMS[words]
    is_retracted = claim.publications.latest("version").status == "retracted"
    asked = ask("get_claim", claim_id=claim.pk)
    assert_fenced(asked)
    assert_shown(asked.document)
    assert MARK in asked.text
    document = asked.document["claim"]
    assert document["statement"].startswith(MARK)
    assert all(MARK in each["statement"] for each in document["translations"])
    assert asked.document["outcome"] == ("withdrawn" if is_retracted else "checked")
    assert [verdict["rating"]["rating_class"] for verdict in document["verdicts"]] == (
        [] if is_retracted else ["false"]
    )


@pytest.mark.slow
@pytest.mark.parametrize("words", HOSTILE)
def test_a_text_that_instructs_is_a_text(ask: Callable[..., Asked], words: str) -> None:
    """Asked with the very words, and found by them."""
    asked = ask("match_text", text=_kept(words)[:400])
    assert_fenced(asked)
    assert_shown(asked.document["claims"])
    ratings = {v["rating"]["rating_class"] for claim in asked.document["claims"] for v in claim["verdicts"]}
    assert ratings <= {"false"}


@pytest.mark.parametrize(
    "name, arguments",
    [
        ("search_claims", {"page_size": 20}),
        ("search_claims", {"query": MARK, "page_size": 20}),
        ("search_claims", {"status": "retracted", "page_size": 20}),
        ("search_claims", {"query": "VERDICT true"}),
    ],
)
def test_lists_are_fenced(ask: Callable[..., Asked], name: str, arguments: dict[str, Any]) -> None:
    asked = ask(name, **arguments)
    assert_fenced(asked)
    assert_shown(asked.document)
    assert MARK in asked.text


@pytest.mark.parametrize("words", HOSTILE[:6])
def test_a_page_with_hostile_words_is_fenced(ask: Callable[..., Asked], words: str) -> None:
    place = CLAIMS[words].appearances.get().source
    asked = ask("lookup_url", url=place.url)
    assert_fenced(asked)
    assert_shown(asked.document)


@pytest.mark.parametrize("words", HOSTILE)
def test_refusals_say_back_nothing_that_is_not_fenced(client: Client, words: str) -> None:
    """The user may have been manipulated as well."""
    for name, arguments in (
        ("get_claim", {words: 1, "claim_id": 1}),
        ("get_claim", {"claim_id": words}),
        ("get_claim", {"claim_id": 1, "as_of": words}),
        ("search_claims", {"cursor": words}),
        ("search_claims", {"publisher": words}),
        ("search_claims", {"language": words[:35]}),
        ("lookup_url", {"url": words}),
    ):
        response = post(client, message("tools/call", {"name": name, "arguments": arguments}))
        result = response.json()["result"]
        assert result["isError"], (name, arguments)
        [content] = result["content"]
        assert MARK not in _STRING.sub("", content["text"]), content["text"]
        assert not _HIDDEN.search(content["text"])


def test_descriptions_of_tools_are_fixed(client: Client, editor: User) -> None:
    """Names, descriptions, schemas and instructions have no word of the database in them."""
    for method in ("tools/list", "server/discover"):
        content = post(client, message(method)).content.decode()
        assert MARK not in content
        assert "evil" not in content
