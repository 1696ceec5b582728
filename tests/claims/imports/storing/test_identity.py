"""When two records are one review, and that no value is dropped without a note."""

from collections import Counter
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from claims.models import (
    Claim,
    ImportedRecord,
    ImportProblem,
    ImportRun,
    PossibleDuplicate,
    Publication,
    Verdict,
)
from claims.review import workflow
from claims.search.texts import normalise_statement
from sources.models import Publisher
from tests.helpers.imported_reviews import STATEMENT, bring, counts, live, newest, review

pytestmark = pytest.mark.django_db

TUNNEL = "The tunnel below the harbour has been closed since May."


# One page, several claims ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ids", [("17", "18"), (None, None), ("17", None)])
@pytest.mark.parametrize("files", [1, 2])
def test_two_claims_of_one_page_are_two_claims(ids: tuple[str | None, str | None], files: int) -> None:
    """In one file or two: the second record does not mention the first."""
    first, second = review(id=ids[0]), review(id=ids[1], statement=TUNNEL, rating="True")
    if files == 1:
        bring(first, second)
    else:
        bring(first)
        assert counts(bring(second)) == {"created": 1}
    assert sorted(Claim.objects.values_list("statement", flat=True)) == [STATEMENT, TUNNEL]
    assert [row.version for row in Publication.objects.all()] == [1, 1]
    assert Publication.objects.filter(note__gt="").count() == 0


def test_a_second_speaker_on_one_page_does_not_replace_the_first() -> None:
    bring(review(id="17"))
    assert counts(bring(review(id="18", claimant="Jonas Berg"))) == {"created": 1}
    names = sorted(str(claim.claimant) for claim in Claim.objects.all())
    assert names == ["Jonas Berg", "Mara Lindqvist"]


def test_a_claimant_that_was_corrected_is_corrected() -> None:
    bring(review())
    assert counts(bring(review(claimant="Mara Lindquist"))) == {"updated": 1}
    claim = Claim.objects.get()
    assert str(claim.claimant) == "Mara Lindquist"
    assert newest(claim)["corrections"][0]["note"] == "Changed in the imported file: claimant."


@pytest.mark.parametrize(
    "fields, one",
    [
        ({"review_url": "https://checks.example/moved"}, True),  # the same words
        ({"statement": TUNNEL}, True),  # the same page
        ({"statement": TUNNEL, "review_url": "https://checks.example/other"}, False),
    ],
    ids=["words", "page", "nothing"],
)
def test_a_number_alone_proves_nothing(fields: dict[str, Any], one: bool) -> None:
    """Many files number their rows from one."""
    bring(review(id="1"))
    assert counts(bring(review(id="1", **fields))) == ({"updated": 1} if one else {"created": 1})
    assert Claim.objects.count() == (1 if one else 2)


def test_a_number_used_twice_in_a_file_is_ignored() -> None:
    bring(review(id="1"))
    run = bring(
        review(id="1", statement=TUNNEL), review(id="1", statement="The ferry runs every ten minutes.")
    )
    assert counts(run) == {"created": 2}
    assert Claim.objects.filter(statement=STATEMENT).count() == 1


# Alike, and another review --------------------------------------------------------------------------------------------


def test_a_review_on_another_page_is_a_separate_review() -> None:
    again = review(
        review_url="https://checks.example/again", reviewed_on="2026-05-02", summary="Still twelve."
    )
    run = bring(review(), again)
    assert counts(run) == {"created": 2}
    assert sorted(Verdict.objects.values_list("url", "summary")) == [
        ("https://checks.example/again", "Still twelve."),
        ("https://checks.example/bridge", "The accounts show twelve million."),
    ]
    assert PossibleDuplicate.objects.count() == 1
    assert counts(bring(review(), again)) == {"unchanged": 2}


def test_without_an_address_another_day_means_another_review() -> None:
    run = bring(review(review_url=None), review(review_url=None, reviewed_on="2026-05-02"))
    assert counts(run) == {"created": 2}


@pytest.mark.parametrize("claimant", ["Mara Lindqvist", None])
def test_fragments_are_not_taken_together(claimant: str | None) -> None:
    fragment = "On the Iran nuclear deal."
    run = bring(
        *(
            review(
                statement=fragment,
                claimant=claimant,
                review_url=f"https://checks.example/{number}" if number else None,
                summary=f"Finding {number}.",
            )
            for number in range(3)
        ),
        review(
            statement=fragment,
            claimant=claimant,
            publisher="Second Checks",
            publisher_url="https://b.example",
        ),
    )
    assert counts(run) == {"created": 4}


