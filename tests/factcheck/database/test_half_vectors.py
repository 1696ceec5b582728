"""Vectors on their way into the database and back: what the type keeps arrives."""

import numpy as np
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from factcheck.database.model_fields import HalfVectorField, format_half_vector, parse_half_vector

numbers = st.lists(st.floats(-60_000, 60_000, width=16), min_size=1, max_size=20)


@pytest.mark.django_db
@given(numbers)
def test_there_and_back(values: list[float]) -> None:
    vector = np.array(values, np.float32)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v, halfvec_send(v) FROM (SELECT %s::halfvec AS v) AS made", [format_half_vector(vector)]
        )
        [[written, sent]] = cursor.fetchall()
    assert parse_half_vector(bytes(sent)).tolist() == vector.tolist()
    assert HalfVectorField().from_db_value(written) == pytest.approx(vector, rel=1e-3)


def test_with_or_without_a_length() -> None:
    assert HalfVectorField().db_type(connection) == "public.halfvec"
    assert HalfVectorField(dimensions=3).db_type(connection) == "public.halfvec(3)"
    assert HalfVectorField(dimensions=3).deconstruct()[3] == {"dimensions": 3}
    assert HalfVectorField().deconstruct()[3] == {}
    assert HalfVectorField().from_db_value(None) is None
    assert HalfVectorField().get_db_prep_value(None, connection) is None
