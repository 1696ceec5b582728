"""Internal data is returned only to tokens, and the actions of tokens are logged."""

import re
from collections.abc import Callable
from typing import Any

import pghistory
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from claims.models import Claim, Transition, Verdict
from claims.review.translation_drafts import begin_translation
from factcheck.installation.environment import Rate
from factcheck.routes import build_openapi
from factcheck.web.throttling import callers, get_limiter
from sources.media.intake import store_file
from tests.helpers.media_files import SMALL_PNG
from tests.helpers.media_rows import make_media
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source
from tests.helpers.newsroom_tool import Tool, tool
from tests.helpers.sweeps import sweep
from tests.helpers.translations import translate

pytestmark = pytest.mark.django_db

SECRET = "Quillfeather"


def editorial_paths() -> list[tuple[str, str]]:
    return [
        (method.upper(), path)
        for path, methods in build_openapi()["paths"].items()
        if path.startswith("/api/v1/editorial/")
        for method in methods
    ]


@pytest.fixture
def secrets(checker: User) -> dict[str, int]:
    """Existing rows, by their place in an address."""
    claim = make_claim(SECRET)
    draft = make_draft(claim, checker)
    appearance = make_appearance(claim, make_source(f"{SECRET} did it."), SECRET)
    return {
        "claim_id": claim.pk,
        "verdict_id": draft.pk,
        "source_id": appearance.source_id,
        "webhook_id": 1,
        "number": 1,
        "id": claim.pk,
    }


@sweep("method, path", editorial_paths(), undone=True)
def test_without_a_token_nothing_is_revealed_not_even_existence(
    secrets: dict[str, int], method: str, path: str
) -> None:
    there = Tool().ask(method, path.format(**secrets), {}, If_Match="*")
    absent = Tool().ask(method, path.format(**dict.fromkeys(secrets, 999_999)), {}, If_Match="*")
    assert there.status_code == absent.status_code == 401
    assert there.json() | {"instance": ""} == absent.json() | {"instance": ""}
    assert SECRET not in there.content.decode()


def test_answers_are_not_cached(editor: User) -> None:
    claim, asking = make_claim(), tool(editor)
    path = f"claims/{claim.pk}/"
    answers = [
        asking.get("claims/"),
        asking.get(path),
        asking.get(path, If_None_Match=asking.etag(path)),
        asking.get("claims/999999/"),
        asking.get("claims/?nonsense=1"),
        asking.post("claims/", {"statement": "It rained.", "language": "en"}),
        asking.patch(path, {}, If_Match='"old"'),
        asking.move(path, "accept"),
        Tool().get("claims/"),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 304, 404, 400, 201, 412, 409, 401]
    assert {answer["Cache-Control"] for answer in answers} == {"private, no-store"}


def test_pages_of_other_sites_cannot_use_a_token(client: Client, editor: User) -> None:
    elsewhere = {"Origin": "https://elsewhere.example"}
    asked = tool(editor).get("claims/", **elsewhere)
    assert "Access-Control-Allow-Origin" not in asked
    preflight = client.options(
        "/api/v1/editorial/claims/", headers=elsewhere | {"Access-Control-Request-Method": "POST"}
    )
    assert "Access-Control-Allow-Origin" not in preflight
    assert client.get("/api/v1/claims/", headers=elsewhere)["Access-Control-Allow-Origin"] == "*"


def test_the_public_side_ignores_tokens(editor: User) -> None:
    claim = make_claim(SECRET)
    make_draft(claim, editor)
    asking = tool(editor)
    for path in ("/api/v1/claims/", "/api/v1/verdicts/?view=full", "/api/v1/sources/"):
        assert asking.get(path).json()["results"] == []
    assert asking.get(f"/api/v1/claims/{claim.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("language", "problem"),
    [
        ("de", "Dieses Feld ist zwingend erforderlich."),
        ("xx", "This field is required."),
        ("*", "This field is required."),
    ],
)
def test_errors_are_in_the_requested_language(editor: User, language: str, problem: str) -> None:
    refusal = tool(editor).post("claims/", {}, Accept_Language=language)
    assert {each["detail"] for each in refusal.json()["errors"]} == {problem}


# On record ------------------------------------------------------------------------------------------------------------


def test_the_history_names_the_person_and_the_token(editor: User) -> None:
    claim = make_claim("It rained.")
    tool(editor).patch(f"claims/{claim.pk}/", {"statement": "It poured."})
    (event,) = pghistory.models.Events.objects.tracks(claim).filter(pgh_label="changed")
    assert event.pgh_data["statement"] == "It rained."
    assert event.pgh_context == {
        "user": editor.pk,
        "url": f"/api/v1/editorial/claims/{claim.pk}/",
        "token": "Test tool",
    }


