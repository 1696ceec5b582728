"""Translations: how they begin, are reviewed and published, and what becomes of them when their original changes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from claims.ledger import publishing
from claims.models import Claim, Publication, Translation
from claims.newsroom.refusals import NotAllowed, NotInRole, NotPossible
from claims.review import verdict_drafts, workflow
from claims.review.translation_drafts import (
    begin_translation,
    carry_over_translation,
    discard_translation,
    edit_translation,
)
from claims.review.workflow import list_options, move
from sources.models import Publisher
from tests.helpers import newsroom
from tests.helpers.broken_rules import as_committed
from tests.helpers.ledger_rows import imported_verdict
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.recorded_notifications import recorded_notifications
from tests.helpers.translations import (
    WORDS,
    live_verdict,
    publish_draft,
    publish_translation,
    translate,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(publish: Callable[..., Claim]) -> Claim:
    return publish(make_claim("The bridge cost 12 million euros."))


def newest(claim: Claim) -> Publication:
    return Publication.objects.newest().get(claim=claim.pk)


def languages(claim: Claim) -> list[str]:
    return [each["language"] for each in newest(claim).document["translations"]]


def new_version(publish: Callable[..., Claim], claim: Claim, **content: Any) -> None:
    publish(claim, correction_kind="update", correction_note="New figures.", **content)


def test_a_published_translation_is_in_the_ledger_and_changes_nothing_else(
    claim: Claim, contributor: User, editor: User
) -> None:
    before = newest(claim).document
    translation = publish_translation(claim, contributor, editor, byline="Connie")
    entry = newest(claim)
    after = entry.document
    assert (entry.kind, entry.note, entry.version) == ("translation", "Translated into Spanish.", 2)
    [told] = after.pop("translations")
    reviewed_at = told.pop("reviewed_at")
    assert reviewed_at.endswith("Z")
    assert told == {
        "id": translation.pk,
        "verdict": live_verdict(claim).pk,
        "language": "es",
        "of_version": 1,
        "statement": WORDS["statement"],
        "title": "",
        "summary": WORDS["summary"],
        "explanation": WORDS["explanation"],
        "explanation_html": "<p>Lo dicen las cuentas <strong>auditadas</strong>.</p>\n",
        "translated_by": "Connie",
    }
    before.pop("translations")
    moments = ("version", "updated_at")
    assert {k: v for k, v in after.items() if k not in moments} == {
        k: v for k, v in before.items() if k not in moments
    }
    as_committed()


def test_unreviewed_texts_of_the_claim_stay_unpublished(claim: Claim, checker: User, editor: User) -> None:
    claim.statement = "Something that nobody has checked."
    claim.save()
    publish_translation(claim, checker, editor)
    assert newest(claim).document["statement"] == "The bridge cost 12 million euros."


def test_other_publications_keep_a_translation(claim: Claim, checker: User, editor: User, topic: Any) -> None:
    publish_translation(claim, checker, editor)
    claim.topics.add(topic)
    workflow.move(claim, "republish", by=editor, note="Filed under transport.")
    assert languages(claim) == ["es"]
    imported_verdict(claim, Publisher.objects.create(name="Checkers"))
    publishing.record(claim, "addition")
    assert languages(claim) == ["es"]
    as_committed()


def test_a_new_version_is_not_shown_with_the_translation_of_the_old_one(
    claim: Claim, checker: User, editor: User, publish: Callable[..., Claim]
) -> None:
    old = publish_translation(claim, checker, editor)
    new_version(publish, claim, summary="It was 13 million.")
    assert languages(claim) == []
    old.refresh_from_db()
    assert old.state == "published"
    draft = begin_translation(live_verdict(claim), "es", by=checker)
    assert {name: getattr(draft, name) for name in WORDS} == WORDS  # the words of the old one to begin with
    renewed = publish_draft(edit_translation(draft, by=checker, summary="Fueron 13 millones."), editor)
    [document] = newest(claim).document["translations"]
    assert (document["id"], document["of_version"], document["summary"]) == (
        renewed.pk,
        2,
        "Fueron 13 millones.",
    )
    old.refresh_from_db()
    assert (old.state, renewed.supersedes_id) == ("superseded", old.pk)
    as_committed()


def test_not_even_if_only_the_rating_differs(
    claim: Claim, checker: User, editor: User, publish: Callable[..., Claim]
) -> None:
    publish_translation(claim, checker, editor)
    new_version(publish, claim, code="true")
    assert languages(claim) == []


def test_words_that_still_hold_are_carried_over_in_one_step_and_signed_off(
    claim: Claim, checker: User, editor: User, publish: Callable[..., Claim]
) -> None:
    old = publish_translation(claim, checker, editor, byline="Chris")
    with pytest.raises(NotPossible, match="nothing to carry over"):
        carry_over_translation(old, by=checker)
    new_version(publish, claim, code="true")
    carried = carry_over_translation(old, by=checker)
    assert (carried.state, carried.byline) == ("in_review", "Chris")
    with pytest.raises(NotAllowed, match="another person"):
        move(carried, "sign_off", by=checker)
    with pytest.raises(NotPossible, match="0 of 1"):
        move(carried, "publish", by=editor)
    move(carried, "sign_off", by=editor)
    move(carried, "publish", by=editor)
    assert languages(claim) == ["es"]


def test_a_retraction_hides_its_translations_and_changes_none(
    claim: Claim, checker: User, editor: User
) -> None:
    translation = publish_translation(claim, checker, editor)
    workflow.move(live_verdict(claim), "retract", by=editor, note="It was about another bridge.")
    assert (newest(claim).status, languages(claim)) == ("retracted", [])
    translation.refresh_from_db()
    assert translation.state == "published"
    assert [each.action for each in list_options(translation, editor)] == []
    as_committed()


def test_a_merge_shows_no_translation_of_other_words_and_its_undoing_brings_it_back(
    claim: Claim, checker: User, editor: User
) -> None:
    translation = publish_translation(claim, checker, editor)
    target = make_claim("The bridge was expensive.")
    workflow.move(claim, "merge", by=editor, into=target)
    shown = newest(target).document
    assert (shown["verdicts"][0]["id"], shown["translations"]) == (translation.verdict_id, [])
    merged = claim.__class__.objects.get(pk=claim.pk)
    with pytest.raises(NotPossible, match="not public"):
        begin_translation(translation.verdict, "fr", by=checker)
    workflow.move(merged, "unmerge", by=editor)
    assert languages(claim) == ["es"]
    as_committed()


def test_withdrawing_is_reported_with_the_reason(claim: Claim, checker: User, editor: User) -> None:
    translation = publish_translation(claim, checker, editor)
    publish_translation(claim, checker, editor, "fr")
    with pytest.raises(NotPossible, match="A note is needed"):
        move(translation, "retract", by=editor)
    move(translation, "retract", by=editor, note="It said twelve thousand.")
    entry = newest(claim)
    assert (entry.kind, entry.note, languages(claim)) == ("translation", "It said twelve thousand.", ["fr"])
    assert entry.status == "published"
    as_committed()


def test_an_improved_translation_needs_a_note(claim: Claim, checker: User, editor: User) -> None:
    publish_translation(claim, checker, editor)
    with pytest.raises(NotPossible, match="public note"):
        publish_translation(claim, checker, editor, summary="Mejor.")
    draft = Translation.objects.get(state="in_review")
    move(draft, "publish", by=editor, note="A figure was wrong.")
    [document] = newest(claim).document["translations"]
    assert (document["summary"], newest(claim).note) == ("Mejor.", "A figure was wrong.")
    as_committed()


def test_the_translation_draft_of_an_older_verdict_cannot_be_published(
    claim: Claim, checker: User, editor: User, publish: Callable[..., Claim]
) -> None:
    open_one = move(translate(claim, checker), "submit", by=checker)
    move(open_one, "sign_off", by=editor)
    new_version(publish, claim)
    with pytest.raises(NotPossible, match="Translate the new version"):
        move(open_one, "publish", by=editor)
    assert begin_translation(live_verdict(claim), "es", by=checker).summary == WORDS["summary"]


@pytest.mark.parametrize("door", ["begin", "carry over"])
def test_authors_of_unreviewed_texts_cannot_sign_them_off_in_anothers_draft(
    claim: Claim, checker: User, colleague: User, editor: User, publish: Callable[..., Claim], door: str
) -> None:
    old = translate(claim, colleague)
    new_version(publish, claim)
    if door == "begin":
        draft = begin_translation(live_verdict(claim), "es", by=checker)
        draft = move(draft, "submit", by=checker)
    else:
        draft = carry_over_translation(old, by=checker)
    assert draft.summary == WORDS["summary"]
    with pytest.raises(NotAllowed, match="another person"):
        move(draft, "sign_off", by=colleague)
    move(draft, "sign_off", by=editor)


def test_unreadable_texts_are_not_copied(
    claim: Claim, checker: User, contributor: User, publish: Callable[..., Claim]
) -> None:
    translate(claim, checker, summary="Confidential so far.")
    new_version(publish, claim)
    begun = begin_translation(live_verdict(claim), "es", by=contributor)
    assert (begun.statement, begun.summary, begun.supersedes, begun.edited_by) == ("", "", None, [])


# Refusals -----------------------------------------------------------------------------------------------------


def test_drafts_and_others_verdicts_are_not_translated(claim: Claim, checker: User) -> None:
    with pytest.raises(NotPossible, match="Only published verdicts"):
        begin_translation(make_draft(make_claim(), checker), "es", by=checker)
    other = imported_verdict(claim, Publisher.objects.create(name="Checkers"))
    publishing.record(claim, "addition")
    with pytest.raises(NotPossible, match="Checkers"):
        begin_translation(other, "es", by=checker)


def test_nothing_is_translated_into_its_own_language(claim: Claim, checker: User) -> None:
    with pytest.raises(NotPossible, match="already in this language"):
        begin_translation(live_verdict(claim), "EN", by=checker)


def test_a_statement_in_the_language_of_the_reader_stays_in_its_words(
    publish: Callable[..., Claim], checker: User, editor: User
) -> None:
    claim = publish(make_claim("El puente costó 12 millones.", language="es"), language="en")
    draft = translate(claim, checker, statement="Otro puente costó 12 millones.")
    with pytest.raises(NotPossible, match="statement in its original wording"):
        move(draft, "submit", by=checker)
    draft = edit_translation(draft, by=checker, statement="El puente costó 12 millones.")
    publish_draft(draft, editor)
    assert languages(claim) == ["es"]


def test_a_part_that_is_missing_is_named(claim: Claim, checker: User) -> None:
    draft = translate(claim, checker, summary=" ", title="Titular")
    with pytest.raises(
        NotPossible, match="the translation of the summary; “headline” left empty, as in the original"
    ):
        move(draft, "submit", by=checker)


@pytest.mark.parametrize(
    ("action", "state", "able"),
    [
        ("submit", "draft", "connie chris edith"),
        ("sign_off", "in_review", "chris edith"),
        ("publish", "in_review", "edith"),
        ("retract", "published", "edith"),
    ],
)
def test_permissions(
    claim: Claim,
    contributor: User,
    checker: User,
    editor: User,
    colleague: User,
    action: str,
    state: str,
    able: str,
) -> None:
    translation = translate(claim, colleague)
    if state != "draft":
        translation = move(translation, "submit", by=colleague)
    if state == "published":
        move(translation, "sign_off", by=editor)
        translation = move(translation, "publish", by=editor)
    for person in (contributor, checker, editor):
        offered = {option.action for option in list_options(translation, person)}
        assert (action in offered) == (person.username in able.split()), person
    if "connie" not in able:
        with pytest.raises(NotInRole):
            move(translation, action, by=contributor, note="x")


def test_only_authors_are_excluded_from_sign_off(
    claim: Claim, checker: User, editor: User, settings: Settings
) -> None:
    settings.REQUIRED_SIGNOFFS = 2
    draft = move(translate(claim, checker), "submit", by=checker)
    move(draft, "sign_off", by=editor)
    with pytest.raises(NotPossible, match="already signed"):
        move(draft, "sign_off", by=editor)
    with pytest.raises(NotPossible, match="1 of 2"):
        move(draft, "publish", by=editor)


def test_a_draft_is_its_translators(claim: Claim, checker: User, colleague: User, editor: User) -> None:
    draft = translate(claim, checker)
    with pytest.raises(NotAllowed):
        edit_translation(draft, by=colleague, summary="x")
    with pytest.raises(NotAllowed):
        discard_translation(draft, by=colleague)
    edit_translation(draft, by=editor, summary="Otra.")
    submitted = move(draft, "submit", by=checker)
    with pytest.raises(NotPossible):
        edit_translation(submitted, by=checker, summary="x")
    with pytest.raises(NotAllowed, match="another person"):
        move(submitted, "sign_off", by=editor)  # its authors


def test_translations_that_were_in_review_are_not_discarded(
    claim: Claim, checker: User, colleague: User
) -> None:
    draft = translate(claim, checker)
    back = move(move(draft, "submit", by=checker), "withdraw", by=checker)
    with pytest.raises(NotPossible, match="in review"):
        discard_translation(back, by=checker)
    discard_translation(translate(claim, colleague, "fr"), by=colleague)
    assert Translation.objects.count() == 1


def test_the_people_concerned_are_notified(
    claim: Claim, checker: User, colleague: User, editor: User
) -> None:
    draft = translate(claim, colleague)
    with recorded_notifications() as sent:
        move(draft, "submit", by=colleague, note="Please look at the figures.")
    assert {(kind, name) for kind, name, _note in sent} == {
        ("translation_waits", "chris"),
        ("translation_waits", "edith"),
    }
    with recorded_notifications() as sent:
        draft = move(draft, "request_changes", by=editor, note="Millions.")
        publish_draft(draft, editor)
    assert {kind for kind, name, _note in sent if name == "kim"} == {"translation_back", "translation_done"}
    verdict_drafts.create_draft(claim, author=checker).delete()
    with recorded_notifications() as sent:
        new_version(newsroom.publishing(checker, editor, notify=True), claim)
    assert [kind for kind, name, _note in sent if name == "kim"].count("translation_stale") == 1


def test_its_words_are_found(claim: Claim, checker: User, editor: User) -> None:
    words = ("puente", "puentes", "auditada", "cuentas")
    assert not any(Publication.objects.current().search(word) for word in words)
    publish_translation(claim, checker, editor)
    for word in words:
        [found] = Publication.objects.current().search(word)
        assert found.claim_id == claim.pk
    assert [row.claim_id for row in Publication.objects.current().search("bridge")] == [claim.pk]
    assert Publication.objects.current().get().slug == claim.slug
