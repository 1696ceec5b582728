"""Requests to a ledger before its first signature."""

import pytest
from django.test import Client

LEDGER = "/api/v1/ledger"


@pytest.mark.parametrize(
    "path", ["checkpoint", "tile/0/000.p/1", "proofs/inclusion?sequence=1", "proofs/consistency?first=1"]
)
def test_before_the_first_signature(client: Client, db: None, path: str) -> None:
    assert client.get(f"{LEDGER}/{path}").status_code == 404


@pytest.mark.django_db
def test_no_keys_and_no_checkpoints(client: Client) -> None:
    assert client.get(f"{LEDGER}/keys").json() == {"origin": None, "keys": []}
    assert client.get(f"{LEDGER}/checkpoints").json() == {"more": False, "results": []}
