"""The page of languages and features says what is on, and the setting that changes it."""

import re
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from factcheck import features

PAGE = reverse("desk-installation")
ON = ["archiving", "complaints", "discovery", "standards", "embeds"]


def shown(client: Client) -> dict[str, tuple[str, str]]:
    page = client.get(PAGE).content.decode()
    found = re.findall(r"<h3>(.*?)</h3>.*?FEATURES=([\w,]*)</code>", page, re.DOTALL)
    return {heading.split(" <")[0]: (strip_tags(heading).split()[-1], value) for heading, value in found}


def test_each_feature_names_the_setting_that_switches_it(
    client: Client, administrator: User, settings: Any
) -> None:
    settings.FEATURES = ON
    client.force_login(administrator)
    found = shown(client)
    assert [name for name, (state, _value) in found.items() if state == "on"] == [
        str(feature.verbose_name) for feature in features.switched_on()
    ]
    wrong = []
    for feature in features.installed():
        settings.FEATURES = ON
        was_on = feature.is_on
        settings.FEATURES = found[str(feature.verbose_name)][1].split(",")
        if feature.is_on == was_on:
            wrong.append(feature.label)
    assert wrong == []


def test_only_administrators_see_and_check_it(client: Client, editor: User, administrator: User) -> None:
    answers = []
    for person in (editor, administrator):
        client.force_login(person)
        answers.append((client.get(PAGE).status_code, client.post(PAGE).status_code))
    assert answers == [(403, 403), (200, 302)]
    assert [entry.user_id for entry in LogEntry.objects.all()] == [administrator.pk]
