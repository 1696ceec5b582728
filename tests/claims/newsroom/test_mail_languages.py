"""Mails about accounts are in the language that each of their readers has chosen."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from claims.models import MailSchedule
from claims.newsroom.factor_mail import notify_of_reset

pytestmark = pytest.mark.django_db


def prefers(person: User, language: str) -> User:
    MailSchedule.objects.create(person=person, language=language)
    person.email = f"{person.username}@example.org"
    person.save()
    return person


@pytest.fixture
def german(administrator: User) -> User:
    return prefers(administrator, "de")


@pytest.fixture
def korean(editor: User) -> User:
    return prefers(editor, "ko")


def test_a_lost_factor(german: User, checker: User, mailoutbox: list[Any]) -> None:
    notify_of_reset(person_id=german.pk, by_id=checker.pk)
    assert mailoutbox[0].subject == "[Factcheck] Ihre zweiten Faktoren wurden zurückgesetzt"
    assert "Melden Sie sich" in mailoutbox[0].body


@pytest.mark.parametrize("page", ["en", "es"])
def test_mails_about_a_new_password_are_in_the_chosen_language(
    client: Client, german: User, mailoutbox: list[Any], page: str
) -> None:
    headers = {"Accept-Language": page}
    client.post(reverse("account_reset_password"), {"email": german.email}, headers=headers)
    assert "Sie erhalten diese E-Mail, weil Sie" in mailoutbox[0].body


def test_and_in_that_of_the_page_without_a_choice(
    client: Client, checker: User, mailoutbox: list[Any]
) -> None:
    checker.email = "chris@example.org"
    checker.save()
    headers = {"Accept-Language": "es"}
    client.post(reverse("account_reset_password"), {"email": checker.email}, headers=headers)
    assert re.search(r"\bcontraseña\b", mailoutbox[0].body)
    assert "password" not in mailoutbox[0].body.replace("/password/", "")
