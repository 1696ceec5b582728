"""Reading: lists in pages, at the same cost whatever their length."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.editorial import request_bodies
from claims.editorial.strict_bodies import StrictKeys
from claims.ledger.document.sections import get_sections
from claims.models import Claim, Claimant, Topic, Verdict
from claims.review import workflow
from factcheck.routes import build_openapi
from tests.helpers.media_rows import make_claim_media, make_media
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source
from tests.helpers.newsroom_tool import Tool, tool
from tests.helpers.sweeps import sweep
from tests.helpers.translations import translate

pytestmark = pytest.mark.django_db

Fill = Callable[[int], list[Claim]]


@pytest.fixture
def fill(checker: User, editor: User) -> Fill:
    """Add claims with everything that a claim can have, published and drafted again."""

    def add(count: int) -> list[Claim]:
        claims = []
        for _ in range(count):
            number = Claim.objects.count()
            claim = make_claim(
                claimant=Claimant.objects.create(name=f"Mara {number}"),
                topics=[Topic.objects.create(name=f"Topic {number}", slug=f"topic-{number}")],
                created_by=checker,
                score=number / 10,
            )
            make_appearance(claim, make_source("He said so."), "said so")
            make_claim_media(claim, make_media(number))
            verdict = make_draft(claim, checker)
            for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
                verdict = workflow.move(verdict, action, by=by)
            translate(claim, checker)
            make_draft(claim, checker)
            claims.append(claim)
        return claims

    return add


#: Queries of each list: the token, the person's own permissions, those of the roles, the rows, and each kind of thing
#: that is shown along with them.
QUERIES = {
    "claims/": 9,  # topics, appearances, media and their looks, verdicts
    "media/": 5,  # their looks
    "claims/{claim}/media/": 6,
    "verdicts/": 6 + len(get_sections()),  # evidence, sign-offs, and one for each section of a feature
    "sources/": 4,
    "claimants/": 4,
    "topics/": 4,
    "ratings/": 4,
    "transitions/": 4,
    "translations/": 5,  # their steps
    "claims/{claim}/appearances/": 5,  # whether there is such a claim
    "verdicts/{verdict}/evidence/": 5,
    "sources/{source}/snapshots/": 5,
}


def test_each_list_costs_the_same_whatever_its_length(editor: User, fill: Fill) -> None:
    asking = tool(editor)
    asking.get("")  # notes that the token is used, which is written once an hour
    costs: dict[str, list[int]] = {path: [] for path in QUERIES}
    for more in (1, 2):
        claim = fill(more)[0]
        verdict = Verdict.objects.filter(claim=claim).latest("pk")
        source = claim.appearances.get().source_id
        for path, found in costs.items():
            place = path.format(claim=claim.pk, verdict=verdict.pk, source=source)
            with CaptureQueriesContext(connection) as queries:
                assert asking.get(place).status_code == 200
            found.append(len(queries))
    assert costs == {path: [number] * 2 for path, number in QUERIES.items()}


#: What summaries of lists leave out.
LONG = {
    "claims/": {"context", "appearances", "media", "score_reasons"},
    "verdicts/": {"explanation", "explanation_html", "evidence"}
    | {section.key for section in get_sections()},
    "translations/": {"explanation", "explanation_html"},
}


def test_a_list_shows_summaries_unless_more_is_requested(editor: User, fill: Fill) -> None:
    asking = tool(editor)
    fill(1)
    for path, long in LONG.items():
        full = asking.get(f"{path}?view=full").json()["results"]
        short = [{name: part for name, part in row.items() if name not in long} for row in full]
        assert asking.get(path).json()["results"] == short, path
        assert long < full[0].keys(), path
        assert full[0] == asking.get(f"{path}{full[0]['id']}/").json()


def listed(asking: Tool, path: str) -> list[int]:
    answer = asking.get(path)
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_pages_follow_each_other_in_both_directions(editor: User) -> None:
    asking = tool(editor)
    ids = sorted((make_claim(state="proposed").pk for _ in range(5)), reverse=True)
    first = asking.get("claims/?page_size=2&count=exact").json()
    assert (first["count"], first["previous"]) == (5, None)
    second = asking.get(first["next"]).json()
    third = asking.get(second["next"]).json()
    assert [row["id"] for page in (first, second, third) for row in page["results"]] == ids
    assert third["next"] is None
    assert asking.get(second["previous"]).json()["results"] == first["results"]
    assert asking.get("claims/?cursor=nonsense").status_code == 400


def test_claims_are_narrowed_down(editor: User, checker: User, publish: Any) -> None:
    asking = tool(editor)
    source, topic = make_source("He said so."), Topic.objects.create(name="Rain", slug="rain")
    mara = Claimant.objects.create(name="Mara")
    public = publish(make_claim("The ferry sank.", topics=[topic]))
    proposed = make_claim("Il a plu.", state="proposed", language="fr-CA", claimant=mara, created_by=checker)
    make_appearance(proposed, source, "said so")
    declined = make_claim(state="declined", reason="Satire.", score=0.5)
    for query, found in {
        "": [declined, proposed, public],
        "state=proposed": [proposed],
        "state=proposed,declined": [declined, proposed],
        "published=yes": [public],
        "published=no": [declined, proposed],
        "q=ferry": [public],
        "language=fr": [proposed],
        f"claimant={mara.pk}": [proposed],
        f"topic={topic.pk}": [public],
        f"source={source.pk}": [proposed],
        f"created_by={checker.pk}": [proposed],
        "updated_after=2999-01-01": [],
        "ordering=-score": [declined, proposed, public],
        "ordering=id": [public, proposed, declined],
    }.items():
        assert listed(asking, f"claims/?{query}") == [claim.pk for claim in found], query


@pytest.mark.parametrize("ordering", ["-score", "score", "-updated", "updated"])
def test_every_order_pages_without_losing_a_row(editor: User, ordering: str) -> None:
    for score in (0.5, None, 0.5, 1.0, None, 0.0):
        make_claim(state="proposed", score=score)
    asking, seen = tool(editor), []
    path: str | None = f"claims/?ordering={ordering}&page_size=1"
    while path:
        page = asking.get(path).json()
        seen += [row["id"] for row in page["results"]]
        path = page["next"]
    assert sorted(seen) == sorted(Claim.objects.values_list("pk", flat=True))
    assert seen == listed(asking, f"claims/?ordering={ordering}")


def test_verdicts_and_transitions_are_narrowed_down(editor: User, checker: User, publish: Any) -> None:
    claim = publish()
    published = claim.verdicts.get()
    draft = make_draft(make_claim(), checker)
    asking = tool(editor)
    assert listed(asking, "verdicts/?state=draft") == [draft.pk]
    assert listed(asking, f"verdicts/?claim={claim.pk}") == [published.pk]
    assert listed(asking, f"verdicts/?author={editor.pk}") == []
    moves = [
        row["action"]
        for row in asking.get(f"transitions/?verdict={published.pk}&ordering=id").json()["results"]
    ]
    assert moves == ["submit", "sign_off", "publish"]
    assert len(listed(asking, f"transitions/?actor={editor.pk}&action=sign_off")) == 1


@pytest.mark.parametrize(
    "query", ["state=open", "stat=proposed", "published=maybe", "page_size=0", "score=1"]
)
def test_a_filter_that_is_not_understood_is_refused(editor: User, query: str) -> None:
    refusal = tool(editor).get(f"claims/?{query}")
    assert refusal.status_code == 400
    assert refusal.json()["errors"][0]["parameter"] == query.partition("=")[0]


# What the schema says -------------------------------------------------------------------------------------------------


def test_every_operation_names_its_token_and_its_headers() -> None:
    operations = [
        (method, operation)
        for path, methods in build_openapi()["paths"].items()
        if path.startswith("/api/v1/editorial/")
        for method, operation in methods.items()
    ]
    headers = {"get": [], "post": ["Idempotency-Key"], "patch": ["If-Match"], "delete": ["If-Match"]}
    for method, operation in operations:
        assert operation["security"] == [{"token": []}]
        needed = list(headers[method])
        if operation["operationId"].endswith("moves_create"):
            needed.append("If-Match")
        parameters = operation.get("parameters", [])
        given = [each["name"] for each in parameters if each["in"] == "header"]
        assert given == needed, operation["operationId"]
        assert {"401", "403"} <= set(operation["responses"])
    assert build_openapi()["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


BODIES = [
    each
    for name, each in vars(request_bodies).items()
    if isinstance(each, type)
    and issubclass(each, StrictKeys)
    and each.__module__ == request_bodies.__name__
    and not name.startswith("_")
]


@sweep("body", BODIES)
def test_every_body_is_described_with_an_example_that_is_accepted(
    contributor: User, body: type[StrictKeys]
) -> None:
    """The examples are valid, except that their ids do not exist here."""
    shown = build_openapi()["components"]["schemas"]
    requests = [
        content
        for path, methods in build_openapi()["paths"].items()
        for operation in methods.values()
        if "requestBody" in operation and path.startswith("/api/v1/editorial/")
        for content in operation["requestBody"]["content"].values()
    ]
    name = body.__name__
    described = [
        each for each in requests if each["schema"]["$ref"].rsplit("/", 1)[1] in (name, f"Patched{name}")
    ]
    assert described, sorted(shown)
    for each in described:
        # A file is not written as an example in JSON.
        assert "examples" in each or name == "MediaForm"
        for example in each.get("examples", {}).values():
            context = {"claim": 0, "person": contributor}
            refused = body(data=example["value"], partial=True, context=context)
            refused.is_valid()
            reasons = {str(error) for errors in refused.errors.values() for error in errors}
            assert reasons <= {"No record has the id 1."}
