"""Nobody else takes the name of the newsroom: what they published would read as its own."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from sources.models import Publisher

pytestmark = pytest.mark.django_db


@pytest.fixture
def other() -> Publisher:
    return Publisher.objects.create(name="Example Checks", url="https://example.org/")


@pytest.mark.parametrize("change", ["{}", "upper({})", "' ' || {} || ' '"])
def test_nobody_else_takes_it_even_by_sql(other: Publisher, change: str) -> None:
    house = Publisher.objects.house()
    taken = change.format("(SELECT name FROM sources_publisher WHERE is_house)")
    with (
        pytest.raises(IntegrityError, match="Only the newsroom that runs this has its name"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE sources_publisher SET name = {taken} WHERE id = %s", [other.pk])
    other.refresh_from_db()
    assert (other.name, house.name != other.name) == ("Example Checks", True)


def test_who_tries_is_told(other: Publisher) -> None:
    other.name = Publisher.objects.house().name.upper()
    with pytest.raises(ValidationError) as refusal:
        other.full_clean()
    assert list(refusal.value.message_dict) == ["name"]


def test_any_other_name_is_free(other: Publisher) -> None:
    house = Publisher.objects.house()
    house.name, other.name = "Our Desk", house.name
    house.full_clean()
    house.save()
    other.full_clean()
    other.save()


def test_who_has_it_already_can_still_be_corrected() -> None:
    namesake = Publisher.objects.create(name=Publisher.objects.house().name, url="https://example.org/")
    namesake.country = "DE"
    namesake.full_clean()
    namesake.save()
