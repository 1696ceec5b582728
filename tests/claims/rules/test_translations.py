"""Translations: two people, fixed content, one live per language, only of published verdicts, with a ledger entry."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from claims.ledger import publishing
from claims.models import Claim, Publication, Translation, TranslationStep
from claims.models.translation import digest_original
from claims.review import workflow
from claims.review.translation_drafts import edit_translation
from claims.review.workflow import move
from sources.models import Publisher
from tests.helpers.broken_rules import as_committed, refused, sql
from tests.helpers.ledger_rows import imported_verdict
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.sweeps import sweep
from tests.helpers.translations import live_verdict, publish_translation, translate

pytestmark = pytest.mark.django_db

STEP = (
    "INSERT INTO claims_translationstep (translation_id, action, before, after, round, by_id, by_name, note)"
    " VALUES (%s, %s, %s, %s, %s, %s, 'SQL', '')"
)
INSERT = (
    "INSERT INTO claims_translation (verdict_id, language, version, statement, title, summary, explanation, byline,"
    " author_id, edited_by, state, review_round, required_signoffs)"
    " VALUES (%s, %s, %s, 'x', '', 'x', 'x', '', %s, '{}', 'draft', 0, 1)"
)
PUBLISH = "UPDATE claims_translation SET state = 'published', published_at = clock_timestamp() WHERE id = %s"


def sign_off(translation: Translation, by: User, review_round: int | None = None) -> tuple[object, ...]:
    chosen = translation.review_round if review_round is None else review_round
    return (STEP, translation.pk, "sign_off", "in_review", "in_review", chosen, by.pk)


def write_down(translation: Translation, before: str, after: str) -> None:
    sql(STEP, translation.pk, "test", before, after, translation.review_round, None)


@pytest.fixture
def claim(publish: Callable[..., Claim]) -> Claim:
    return publish()


@pytest.fixture
def draft(claim: Claim, checker: User) -> Translation:
    return translate(claim, checker)


@pytest.fixture
def in_review(draft: Translation, checker: User) -> Translation:
    return move(draft, "submit", by=checker)


@pytest.fixture
def published(claim: Claim, checker: User, editor: User) -> Translation:
    translation = publish_translation(claim, checker, editor)
    as_committed()
    return translation


# Four eyes ------------------------------------------------------------------------------------------------------------


def test_own_translation_cannot_be_signed_off(in_review: Translation, checker: User) -> None:
    refused(*sign_off(in_review, checker), match="translationstep_signed_by_somebody_else")  # type: ignore[arg-type]


def test_the_submitter_cannot_sign_it_off(draft: Translation, editor: User) -> None:
    submitted = move(draft, "submit", by=editor)
    refused(*sign_off(submitted, editor), match="translationstep_signed_by_somebody_else")  # type: ignore[arg-type]


def test_editors_cannot_sign_it_off(draft: Translation, checker: User, editor: User) -> None:
    edit_translation(draft, by=editor, summary="Otra.")
    submitted = move(draft, "submit", by=checker)
    refused(*sign_off(submitted, editor), match="translationstep_signed_by_somebody_else")  # type: ignore[arg-type]
    refused("UPDATE claims_translation SET edited_by = '{}'", match="translation_editors_are_remembered")


def test_only_the_present_round_in_review_can_be_signed_off(in_review: Translation, colleague: User) -> None:
    refused(*sign_off(in_review, colleague, 2), match="translationstep_signed_in_review")  # type: ignore[arg-type]
    refused(*sign_off(in_review, colleague, 0), match="translationstep_signed_in_review")  # type: ignore[arg-type]


def test_a_draft_cannot_be_signed_off(draft: Translation, colleague: User) -> None:
    refused(*sign_off(draft, colleague), match="translationstep_signed_in_review")  # type: ignore[arg-type]


def test_no_one_signs_off_twice(in_review: Translation, colleague: User) -> None:
    sql(*sign_off(in_review, colleague))  # type: ignore[arg-type]
    refused(*sign_off(in_review, colleague), match="translationstep_one_signoff_per_round_and_person")  # type: ignore[arg-type]


def test_a_sign_off_names_a_person_and_changes_no_state(in_review: Translation, colleague: User) -> None:
    rule = "translationstep_signoff_changes_no_state"
    refused(STEP, in_review.pk, "sign_off", "in_review", "in_review", 1, None, match=rule)
    refused(STEP, in_review.pk, "sign_off", "in_review", "published", 1, colleague.pk, match=rule)
    refused(STEP, in_review.pk, "test", "in_review", "in_review", 1, colleague.pk, match=rule)


def test_it_is_not_published_without_a_signoff(in_review: Translation) -> None:
    write_down(in_review, "in_review", "published")
    refused(PUBLISH, in_review.pk, match="translation_with_four_eyes")


def test_a_signoff_of_an_earlier_round_does_not_count(
    in_review: Translation, checker: User, colleague: User
) -> None:
    move(in_review, "sign_off", by=colleague)
    back = move(in_review, "request_changes", by=colleague, note="Cifras.")
    again = move(back, "submit", by=checker)
    write_down(again, "in_review", "published")
    refused(PUBLISH, again.pk, match="translation_with_four_eyes")
    refused("UPDATE claims_translation SET review_round = 1", match="translation_terms_of_review")
    refused("UPDATE claims_translation SET required_signoffs = 0", match="translation_")


def test_sign_offs_by_later_editors_do_not_count(in_review: Translation, colleague: User) -> None:
    sql(*sign_off(in_review, colleague))  # type: ignore[arg-type]
    sql("UPDATE claims_translation SET edited_by = ARRAY[%s::bigint]", colleague.pk)
    write_down(in_review, "in_review", "published")
    refused(PUBLISH, in_review.pk, match="translation_with_four_eyes")


def test_the_translator_never_changes(in_review: Translation, colleague: User) -> None:
    refused("UPDATE claims_translation SET author_id = %s", colleague.pk, match="translation_origin_is_fixed")


# What it is of --------------------------------------------------------------------------------------------------------


def test_it_is_of_the_words_that_readers_see(claim: Claim, draft: Translation) -> None:
    verdict = live_verdict(claim)
    words = (claim.statement, verdict.title, verdict.summary, verdict.explanation)
    draft.refresh_from_db()
    assert draft.original_sha256 == digest_original(*words)
    refused("UPDATE claims_translation SET original_sha256 = 'x'", match="translation_origin_is_fixed")


def test_the_database_sets_the_original(claim: Claim, checker: User) -> None:
    verdict = live_verdict(claim)
    sql(
        INSERT.replace("version,", "version, original_sha256,").replace("%s, 'x'", "%s, 'forged', 'x'", 1),
        verdict.pk,
        "fr",
        1,
        checker.pk,
    )
    words = (claim.statement, verdict.title, verdict.summary, verdict.explanation)
    assert Translation.objects.get().original_sha256 == digest_original(*words)


def test_a_draft_is_not_translated(checker: User) -> None:
    verdict = make_draft(make_claim(), checker)
    refused(INSERT, verdict.pk, "es", 1, checker.pk, match="translation_is_of_what_is_published")


def test_verdicts_of_others_cannot_be_translated(claim: Claim, checker: User) -> None:
    other = imported_verdict(claim, Publisher.objects.create(name="Checkers"))
    publishing.record(claim, "addition")
    refused(INSERT, other.pk, "es", 1, checker.pk, match="translation_is_of_what_is_published")


@sweep("language", ["en", "EN", "", "español"], undone=True)
def test_it_is_into_another_language(claim: Claim, checker: User, language: str) -> None:
    refused(INSERT, live_verdict(claim).pk, language, 1, checker.pk, match="translation_")


def test_it_starts_as_a_draft(claim: Claim, checker: User) -> None:
    statement = INSERT.replace("'draft'", "'in_review'")
    refused(statement, live_verdict(claim).pk, "es", 1, checker.pk, match="translation_starts_as_draft")


def test_one_is_written_at_a_time(draft: Translation, colleague: User) -> None:
    refused(INSERT, draft.verdict_id, "es", 2, colleague.pk, match="translation_one_open")


def test_languages_are_compared_without_case(claim: Claim, checker: User, editor: User) -> None:
    translate(claim, checker, "pt-BR")
    refused(INSERT, live_verdict(claim).pk, "pt-br", 2, editor.pk, match="translation_one_open")


def test_one_is_live(published: Translation, claim: Claim, checker: User, editor: User) -> None:
    second = move(translate(claim, checker, summary="Otra."), "submit", by=checker)
    second = move(second, "sign_off", by=editor)
    write_down(second, "in_review", "published")
    refused(PUBLISH, second.pk, match="translation_one_live")


@sweep("hidden", ["\u202e", "\u202a", "\u0007", "\u0085"], undone=True)
@sweep("part", ["statement", "title", "summary", "explanation", "byline"], undone=True)
def test_nothing_is_hidden_in_it(draft: Translation, part: str, hidden: str) -> None:
    refused(
        f"UPDATE claims_translation SET {part} = %s", f"una{hidden}cosa", match="translation_hides_nothing"
    )


def test_marks_of_right_to_left_texts_are_no_harm(draft: Translation) -> None:
    sql("UPDATE claims_translation SET statement = %s", "\u2067كلف الجسر\u2069 12\u200f مليون.\n\tنعم")


@sweep("emptied", ["statement", "summary", "explanation"], undone=True)
def test_it_has_the_parts_of_its_original(draft: Translation, emptied: str) -> None:
    sql(f"UPDATE claims_translation SET {emptied} = E' \\n\\t'")
    write_down(draft, "draft", "in_review")
    refused(
        "UPDATE claims_translation SET state = 'in_review', review_round = 1",
        match="translation_says_as_much",
    )


def test_it_has_only_texts_that_the_original_has(draft: Translation) -> None:
    sql("UPDATE claims_translation SET title = 'Un titular que nadie escribió'")
    write_down(draft, "draft", "in_review")
    refused(
        "UPDATE claims_translation SET state = 'in_review', review_round = 1",
        match="translation_says_as_much",
    )


# How it moves ---------------------------------------------------------------------------------------------------------


@sweep("part", ["statement", "title", "summary", "explanation", "byline"], undone=True)
def test_translations_in_review_cannot_be_edited(in_review: Translation, part: str) -> None:
    refused(f"UPDATE claims_translation SET {part} = 'y'", match="translation_content_is_fixed")


@sweep("part", ["statement", "title", "summary", "explanation", "byline"], undone=True)
def test_published_translations_cannot_be_edited(published: Translation, part: str) -> None:
    refused(f"UPDATE claims_translation SET {part} = 'y'", match="translation_content_is_fixed")


@sweep("after", ["published", "superseded", "retracted"], undone=True)
def test_a_draft_can_only_be_submitted(draft: Translation, after: str) -> None:
    write_down(draft, "draft", after)
    refused("UPDATE claims_translation SET state = %s, published_at = now()", after, match="translation_")


def test_every_move_is_written_down(draft: Translation) -> None:
    refused(
        "UPDATE claims_translation SET state = 'in_review', review_round = 1", match="move_is_written_down"
    )


def test_steps_are_never_rewritten(in_review: Translation) -> None:
    as_committed()
    refused("UPDATE claims_translationstep SET by_name = 'x'", match="translationstep_append_only")
    refused("DELETE FROM claims_translationstep", match="translationstep_append_only")
    refused("TRUNCATE claims_translationstep CASCADE", match="append_only")


@pytest.mark.slow
@pytest.mark.parametrize("state", ["in_review", "published"])
def test_reviewed_translations_cannot_be_deleted(state: str, request: pytest.FixtureRequest) -> None:
    translation = request.getfixturevalue(state)
    refused("DELETE FROM claims_translation WHERE id = %s", translation.pk, match="translation_is_kept")


def test_publishing_writes_an_entry(in_review: Translation, colleague: User) -> None:
    move(in_review, "sign_off", by=colleague)
    write_down(in_review, "in_review", "published")
    with transaction.atomic():
        sql(PUBLISH, in_review.pk)
        refused("SET CONSTRAINTS ALL IMMEDIATE", match="translation_is_told_by_the_ledger")
        transaction.set_rollback(True)


def test_withdrawing_writes_an_entry(published: Translation) -> None:
    write_down(published, "published", "retracted")
    with transaction.atomic():
        sql("UPDATE claims_translation SET state = 'retracted' WHERE id = %s", published.pk)
        refused("SET CONSTRAINTS ALL IMMEDIATE", match="translation_is_told_by_the_ledger")
        transaction.set_rollback(True)


def test_superseded_translations_cannot_be_published(
    in_review: Translation, claim: Claim, colleague: User, publish: Callable[..., Claim]
) -> None:
    move(in_review, "sign_off", by=colleague)
    publish(claim, correction_kind="update", correction_note="New figures.")
    write_down(in_review, "in_review", "published")
    refused(PUBLISH, in_review.pk, match="translation_is_of_what_is_published")


def test_moments_are_the_databases(published: Translation, draft_of_another: Translation) -> None:
    rule = "translation_moments_are_fixed"
    refused("UPDATE claims_translation SET published_at = now()", match=rule)
    refused("UPDATE claims_translation SET created_at = 'yesterday'", match=rule)


@pytest.fixture
def draft_of_another(publish: Callable[..., Claim], checker: User) -> Translation:
    return translate(publish(), checker)


def test_a_signoff_of_a_verdict_is_none_of_its_translation(
    in_review: Translation, claim: Claim, colleague: User
) -> None:
    """What the newsroom signed off is the original."""
    assert live_verdict(claim).signoffs.count() == 1
    assert TranslationStep.objects.signoffs().count() == 0
    write_down(in_review, "in_review", "published")
    refused(PUBLISH, in_review.pk, match="translation_with_four_eyes")


def test_it_stays_when_its_original_goes(published: Translation, claim: Claim, editor: User) -> None:
    newest = Publication.objects.current().get(claim=claim.pk)
    assert (newest.kind, newest.version) == ("translation", 2)
    verdict = live_verdict(claim)
    workflow.move(verdict, "retract", by=editor, note="It was forged.")
    as_committed()  # a translation hidden because its original is gone keeps its state
    published.refresh_from_db()
    assert published.state == "published"
