"""The preview of unsaved text: it is what readers will see, it is not stored, and only its author sees it."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from claims.admin import live_preview
from claims.models import Claim, Publication, Verdict
from claims.review import workflow
from factcheck.installation.environment import Rate
from tests.helpers.desk import Desk
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source, rating

TEXT = "The minister said the bridge cost 90 million euros. Ferries ran late."


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


def address(row: Claim | Verdict) -> str:
    return reverse(f"admin:claims_{row._meta.model_name}_preview", args=[row.pk])


def shown(desk: Desk, row: Claim | Verdict, **typed: Any) -> dict[str, Any]:
    """The preview of the row's page with these fields changed."""
    answer = desk.client.post(address(row), desk.form(row) | typed)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = json.loads(answer.content)
    return body


@pytest.fixture
def claim(db: None) -> Claim:
    claim = make_claim("The bridge cost 90 million euros.")
    make_appearance(claim, make_source(TEXT), "the bridge cost 90 million euros")
    return claim


@pytest.fixture
def draft(claim: Claim, checker: User) -> Verdict:
    return make_draft(claim, checker)


def test_typed_text_is_shown_and_not_stored(desk: Desk, checker: User, claim: Claim, draft: Verdict) -> None:
    def stored() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT (SELECT count(*) FROM claims_publication), (SELECT count(*) FROM claims_verdictevent),"
                " (SELECT count(*) FROM claims_transition),"
                " (SELECT md5(string_agg(v::text, '')) FROM claims_verdict v),"
                " (SELECT md5(string_agg(c::text, '')) FROM claims_claim c),"
                " (SELECT md5(string_agg(e::text, '')) FROM claims_evidence e)"
            )
            return list(cursor.fetchone())

    desk.sign_in(checker)
    before, source = stored(), make_source("It cost 120 million.", title="Final accounts")
    page = shown(
        desk,
        claim,
        **{
            "statement": "The bridge cost 95 million euros.",
            "verdicts-0-summary": "Typed, not saved.",
            "verdicts-0-rating": rating("true").pk,
            "verdicts-0-explanation": "The **accounts** say <script>alert(1)</script> so. [x](javascript:alert(1))",
            "evidence-TOTAL_FORMS": "2",
            "evidence-1-source": source.pk,
            "evidence-1-stance": "supports",
            "evidence-1-exact": "cost 120 million",
            "evidence-1-position": "1",
        },
    )
    html = page["page"]
    assert stored() == before
    for words in (
        "Typed, not saved.",
        "95 million",
        "<strong>accounts</strong>",
        "Final accounts",
        "cost 120 million",
    ):
        assert words in html
    assert "<script" not in html
    assert "javascript:" not in html.replace("[x](javascript:alert(1))", "")
    assert (page["unread"], page["missing"]) == ([], [])


def test_it_equals_the_published_page(
    desk: Desk, checker: User, editor: User, claim: Claim, draft: Verdict
) -> None:
    page = shown(desk.sign_in(checker), claim)["page"]
    for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
        draft = workflow.move(draft, action, by=by)
    public = Client().get(reverse("claim", args=[claim.pk, claim.slug])).content.decode()
    article = lambda html: html[html.index("<article") : html.index("</article>")]  # noqa: E731  twice
    assert article(page) == article(public)
    where = lambda html: html[html.index('id="appearances"') : html.index('id="history"')]  # noqa: E731  twice
    assert where(page) == where(public)


def test_an_unreadable_value_is_reported(desk: Desk, checker: User, claim: Claim, draft: Verdict) -> None:
    typed = {"verdicts-0-reviewed_on": "never", "verdicts-0-summary": "", "evidence-0-DELETE": "on"}
    page = shown(desk.sign_in(checker), claim, **typed)
    assert page["unread"] == [
        "Reviewed on: Enter a valid date. Write it as 30.11.2026, 30 Nov 2026 or 2026-11-30."
    ]
    assert page["missing"] == [
        ["a summary", "id_verdicts-0-summary"],
        ["evidence with an address or a snapshot", "evidence-group"],
    ]


def test_the_page_of_the_verdict_has_it_too(desk: Desk, checker: User, draft: Verdict) -> None:
    page = shown(desk.sign_in(checker), draft, summary="Typed there.", rating="")
    assert "Typed there." in page["page"]
    assert page["missing"] == [["a rating", "id_rating_0"]]


@pytest.mark.parametrize(
    ("role", "status"),
    [("checker", 200), ("editor", 200), ("colleague", 404), ("contributor", 404)],
)
def test_the_preview_needs_permission_to_edit(
    role: str,
    status: int,
    desk: Desk,
    checker: User,
    claim: Claim,
    draft: Verdict,
    request: pytest.FixtureRequest,
) -> None:
    form = desk.sign_in(checker).form(claim)
    desk.sign_in(request.getfixturevalue(role))
    answer = desk.client.post(address(claim), form)
    assert answer.status_code == status
    own = desk.client.post(address(draft), desk.form(draft) if status == 200 else {})
    assert own.status_code == (status if status == 200 else 403 if role == "colleague" else 404)


def test_previews_are_not_cached_or_stored(desk: Desk, checker: User, claim: Claim, draft: Verdict) -> None:
    form = desk.sign_in(checker).form(claim)
    assert "no-store" in desk.client.post(address(claim), form)["Cache-Control"].split(", ")
    assert desk.client.get(address(claim)).status_code == 404
    assert Client(enforce_csrf_checks=True).post(address(claim), form).status_code == 403
    assert Publication.objects.count() == 0


@pytest.mark.parametrize(
    "odd",
    [
        {"verdicts-TOTAL_FORMS": "0"},
        {"verdicts-INITIAL_FORMS": "0"},
        {"verdicts-TOTAL_FORMS": "2000"},
        {"verdicts-TOTAL_FORMS": "x"},
    ],
)
def test_a_form_that_is_none_of_the_page(
    odd: dict[str, str], desk: Desk, checker: User, claim: Claim, draft: Verdict
) -> None:
    form = desk.sign_in(checker).form(claim)
    assert desk.client.post(address(claim), form | odd).status_code == 400
    desk.client.post(desk.page(claim), form | odd | {"_save": "1"})
    assert list(Verdict.objects.all()) == [draft]


def test_a_submitted_verdict_has_no_live_preview(
    desk: Desk, checker: User, claim: Claim, draft: Verdict
) -> None:
    pages: list[Claim | Verdict] = [claim, draft]
    forms = [(address(row), desk.sign_in(checker).form(row)) for row in pages]
    workflow.move(draft, "submit", by=checker)
    for page, form in forms:
        answer = desk.client.post(page, form)
        assert (answer.status_code, json.loads(answer.content)) == (
            409,
            {
                "refusal": "This verdict is no longer a draft (In review). Copy your text, then reload the "
                "page."
            },
        )


def test_it_is_bounded(
    desk: Desk, checker: User, claim: Claim, draft: Verdict, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    form = desk.sign_in(checker).form(claim)
    monkeypatch.setattr(live_preview, "MAX_FORM_LENGTH", 100)
    long = desk.client.post(address(claim), form)
    assert (long.status_code, json.loads(long.content)) == (
        413,
        {"refusal": "This text is too long to preview."},
    )
    monkeypatch.undo()
    settings.RATE_LIMIT_TOKEN = Rate(30, 60)
    answers = [desk.client.post(address(claim), form).status_code for _time in range(2)]
    assert answers == [200, 429]
