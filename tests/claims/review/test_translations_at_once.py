"""Two people at one translation, or at it and its original: the second finds what the first did."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from claims.models import Claim, Publication, Translation
from claims.newsroom.refusals import NotPossible
from claims.review import workflow
from claims.review.translation_drafts import begin_translation, edit_translation
from claims.review.workflow import move
from tests.claims.rules.test_translations import PUBLISH, STEP
from tests.helpers.broken_rules import sql
from tests.helpers.newsroom import make_draft
from tests.helpers.translations import live_verdict, translate
from tests.helpers.two_connections import one_after_the_other

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def claim(publish: Callable[..., Claim]) -> Claim:
    return publish()


@pytest.fixture
def ready(claim: Claim, checker: User, colleague: User) -> Translation:
    """Signed off, and not published."""
    row = move(translate(claim, checker), "submit", by=checker)
    return move(row, "sign_off", by=colleague)


def refused(work: Callable[[], object]) -> Callable[[], object]:
    """The work, which must report that it is no longer possible."""

    def tried() -> None:
        with pytest.raises(NotPossible):
            work()

    return tried


def test_two_publish_it(ready: Translation, claim: Claim, editor: User, administrator: User) -> None:
    def publish(by: User) -> Callable[[], object]:
        return lambda: move(ready, "publish", by=by)

    assert one_after_the_other(publish(editor), refused(publish(administrator))) == ""
    assert Publication.objects.filter(claim=claim.pk, kind="translation").count() == 1


def test_two_begin_it(claim: Claim, checker: User, colleague: User) -> None:
    verdict = live_verdict(claim)

    def begin(by: User) -> Callable[[], object]:
        return lambda: begin_translation(verdict, "es", by=by)

    assert one_after_the_other(begin(checker), refused(begin(colleague))) == ""
    assert Translation.objects.count() == 1


def test_it_is_published_while_its_original_is_replaced(
    ready: Translation, claim: Claim, checker: User, editor: User
) -> None:
    draft = make_draft(claim, checker, correction_kind="update", correction_note="New figures.")
    for action, by in (("submit", checker), ("sign_off", editor)):
        draft = workflow.move(draft, action, by=by)
    replace = lambda: workflow.move(draft, "publish", by=editor)  # noqa: E731
    publish = lambda: move(ready, "publish", by=editor)  # noqa: E731
    assert one_after_the_other(replace, refused(publish)) == ""
    newest = Publication.objects.newest().get(claim=claim.pk).document
    assert (newest["verdicts"][0]["version"], newest["translations"]) == (2, [])


def test_its_original_is_replaced_while_it_is_published(
    ready: Translation, claim: Claim, checker: User, editor: User
) -> None:
    draft = make_draft(claim, checker, correction_kind="update", correction_note="New figures.")
    for action, by in (("submit", checker), ("sign_off", editor)):
        draft = workflow.move(draft, action, by=by)
    replace = lambda: workflow.move(draft, "publish", by=editor)  # noqa: E731
    publish = lambda: move(ready, "publish", by=editor)  # noqa: E731
    assert one_after_the_other(publish, replace) == ""
    newest = Publication.objects.newest().get(claim=claim.pk).document
    assert (newest["version"], newest["verdicts"][0]["version"], newest["translations"]) == (3, 2, [])


def test_it_is_edited_while_it_is_submitted(claim: Claim, checker: User, editor: User) -> None:
    draft = translate(claim, checker)
    submit = lambda: move(draft, "submit", by=checker)  # noqa: E731
    edit = lambda: edit_translation(draft, by=editor, summary="Otra.")  # noqa: E731
    assert one_after_the_other(submit, refused(edit)) == ""
    draft.refresh_from_db()
    assert (draft.state, draft.summary != "Otra.") == ("in_review", True)


def test_by_sql_it_is_signed_off_while_it_is_edited(claim: Claim, checker: User, colleague: User) -> None:
    row = move(translate(claim, checker), "submit", by=checker)
    write = lambda: sql(  # noqa: E731
        "UPDATE claims_translation SET edited_by = edited_by || %s::bigint", colleague.pk
    )
    sign = lambda: sql(STEP, row.pk, "sign_off", "in_review", "in_review", 1, colleague.pk)  # noqa: E731
    assert one_after_the_other(write, sign) == "translationstep_signed_by_somebody_else"


def test_by_sql_it_is_published_while_its_original_is_retracted(
    ready: Translation, claim: Claim, editor: User
) -> None:
    retract = lambda: workflow.move(live_verdict(claim), "retract", by=editor, note="Forged.")  # noqa: E731

    def publish() -> None:
        sql(STEP, ready.pk, "test", "in_review", "published", 1, None)
        sql(PUBLISH, ready.pk)

    assert one_after_the_other(retract, publish) == "translation_is_of_what_is_published"