def test_created_rows_name_their_author(checker: User) -> None:
    asking = tool(checker)
    claim = asking.post("claims/", {"statement": "It rained.", "language": "en"}).json()
    asking.move(f"claims/{claim['id']}/", "accept")
    verdict = asking.post("verdicts/", {"claim": claim["id"]}).json()
    assert Claim.objects.get(pk=claim["id"]).created_by == checker
    assert Verdict.objects.get(pk=verdict["id"]).author == checker
    made = Transition.objects.get()
    assert (made.actor, made.actor_name) == (checker, "Chris")
    assert (claim["created_by"], verdict["author"]) == ({"id": checker.pk, "name": "Chris"},) * 2


@pytest.mark.django_db(transaction=True)
def test_one_request_does_not_speak_for_the_next(editor: User, checker: User) -> None:
    claim = make_claim("One.")
    tool(editor).patch(f"claims/{claim.pk}/", {"statement": "Two."})
    tool(checker).patch(f"claims/{claim.pk}/", {"statement": "Three."})
    Claim.objects.filter(pk=claim.pk).update(statement="Four.")
    events: Any = pghistory.models.Events.objects.tracks(claim).order_by("pgh_id")
    assert [(event.pgh_context or {}).get("user") for event in events] == [editor.pk, checker.pk, None]


def test_requests_are_counted_by_person(
    editor: User, checker: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callers, "PostgresStore", lambda: None)
    settings.RATE_LIMIT_TOKEN = Rate(2, 60)
    monkeypatch.setattr(get_limiter(), "clock", lambda: 0.0)
    one, same, other = tool(editor), tool(editor), tool(checker)
    answers = [asking.get("") for asking in (one, same, one, other)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 200]
    assert answers[2]["Content-Type"] == "application/problem+json"
    assert int(answers[2]["Retry-After"]) > 0


# Hidden rows return 404 ------------------------------------------------------------------------------


def test_hidden_rows_return_the_same_answer_as_missing_ones(
    checker: User, contributor: User, publish: Callable[..., Claim]
) -> None:
    """Every address and every reference in a body: no response reveals whether a draft has an id."""
    published = publish().verdicts.get()
    hidden = make_claim(SECRET)
    appearance = make_appearance(hidden, make_source(f"{SECRET} did it."), SECRET)
    media = make_media(1, created_by=checker)
    ids = {
        "claims": hidden.pk,
        "verdicts": make_draft(hidden, checker).pk,
        "translations": translate(published.claim, checker).pk,
        "media": media.pk,
    }
    own = make_claim(state="proposed", created_by=contributor)
    asked: list[tuple[str, str, Any, Any]] = [
        (method, path.replace(place[0], "{}", 1), ids[resource], {})
        for method, path in editorial_paths()
        if (place := re.findall(r"{\w+}", path)) and (resource := path.split("/")[4]) in ids
    ]
    asked += [
        ("POST", "verdicts/", hidden.pk, {"claim": "{}"}),
        ("POST", "translations/", ids["verdicts"], {"verdict": "{}", "language": "nn"}),
        ("POST", f"claims/{own.pk}/media/", media.pk, {"media": "{}"}),
        ("PATCH", f"claims/{own.pk}/", appearance.pk, {"first_appearance": "{}"}),
        ("POST", f"claims/{own.pk}/moves/", hidden.pk, {"action": "merge", "into": "{}"}),
        ("GET", "verdicts/?claim={}", hidden.pk, None),
    ]
    asking = tool(contributor)

    def answer(method: str, path: str, key: int, body: Any) -> tuple[int, str]:
        sent = body and {name: key if value == "{}" else value for name, value in body.items()}
        place = re.sub(r"{\w+}", "1", path.replace("{}", str(key)))
        found = asking.ask(method, place, sent, If_Match="*")
        return found.status_code, re.sub(r"\d+", "N", found.content.decode())

    told = [
        (method, path, body)
        for method, path, key, body in asked
        if answer(method, path, key, body) != answer(method, path, 999_999, body)
    ]
    assert (len(asked) > 40, told) == (True, [])


def test_refusals_do_not_reveal_the_content_of_drafts(
    checker: User, contributor: User, publish: Callable[..., Claim], settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    store_file(SMALL_PNG, by=checker)
    verdict = publish().verdicts.get()
    begin_translation(verdict, "nn", by=checker)
    asking = tool(contributor)
    file = asking.client.post(
        "/api/v1/editorial/media/",
        {"file": SimpleUploadedFile("a.png", SMALL_PNG)},
        headers=asking.headers,
    )
    translation = asking.post("translations/", {"verdict": verdict.pk, "language": "nn"})
    assert [(each.status_code, each.json()["detail"]) for each in (file, translation)] == [
        (422, "You cannot add this file. Ask a fact-checker to add it."),
        (409, "You cannot translate this verdict into this language at the moment. Ask an editor."),
    ]
