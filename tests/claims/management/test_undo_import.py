"""`manage.py undo_import`: what it takes back, and what it says where it cannot."""

import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from claims.models import Claim, ImportRun
from tests.helpers.imported_reviews import bring, review
from tests.helpers.newsroom import make_draft

pytestmark = pytest.mark.django_db


def undo_import(run: ImportRun, by: User, *options: str) -> str:
    out = io.StringIO()
    call_command("undo_import", str(run.pk), "--by", by.username, *options, stdout=out)
    return out.getvalue()


def test_obstacles_are_listed_and_the_rest_is_undone(editor: User, checker: User) -> None:
    run = bring(review(), review(statement="The tunnel below the harbour is closed.", review_url=None))
    ImportRun.objects.update(started_at=timezone.now() - timedelta(days=1))
    checked = Claim.objects.earliest("pk")
    make_draft(checked, checker)
    with pytest.raises(CommandError) as refused:
        undo_import(run, editor)
    assert str(refused.value) == (
        "1 of the imported claims has a verdict written here. "
        "With --rest, the 1 claim that has not been edited is undone."
    )
    with pytest.raises(CommandError, match="You may not|role"):
        undo_import(run, checker, "--rest")
    said = undo_import(run, editor, "--rest")
    assert said == f"{run} was partly undone: 1 of the imported claims has a verdict written here.\n"
    assert set(Claim.objects.values_list("pk", "state")) >= {(checked.pk, "accepted")}
    other = bring(review(statement="The lighthouse was sold for one euro."))
    assert undo_import(other, editor) == f"{other} was undone.\n"


def test_missing_imports_are_named(editor: User) -> None:
    with pytest.raises(CommandError, match="There is no import 4711"):
        call_command("undo_import", "4711", "--by", editor.username)
    with pytest.raises(CommandError, match="There is no user “nobody”"):
        call_command("undo_import", "4711", "--by", "nobody")
