"""The page of languages and features, where administrators switch features."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from claims.models import AuditRecord, FeatureChoice
from factcheck import features

PAGE = reverse("desk-installation")


def switch(client: Client, feature: str, to: str) -> list[str]:
    answer = client.post(PAGE, {"feature": feature, "to": to}, follow=True)
    return [str(message) for message in answer.context["messages"]]


def test_each_feature_is_switched_and_the_audit_log_says_by_whom(
    client: Client, administrator: User, settings: Any
) -> None:
    settings.FEATURES = ["complaints"]
    client.force_login(administrator)
    lines = {line.feature.label: line for line in client.get(PAGE).context["lines"]}
    assert [label for label, line in lines.items() if line.is_on] == ["complaints"]
    assert list(lines) == [feature.label for feature in features.list_installed()]
    said = [switch(client, "complaints", "off"), switch(client, "embeds", "on")]
    assert said == [
        ["Switched off: Complaints. Nothing was deleted."],
        [f"Switched on: {features.find_feature('embeds').verbose_name}."],
    ]
    assert [feature.label for feature in features.list_switched_on()] == ["embeds"]
    recorded = AuditRecord.objects.filter(kind="feature_switched").order_by("pk")
    assert list(recorded.values_list("what", "actor")) == [
        ("complaints: off", administrator.pk),
        ("embeds: on", administrator.pk),
    ]


def test_a_feature_that_another_requires_stays_on(client: Client, administrator: User, settings: Any) -> None:
    settings.FEATURES = ["all"]
    client.force_login(administrator)
    needing = [feature for feature in features.list_installed() if "archiving" in feature.requires]
    assert switch(client, "archiving", "off")[0].startswith("First switch off: ")
    for feature in needing:
        switch(client, feature.label, "off")
    assert switch(client, "archiving", "off")[0].startswith("Switched off: ")
    assert switch(client, needing[0].label, "on")[0].startswith("First switch on: ")
    assert switch(client, "claims", "off") == ["This feature does not exist."]
    assert FeatureChoice.objects.filter(feature="claims").exists() is False


def test_only_administrators_see_check_and_switch(client: Client, editor: User, administrator: User) -> None:
    answers = []
    for person in (editor, administrator):
        client.force_login(person)
        switched = client.post(PAGE, {"feature": "platforms", "to": "off"}).status_code
        answers.append((client.get(PAGE).status_code, client.post(PAGE).status_code, switched))
    assert answers == [(403, 403, 403), (200, 302, 302)]
    assert [entry.user_id for entry in LogEntry.objects.all()] == [administrator.pk]
    assert FeatureChoice.objects.count() == 1
