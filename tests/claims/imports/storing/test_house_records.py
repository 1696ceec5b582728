"""An import never speaks for the house: its records become drafts, whatever the file calls it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from claims.imports.storing.undo import find_obstacles, undo_run
from claims.models import Claim, ImportRun, PossibleDuplicate, Publication, Rating, Verdict
from claims.newsroom.refusals import NotPossible
from claims.review import workflow
from claims.review.classification import classify, publish_outdated_classes
from sources.models import Publisher
from tests.helpers.database_states import counts as rows
from tests.helpers.imported_reviews import STATEMENT, bring, counts, live, review
from tests.helpers.newsroom import make_claim, make_draft

pytestmark = pytest.mark.django_db

SITE = "https://newsroom.example"


@pytest.fixture(autouse=True)
def site(house: Publisher) -> Publisher:
    Publisher.objects.filter(pk=house.pk).update(
        name="The Harbour Desk", url=SITE, domain="newsroom.example", same_as=["https://desk.example/about"]
    )
    house.refresh_from_db()
    return house


def ours(**fields: Any) -> dict[str, Any]:
    return review(
        **{"publisher": "The Harbour Desk", "publisher_url": SITE, "review_url": f"{SITE}/bridge"} | fields
    )


def brought(*records: dict[str, Any], by: User | None) -> ImportRun:
    run = ImportRun.objects.create(
        origin="file.jsonl", started_by=by, started_by_name=by.first_name if by else ""
    )
    return bring(*records, run=run)


def reasons(run: ImportRun) -> list[tuple[str, str]]:
    return [(problem.code, problem.reason) for problem in run.problems.all()]


def test_becomes_a_draft_of_the_person_who_imports_it(editor: User, house: Publisher) -> None:
    run = brought(ours(), by=editor)
    verdict = Verdict.objects.get()
    assert counts(run) == {"created": 1}
    assert (verdict.publisher, verdict.origin, verdict.state) == (house, "house", "draft")
    assert (verdict.author, verdict.published_at, verdict.summary) == (
        editor,
        None,
        "The accounts show twelve million.",
    )
    assert (verdict.claim.state, verdict.claim.reason) == (
        "proposed",
        "Imported from the newsroom’s own records: the verdict is a draft.",
    )
    assert not Publication.objects.exists()


def test_is_published_like_any_draft(editor: User, colleague: User, house: Publisher) -> None:
    brought(ours(), by=editor)
    verdict = Verdict.objects.get()
    workflow.move(verdict.claim, "accept", by=editor)
    with pytest.raises(NotPossible, match="evidence"):
        workflow.move(verdict, "submit", by=editor)


@pytest.mark.parametrize(
    "fields",
    [
        {"publisher": "Somebody Else"},
        {"publisher": None},
        {"publisher": "THE  HARBOUR DESK", "publisher_url": None, "review_url": None},
        {"publisher": "the harbour-desk", "publisher_url": None, "review_url": None},
        {"publisher_url": "https://checks.newsroom.example/"},
        {"publisher_url": "http://WWW.Newsroom.Example:80/about"},
        {"publisher_url": "https://desk.example", "review_url": "https://desk.example/bridge"},
        {"publisher": "newsroom.example", "publisher_url": None},
    ],
)
def test_under_any_name_in_the_file(fields: dict[str, Any], editor: User, house: Publisher) -> None:
    brought(ours(**fields), by=editor)
    verdict = Verdict.objects.get()
    assert (verdict.publisher, verdict.state) == (house, "draft")
    assert list(Publisher.objects.all()) == [house]


def test_no_other_publisher_can_use_its_name(editor: User, house: Publisher) -> None:
    run = brought(
        ours(publisher_url="https://other.example", review_url="https://other.example/bridge"), by=editor
    )
    [(code, reason)] = reasons(run)
    assert code == "record of this newsroom"
    assert reason == (
        "“The Harbour Desk” is the name of this newsroom, but other.example is not its site. If it belongs "
        "to the newsroom, add the address under Publishers; if not, give the publisher another name."
    )
    assert counts(run) == {"refused": 1}
    assert not Verdict.objects.exists() | Claim.objects.exists()
    assert list(Publisher.objects.all()) == [house]


def namesake() -> None:
    """A publisher that had the name before the newsroom took it."""
    house = Publisher.objects.get_house()
    Publisher.objects.filter(pk=house.pk).update(name="The Old Desk")
    Publisher.objects.create(name="The Harbour Desk", domain="checks.example")
    Publisher.objects.filter(pk=house.pk).update(name=house.name)


def test_nor_a_publisher_that_was_given_its_name(editor: User) -> None:
    namesake()
    run = brought(review(publisher="The Harbour Desk"), by=editor)
    assert (counts(run), Verdict.objects.count()) == ({"refused": 1}, 0)


def test_a_publisher_that_shares_a_host_with_its_namesake_is_separate(editor: User) -> None:
    namesake()
    run = brought(review(), by=editor)
    assert counts(run) == {"created": 1}
    assert Verdict.objects.get().publisher.name == "Example Checks"


def test_it_needs_an_importing_person(house: Publisher) -> None:
    run = brought(ours(), by=None)
    [(code, reason)] = reasons(run)
    assert (code, counts(run)) == ("record of this newsroom", {"refused": 1})
    assert reason.endswith("Use --by to name the person who imports it.")
    assert not Claim.objects.exists()


def test_a_record_without_a_rating_is_a_claim_to_decide_about(editor: User) -> None:
    run = brought(ours(rating=None), by=editor)
    assert (counts(run), Verdict.objects.count()) == ({"created": 1}, 0)


def test_drafts_beside_other_verdicts_are_not_public(editor: User) -> None:
    run = brought(ours(), review(), by=editor)
    assert counts(run) == {"created": 2}
    claim = Claim.objects.get()
    assert set(claim.verdicts.values_list("origin", "state")) == {
        ("house", "draft"),
        ("imported", "published"),
    }
    [public] = Publication.objects.current().get().document["verdicts"]
    assert (public["publisher"]["name"], public["origin"]) == ("Example Checks", "imported")


def test_again_changes_nothing(editor: User) -> None:
    brought(ours(), by=editor)
    before = rows()
    run = brought(ours(), by=editor)
    assert (counts(run), rows()) == ({"unchanged": 1}, before)


def test_a_contradicting_record_is_refused_while_a_draft_is_open(editor: User) -> None:
    brought(ours(id="17"), by=editor)
    for changed in (
        {"rating": "True"},
        {"summary": "Other words."},
        {"title": "Other words."},
        {"review_language": "de"},
        {"statement": "Another statement."},
    ):
        run = brought(ours(id="17", **changed), by=editor)
        [(code, reason)] = reasons(run)
        assert code == "record of this newsroom"
        assert "has an open draft on this claim" in reason
    assert (Verdict.objects.count(), Claim.objects.get().statement) == (1, STATEMENT)


@pytest.mark.parametrize("changed", [{"rating": "True"}, {"summary": "Other words."}])
def test_published_verdicts_are_not_revised(
    changed: dict[str, str], publish: Callable[..., Claim], editor: User
) -> None:
    claim = publish(make_claim(STATEMENT), url=f"{SITE}/bridge", summary="The accounts show twelve million.")
    before = Publication.objects.get(claim=claim).body
    run = brought(
        ours(claimant=None, rating="False" if "summary" in changed else "True") | changed, by=editor
    )
    [(code, reason)] = reasons(run)
    assert (code, counts(run)) == ("record of this newsroom", {"refused": 1})
    assert reason.endswith("Draft a new version of it at the desk.")
    assert Publication.objects.get(claim=claim).body == before


def test_withdrawn_verdicts_are_not_imported_again(publish: Callable[..., Claim], editor: User) -> None:
    claim = publish(make_claim(STATEMENT))
    workflow.move(live(claim), "retract", by=editor, note="It was another bridge.")
    run = brought(ours(claimant=None), by=editor)
    assert reasons(run) == [
        (
            "record of this newsroom",
            "The newsroom has withdrawn its verdict on this claim. Draft a new one at the desk.",
        )
    ]


def test_can_be_undone_until_a_person_has_worked_on_it(editor: User) -> None:
    before = rows()
    run = brought(ours(), review(statement="The tunnel is closed.", review_url=None), by=editor)
    assert find_obstacles(run) == []
    undo_run(run, by=editor)
    assert not Verdict.objects.filter(origin="house").exists()
    assert not Claim.objects.filter(statement=STATEMENT).exists()
    assert rows()["Appearance"] == before["Appearance"]


def test_does_not_prevent_undoing_later_imports(editor: User) -> None:
    brought(ours(), by=editor)
    later = brought(review(topics=["Transport"]), by=editor)
    assert find_obstacles(later) == []
    undo_run(later, by=editor)
    assert list(Verdict.objects.filter(origin="house").values_list("state", flat=True)) == ["draft"]
    assert not Publication.objects.current().exists()
    assert not Claim.objects.get().topics.exists()


def test_a_record_that_said_the_same_as_a_draft_can_be_imported_after_undoing(editor: User) -> None:
    run = brought(ours(id="1"), by=editor)
    brought(ours(id="2"), by=editor)
    undo_run(run, by=editor)
    assert not Verdict.objects.exists() | Claim.objects.exists()
    assert counts(brought(ours(id="2"), by=editor)) == {"created": 1}


def test_cannot_be_undone_while_a_person_works_on_it(editor: User, checker: User) -> None:
    run = brought(ours(), by=editor)
    Verdict.objects.update(edited_by=[checker.pk])
    assert find_obstacles(run) == ["1 of the imported claims has a verdict written here."]


def test_undoing_brings_none_of_its_verdicts_back(editor: User, house: Publisher) -> None:
    """Restored verdicts keep their origin."""
    brought(review(), by=editor)
    undo_run(brought(review(rating="True"), by=editor), by=editor)
    assert set(Verdict.objects.values_list("origin", flat=True)) == {"imported"}
    assert not Verdict.objects.filter(publisher=house).exists()


def test_neither_a_merge_nor_a_class_publishes_a_draft(
    publish: Callable[..., Claim], editor: User, house: Publisher
) -> None:
    brought(ours(rating="Half baked"), by=editor)
    drafted, public = Claim.objects.get(), publish()
    classify(Rating.objects.filter(label="Half baked"), "mixed", by=editor)
    publish_outdated_classes()
    workflow.move(drafted, "merge", by=editor, into=public, note="The same bridge.")
    assert Verdict.objects.get(claim=drafted).state == "draft"
    [shown] = Publication.objects.current().get().document["verdicts"]
    assert shown["id"] == live(public).pk


def test_another_statement_of_its_page_is_a_separate_claim(editor: User) -> None:
    run = brought(ours(), ours(statement="The tunnel is closed."), by=editor)
    again = brought(ours(statement="The ferry is free."), by=editor)
    assert (counts(run), counts(again)) == ({"created": 2}, {"created": 1})
    assert list(Verdict.objects.values_list("origin", "state", "version")) == [("house", "draft", 1)] * 3
    assert Claim.objects.count() == 3


def test_the_same_sentence_on_another_page_is_a_separate_claim(editor: User) -> None:
    """Also where the review on the first page is a draft."""
    brought(ours(), by=editor)
    run = brought(ours(review_url=f"{SITE}/again", rating="True"), by=editor)
    assert (counts(run), Verdict.objects.filter(state="draft").count()) == ({"created": 1}, 2)
    assert PossibleDuplicate.objects.count() == 1


def test_other_values_of_a_drafted_claim_are_stored_or_reported(editor: User) -> None:
    brought(ours(id="17", context="At the opening."), by=editor)
    run = brought(ours(id="17", context="On TV.", topics=["Transport"]), by=editor)
    again = brought(ours(id="17", context="On TV.", topics=["Transport"]), by=editor)
    claim = Claim.objects.get()
    assert (counts(run), counts(again)) == ({"updated": 1}, {"merged": 1})
    assert (claim.context, [topic.name for topic in claim.topics.all()]) == ("At the opening.", ["Transport"])
    [(code, reason)] = reasons(run)
    assert (code, reason) == (
        "conflict with stored value",
        f"The value stored for claim {claim.pk} (file.jsonl, line 1) is different: “At the opening.”.",
    )
    assert not Publication.objects.exists()


def test_differences_between_an_unrated_record_and_the_draft_are_reported(editor: User) -> None:
    run = brought(ours(rating=None, summary="Eleven."), ours(), by=editor)
    verdict = Verdict.objects.get()
    assert counts(run) == {"created": 1, "merged": 1}
    assert (verdict.state, verdict.summary) == ("draft", "The accounts show twelve million.")
    assert [(problem.outcome, problem.field) for problem in run.problems.all()] == [("merged", "summary")]
    assert Claim.objects.get().reason.startswith(
        "Imported from the newsroom’s own records: the verdict is a draft.\n"
    )


def test_one_of_two_contradicting_records_of_an_import_is_the_draft(editor: User) -> None:
    run = brought(ours(), ours(rating="True"), by=editor)
    [(code, reason)] = reasons(run)
    assert (code, counts(run)) == ("record of this newsroom", {"created": 1, "refused": 1})
    assert reason.startswith("Another record of this import is the newsroom’s draft on this claim")


def test_each_repetition_of_a_refused_record_is_counted(house: Publisher) -> None:
    run = brought(ours(), ours(), by=None)
    assert (counts(run), len(reasons(run))) == ({"refused": 2}, 2)


def test_a_namesake_counts_for_nothing_on_the_claim_of_the_house(editor: User) -> None:
    """Neither its page nor that it looked at it."""
    run = brought(
        ours(publisher_url="https://other.example", review_url="https://other.example/bridge"),
        ours(),
        by=editor,
    )
    assert counts(run) == {"created": 1, "refused": 1}
    assert Verdict.objects.get().url == f"{SITE}/bridge"
    assert not PossibleDuplicate.objects.exists()


def test_a_draft_by_hand_is_not_joined(editor: User, checker: User) -> None:
    claim = make_claim(STATEMENT)
    draft = make_draft(claim, checker)
    run = brought(ours(claimant=None), by=editor)
    assert counts(run) == {"refused": 1}
    assert list(Verdict.objects.all()) == [draft]
