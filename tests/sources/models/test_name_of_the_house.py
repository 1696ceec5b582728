"""No other publisher takes the newsroom's name, because its publications would read as the newsroom's."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from sources.models import Publisher

pytestmark = pytest.mark.django_db


@pytest.fixture
def other() -> Publisher:
    return Publisher.objects.create(name="Example Checks", url="https://example.org/")


LOOKALIKES = [
    "{}",
    "upper({})",
    "' ' || {} || ' '",
    "replace({}, ' ', '  ')",
    "{} || '.'",
    "replace({}, ' ', '-')",
]


@pytest.mark.parametrize("change", LOOKALIKES)
def test_no_publisher_is_created_with_it_even_by_sql(change: str) -> None:
    house = Publisher.objects.get_house()
    taken = change.format("(SELECT name FROM sources_publisher WHERE is_house)")
    with (
        pytest.raises(IntegrityError, match="Another newsroom cannot have the name of this one"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO sources_publisher"
            " (name, kind, url, domain, country, language, same_as, is_house, ifcn_signatory)"
            f" VALUES ({taken}, 'other', '', '', '', '', '{{}}', false, false)"
        )
    assert list(Publisher.objects.all()) == [house]


def test_a_newcomer_is_reported() -> None:
    newcomer = Publisher(
        name=Publisher.objects.get_house().name.replace(" ", "  ").upper(), url="https://example.org/"
    )
    with pytest.raises(ValidationError) as refusal:
        newcomer.full_clean()
    assert list(refusal.value.message_dict) == ["name"]


@pytest.mark.parametrize("change", LOOKALIKES)
def test_no_publisher_is_renamed_to_it_even_by_sql(other: Publisher, change: str) -> None:
    house = Publisher.objects.get_house()
    taken = change.format("(SELECT name FROM sources_publisher WHERE is_house)")
    with (
        pytest.raises(IntegrityError, match="Another newsroom cannot have the name of this one"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE sources_publisher SET name = {taken} WHERE id = %s", [other.pk])
    other.refresh_from_db()
    assert (other.name, house.name != other.name) == ("Example Checks", True)


def test_the_attempt_is_refused_with_a_message(other: Publisher) -> None:
    other.name = Publisher.objects.get_house().name.upper()
    with pytest.raises(ValidationError) as refusal:
        other.full_clean()
    assert list(refusal.value.message_dict) == ["name"]


def test_any_other_name_is_free(other: Publisher) -> None:
    house = Publisher.objects.get_house()
    house.name, other.name = "Our Desk", house.name
    house.full_clean()
    house.save()
    other.full_clean()
    other.save()


def test_a_publisher_that_has_it_already_can_still_be_edited() -> None:
    namesake, house = (
        Publisher.objects.create(name="Our Desk", url="https://example.org/"),
        Publisher.objects.get_house(),
    )
    house.name = "Our desk"
    house.save()
    namesake.country = "DE"
    namesake.full_clean()
    namesake.save()
