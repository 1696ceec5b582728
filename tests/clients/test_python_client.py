"""A client that openapi-python-client generates from the OpenAPI document."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.clients.conftest import ARTICLE, Site

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

CONFIGURATION = settings.BASE_DIR / "docs" / "examples" / "clients" / "python" / "openapi_python_client.yaml"
PACKAGE = "generated_factcheck_client"


@pytest.fixture
def generated(document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The package of the client, which can be imported. A warning while it is made fails the test."""
    folder = tmp_path / PACKAGE
    command = [
        *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"),
        *("--path", str(document), "--output-path", str(folder), "--config", str(CONFIGURATION)),
    ]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def operation(name: str) -> Any:
    """The module of one operation, such as `claims.claims_list`."""
    return importlib.import_module(f"{PACKAGE}.api.{name}")


def model(name: str) -> Any:
    return getattr(importlib.import_module(f"{PACKAGE}.models"), name)


def test_generated_client_answers_what_programs_ask(generated: Path, site: Site) -> None:
    """In one test, since it takes seconds to make the client."""
    for path in sorted((generated / "api").glob("*/*.py")):
        operation(".".join(path.relative_to(generated / "api").with_suffix("").parts))
    with importlib.import_module(PACKAGE).Client(base_url=site.url) as connection:
        _list(connection, site)
        _one(connection, site)
        _look_up(connection, site)
        _errors(connection)


def _list(connection: Any, site: Site) -> None:
    claims = operation("claims.claims_list").sync
    everything = claims(client=connection, count=model("ClaimsListCount").EXACT)
    assert (everything.count, everything.next_, everything.previous) == (2, None, None)
    assert [claim.id for claim in everything.results] == [site.ferry.pk, site.bridge.pk]
    filtered = claims(client=connection, rating_class=[model("ClaimsListRatingClassItem").FALSE])
    assert [claim.id for claim in filtered.results] == [site.bridge.pk]
    searched = claims(client=connection, q="ferries", publisher=["localhost"])
    assert [claim.id for claim in searched.results] == [site.ferry.pk]
    assert searched.search.is_corrected is False


def _one(connection: Any, site: Site) -> None:
    claim = operation("claims.claims_retrieve").sync(site.bridge.pk, client=connection)
    assert isinstance(claim, model("Claim"))
    assert (claim.statement, claim.claimant.name) == ("The bridge cost 40 million euros.", "Mara Lindqvist")
    [verdict], [appearance] = claim.verdicts, claim.appearances
    assert (verdict.rating.label, str(verdict.rating.rating_class)) == ("False", "false")
    assert (appearance.exact, appearance.source.url) == ("The bridge cost 40 million", ARTICLE)


def _look_up(connection: Any, site: Site) -> None:
    by_address = operation("lookup.lookup_retrieve").sync(client=connection, url_query=[ARTICLE])
    body = model("LookupCreateBody")(urls=[ARTICLE, "nowhere"])
    posted = operation("lookup.lookup_create").sync(client=connection, body=body)
    [found] = by_address.results
    assert [claim.id for claim in found.claims] == [site.bridge.pk]
    assert posted.results[0] == found
    assert posted.results[1].error.code == "invalid"


def _errors(connection: Any) -> None:
    absent = operation("claims.claims_retrieve").sync_detailed(999, client=connection)
    assert (absent.status_code, absent.parsed.status) == (404, 404)
    assert isinstance(absent.parsed, model("Problem"))
    refused = operation("claims.claims_list").sync_detailed(client=connection, page_size=0)
    assert refused.status_code == 400
    assert [(error.parameter, error.code) for error in refused.parsed.errors] == [("page_size", "invalid")]