def test_a_fragment_on_its_own_page_is_known_again() -> None:
    bring(review(statement="Old video"))
    assert counts(bring(review(statement="“Old video”", summary="Filmed in 2011."))) == {"updated": 1}


# What differs and is not stored ---------------------------------------------------------------------------------------


def test_a_differing_record_is_reported_with_its_target() -> None:
    run = bring(review(), review(review_url=None, summary="It was eleven million."))
    assert counts(run) == {"created": 1, "merged": 1}
    problem, claim = run.problems.get(), Claim.objects.get()
    assert (problem.outcome, problem.position, problem.field, problem.code) == (
        "merged",
        "line 2",
        "summary",
        "merged into another record",
    )
    assert problem.reason == (
        f"This record is for claim {claim.pk} (file.jsonl, line 1), but its values differ from those "
        "stored: summary: “The accounts show twelve million.”."
    )
    assert (problem.fields or {})["summary"] == "It was eleven million."


def test_it_is_named_each_time() -> None:
    both = [review(), review(review_url=None, summary="It was eleven million.")]
    bring(*both)
    again = bring(*both)
    assert counts(again) == {"unchanged": 1, "merged": 1}
    assert again.problems.get().position == "line 2"
    assert live(Claim.objects.get()).summary == "The accounts show twelve million."


def test_partly_used_records_name_the_rest() -> None:
    bring(review(context="She spoke at the opening."))
    other = review(
        publisher="Second Checks", publisher_url="https://b.example", review_url=None, context="On TV."
    )
    run = bring(other)
    assert (counts(run), run.incomplete) == ({"created": 1}, 1)
    problem = run.problems.get()
    assert (problem.outcome, problem.field, problem.code) == (
        "left_out",
        "context",
        "conflict with stored value",
    )
    # The verdict is there now, and the context still is not.
    assert counts(bring(other)) == {"merged": 1}


def test_edited_claims_are_not_reported_as_unchanged() -> None:
    bring(review())
    claim = Claim.objects.get()
    claim.context = ""
    claim.statement = "The new harbour bridge cost nine million euros."
    claim.save()
    run = bring(review())
    assert counts(run) == {"merged": 1}
    assert run.problems.get().field == "statement"
    claim.refresh_from_db()
    assert claim.statement == "The new harbour bridge cost nine million euros."


def test_a_verdict_that_was_retracted_here_is_not_published_again(editor: User) -> None:
    bring(review())
    workflow.move(Verdict.objects.get(), "retract", by=editor, note="It was a mistake.")
    run = bring(review())
    assert counts(run) == {"refused": 1}
    assert run.problems.get().code == "retracted here"
    assert Publication.objects.current().count() == 0


def test_values_of_an_unrated_record_are_stored_or_reported() -> None:
    bring(review(rating=None, title="What the bridge cost"))
    assert "Headline: What the bridge cost" in Claim.objects.get().reason
    other = bring(
        review(rating=None, publisher="Second Checks", publisher_url="https://b.example", review_url=None)
    )
    assert counts(other) == {"merged": 1}
    assert other.problems.get().reason.endswith("publisher: “nothing, because there is no rating”.")


def test_several_records_of_one_review_say_nothing_new_when_they_come_again() -> None:
    records = [
        review(review_url=None, reviewed_on=None),
        review(summary="Eleven."),
        review(rating=None, summary="Ten."),
    ]
    bring(*records)
    before = newest(Claim.objects.get())
    assert counts(bring(*records)) == {"unchanged": 1, "merged": 2}
    assert newest(Claim.objects.get()) == before


PHASES = [Phase.explicit, Phase.reuse, Phase.generate]

# Whatever a file holds ------------------------------------------------------------------------------------------------

#: Where the house of these tests publishes: its records become drafts.
HOUSE = "https://newsroom.example"

RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "statement": st.sampled_from([STATEMENT, STATEMENT.upper(), TUNNEL, "Old video", ""]),
            "publisher_url": st.sampled_from(["https://checks.example", "https://b.example", HOUSE]),
            "claimant": st.sampled_from([None, "Mara Lindqvist", "Jonas Berg"]),
            "claimant_title": st.sampled_from([None, "Mayor"]),
            "rating": st.sampled_from([None, "False", "True"]),
            "id": st.sampled_from([None, "1", "2"]),
            "review_url": st.sampled_from([None, "https://checks.example/1", "https://checks.example/2"]),
            "title": st.sampled_from([None, "The bridge", "The tunnel"]),
            "summary": st.sampled_from([None, "Twelve.", "Eleven."]),
            "reviewed_on": st.sampled_from([None, "2026-03-01", "2026-03-02"]),
            "claimed_on": st.sampled_from([None, "2026-02-20", "2026-02-21"]),
            "context": st.sampled_from([None, "At the opening.", "On TV."]),
            "appearances": st.sampled_from([None, ["https://news.example/1"]]),
        }
    ).map(lambda fields: review(**fields)),
    max_size=8,
)


