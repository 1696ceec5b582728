"""The demonstration data in the database: loaded once, and without changing what is there."""

import io

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from claims.management.demo.demo_newsroom import load
from claims.models import Claim
from sources.models import Source
from tests.helpers.article_import import everything

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("archive")]


def test_command_loads_once_and_keeps_edits(capsys: pytest.CaptureFixture[str]) -> None:
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    Source.objects.filter(snapshots__isnull=False).update(title="Our brief on Beijing")
    Claim.objects.filter(state="proposed").delete()
    User.objects.filter(username="checker").update(last_name="Brandt-Lee")
    before = everything()
    call_command("load_demo", stdout=out)
    assert everything() == before
    assert (
        out.getvalue()
        == "The demonstration data is loaded.\nThe demonstration data was loaded before: nothing changed.\n"
    )
    call_command("load_demo", verbosity=0, stdout=out)
    assert out.getvalue().count("\n") == 2


def test_a_requested_password_is_set_only_for_new_users() -> None:
    own = User.objects.create_user("editor", password="her own words")
    load(password="for the demo")
    own.refresh_from_db()
    assert own.check_password("her own words")
    assert all(user.check_password("for the demo") for user in User.objects.exclude(pk=own.pk))
