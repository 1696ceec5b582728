"""Rows of this feature for a desk at which everything has happened once (`tests.helpers.full_desk`)."""

from django.contrib.auth.models import User

from claims.features.teamwork import assignments, comments
from claims.features.teamwork.models import AssignmentRule, ChatChannel
from claims.features.teamwork.notifications import notify_people
from claims.models import Claim


def add_rows(claim: Claim) -> None:
    """The claim is assigned and talked about, and everyone is notified."""
    checker, topic = claim.created_by, claim.topics.get()
    assert checker
    editor = User.objects.filter(groups__name="Editor").exclude(pk=checker.pk).first() or checker
    address = "https://hooks.example.org/services/T0"
    ChatChannel.objects.create(name=f"#{claim.pk}", shape="slack", address=address)
    comments.add_comment(claim, f"Look, @{editor.username}.", by=checker)
    notify_people("overdue", claim=claim, to=User.objects.filter(is_active=True))
    assignments.assign_work(claim, checker, by=editor)
    AssignmentRule.objects.create(name=f"Rule {claim.pk}", person=checker, topic=topic, created_by=editor)