def _stored(claim: Claim, record: dict[str, Any]) -> set[str]:
    """The fields of the record whose values are stored with the claim."""
    publisher = record["publisher_url"].removeprefix("https://")
    verdict = claim.verdicts.filter(state__in=["published", "draft"], publisher__domain=publisher).first()
    said: dict[str, Any] = {
        "claimant": claim.claimant.name if claim.claimant else "",
        "claimant_title": claim.claimant.job_title if claim.claimant else "",
        "claimed_on": str(claim.claimed_on),
        "context": claim.context,
    }
    if verdict:
        said |= {"title": verdict.title, "summary": verdict.summary, "reviewed_on": str(verdict.reviewed_on)}
        said |= {"review_url": verdict.url}
    found = {name for name, value in said.items() if record.get(name) == value}
    of_unrated = ("title", "summary", "reviewed_on", "review_url")
    found |= {name for name in of_unrated if str(record.get(name)) in claim.reason}
    if normalise_statement(record["statement"]) == normalise_statement(claim.statement):
        found.add("statement")
    if set(record.get("appearances", ())) <= set(claim.appearances.values_list("source__url", flat=True)):
        found.add("appearances")
    return found


#: What `ImportedRecord` has of every record, and what makes the publisher, the rating and the claim.
KEPT_WITH_THE_RECORD = {"id", "language", "publisher", "publisher_url", "rating"}


def _told(problem: ImportProblem, record: dict[str, Any]) -> set[str]:
    """The fields that the report says are not stored."""
    if problem.outcome == "merged":
        _, _, named = problem.reason.partition("those stored: ")
        return {part.partition(":")[0] for part in named.split("; ")}
    return set(record) if problem.outcome == "refused" else {problem.field}


@pytest.mark.slow
@given(st.lists(RECORDS, min_size=1, max_size=3))
@settings(
    max_examples=25, phases=PHASES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_record_ends_in_one_way_and_every_value_is_stored_or_reported(
    editor: User, house: Publisher, files: list[list[dict[str, Any]]]
) -> None:
    with transaction.atomic():
        _publishes_there(house)
        for records in files:
            _bring_and_account_for(records, editor)
        transaction.set_rollback(True)


def _publishes_there(house: Publisher) -> None:
    Publisher.objects.filter(pk=house.pk).update(url=HOUSE, domain="newsroom.example")


def _by(editor: User) -> ImportRun:
    return ImportRun.objects.create(origin="file.jsonl", started_by=editor, started_by_name="Eva")


def _bring_and_account_for(records: list[dict[str, Any]], editor: User) -> None:
    run = bring(*records, run=_by(editor))
    of_the_house = Verdict.objects.filter(publisher__is_house=True)
    assert set(of_the_house.values_list("origin", "state", "author")) <= {("house", "draft", editor.pk)}
    ended = Counter(counts(run))
    assert run.records == len(records) == ended.total()
    for outcome in ("refused", "merged"):
        assert ended[outcome] == run.problems.filter(outcome=outcome).count()
    taken = {row.position: row for row in ImportedRecord.objects.filter(run=run)}
    for number, record in enumerate(records, 1):
        position = f"line {number}"
        told = {name for problem in run.problems.filter(position=position) for name in _told(problem, record)}
        if told >= set(record):
            continue
        # One that was not written is stored with a claim already, to the letter.
        claims = [taken[position].claim] if position in taken else Claim.objects.all()
        wanted = set(record) - KEPT_WITH_THE_RECORD - told
        assert any(wanted <= _stored(claim, record) for claim in claims), (
            record,
            told,
            taken.get(position) and taken[position].outcome,
            [wanted - _stored(claim, record) for claim in claims],
        )


@pytest.mark.slow
@given(RECORDS)
@settings(
    max_examples=25,
    phases=PHASES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_importing_the_same_file_again_changes_nothing(
    editor: User, house: Publisher, records: list[dict[str, Any]]
) -> None:
    with transaction.atomic():
        _publishes_there(house)
        first = Counter(counts(bring(*records, run=_by(editor))))
        before = list(Publication.objects.order_by("pk").values_list("pk", "body"))
        again = Counter(counts(bring(*records, run=_by(editor))))
        assert (again["created"], again["updated"], again["refused"]) == (0, 0, first["refused"])
        assert list(Publication.objects.order_by("pk").values_list("pk", "body")) == before
        transaction.set_rollback(True)
