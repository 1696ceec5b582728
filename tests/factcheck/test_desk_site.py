"""What the frame of every page of the desk costs."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from factcheck import desk_site
from tests.helpers.reader_pages import page, words

pytestmark = pytest.mark.django_db


def test_no_page_gathers_all_kinds_of_rows(client: Client, editor: User) -> None:
    client.force_login(editor)
    assert client.get(reverse("admin:index")).context["available_apps"] == []
    of_one = client.get(reverse("admin:app_list", args=["sources"])).context["app_list"]
    assert [app["app_label"] for app in of_one] == ["sources"]


def test_the_menu_looks_up_each_address_about_once(
    client: Client, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[str] = []

    def reverse_and_remember(name: str) -> str:
        looked_up.append(name)
        return reverse(name)

    monkeypatch.setattr(desk_site, "reverse", reverse_and_remember)
    client.force_login(editor)
    client.get(reverse("admin:claims_claim_changelist"))
    # Lists with entries for their queues have several, and the page that is open has others below it.
    assert len(looked_up) <= len(set(looked_up)) + 12
    assert len(set(looked_up)) > 30


def test_entries_under_more_are_sorted_by_title_in_each_language(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    titles = {}
    for language in ("en", "fr"):
        menu = client.get(reverse("admin:index"), headers={"accept-language": language}).context[
            "sidebar_navigation"
        ]
        with translation.override(language):
            titles[language] = [
                str(entry["title"])
                for section in menu
                if section["name"] == "reference"
                for entry in section["items"]
            ]
    assert titles["en"] == ["Claimants", "Newsroom pages", "Rating scales", "Ratings", "Topics"]
    assert titles["fr"] == [
        "Auteurs d’affirmations",
        "Échelles d’évaluation",
        "Évaluations",
        "Pages sur nous",
        "Thèmes",
    ]


def test_the_search_names_no_list_of_a_feature_that_is_off(
    client: Client, editor: User, settings: Settings
) -> None:
    client.force_login(editor)
    found = {}
    for preset in ("newsroom", "small"):
        settings.FEATURES = [preset]
        results = client.get(reverse("admin:search"), {"s": "watch", "extended": "1"}).context["results"]
        found[preset] = [result.title for result in results if result.icon == "tag"]
    assert found == {"newsroom": ["Watches"], "small": []}


def test_search_is_a_button_with_a_description(client: Client, editor: User) -> None:
    client.force_login(editor)
    (button,) = page(client, reverse("admin:index")).xpath("//button[@*[contains(., 'opencommand')]]")
    assert words(button) == "manage_search Search the desk Ctrl + K"
