"""Where complaints join the core: there while the feature is on, gone while it is off."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from claims.features.complaints import demo
from claims.features.complaints.models import Complaint, ReaderRequest
from claims.features.teamwork import preferences
from claims.features.teamwork.admin.preference_form import PreferenceForm
from claims.features.teamwork.models import NotificationPreference
from claims.management.demo.incoming import DemoContent
from claims.models import Claim

pytestmark = pytest.mark.django_db


def test_the_dashboard_lists_complaints_and_counts_the_rest(
    complain: Callable[..., Complaint],
    ask: Callable[..., ReaderRequest],
    client: Client,
    checker: User,
    editor: User,
    settings: Settings,
) -> None:
    complaint = complain()
    ask("The mayor sold the harbour.")
    shown = {}
    for on in (["complaints"], []):
        settings.FEATURES = on
        for person in (checker, editor):
            client.force_login(person)
            context = client.get(reverse("admin:index")).context
            lines = [*context["cards"], *context["queues"]]
            shown[person.username, *on] = {
                line.name: line.count for line in lines if "complaints" in line.url + line.name
            }
            rows = [row for card in context["cards"] for row in card.lines if card.name == "complaints"]
            assert [row.text for row in rows] == [str(complaint.claim)] * (person == editor and bool(on))
    requests = {"requests": 1, "held_requests": 0}
    assert shown == {
        ("chris", "complaints"): requests,
        ("edith", "complaints"): {"complaints": 1, "held_complaints": 0} | requests,
        ("chris",): {},
        ("edith",): {},
    }
    assert complaint.due_on is not None
    assert complaint.due_on > timezone.localdate()


def test_notifications_are_offered_while_it_is_on_and_choices_are_kept(
    editor: User, settings: Settings
) -> None:
    preferences.stop_mail(editor, "complained")
    offered = {}
    for on in (["complaints"], []):
        settings.FEATURES = on
        form = PreferenceForm(editor)
        offered[len(on)] = [
            field.name for field in form.list_kind_fields() if field.name.startswith("complain")
        ]
        answers = QueryDict(mutable=True)
        answers.update({name: form.get_initial_for_field(field, name) for name, field in form.fields.items()})
        saved = PreferenceForm(editor, answers)
        assert saved.is_valid(), saved.errors
        saved.save()
        assert list(NotificationPreference.objects.values_list("kind", "mail")) == [("complained", "never")]
    assert offered == {1: ["complained", "complaint_given", "complaint_late"], 0: []}


def test_the_demo_has_messages_in_several_states(publish: Callable[..., Claim]) -> None:
    content = orjson.loads(Path(demo.__file__).with_name("demo.json").read_bytes())
    claims = {row["claim"]: publish() for row in content["complaints"]}
    demo.add_messages(DemoContent(content, claims, {}, {}))
    assert Counter(Complaint.objects.values_list("state", flat=True)) == {"confirmed": 2, "new": 1}
    requests = ReaderRequest.objects.order_by("pk").values_list("state", "reader_count")
    assert list(requests) == [("confirmed", 1), ("confirmed", 2), ("new", 0)]
