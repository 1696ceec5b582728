"""Outsiders recompute the signed-off content from public JSON alone, with the program in the documentation."""

import copy
import importlib.util
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from claims.ledger.verification.verification_run import verify
from claims.models import Claim, Evidence, SignOff
from claims.review import workflow
from tests.helpers.newsroom import make_claim, make_draft, make_source
from tests.helpers.rewritten_ledger import past_all_rules

pytestmark = pytest.mark.django_db

_file = settings.BASE_DIR / "docs" / "examples" / "verify_ledger.py"
_spec = importlib.util.spec_from_file_location("verify_ledger_of_the_handbook", _file)
assert _spec
assert _spec.loader
handbook = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(handbook)

#: Quotation marks, a backslash and letters of several scripts, which programs write differently in JSON.
HARD = 'Eau “d’Évian”, "\\", </b> 橋は四千万 🌉'


def test_outsiders_recompute_the_signed_off_content(checker: User, editor: User) -> None:
    claim = make_claim(HARD, context=HARD)
    draft = make_draft(
        claim, checker, summary=HARD, explanation=f"{HARD}\n\tTwice.", recheck_on=date(2027, 1, 31)
    )
    source = make_source("The bridge: 52 million euros.")
    quoted = {"snapshot": source.snapshots.get(), "exact": "52 million", "start": 12, "end": 22}
    Evidence.objects.create(verdict=draft, source=source, stance="refutes", note=HARD, **quoted)
    for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
        draft = workflow.move(draft, action, by=by)
    public = Client().get(f"/api/v1/claims/{claim.pk}/").json()
    [signoff] = SignOff.objects.all()
    assert public["verdicts"][0]["signed_off"] == {
        "claim_sha256": signoff.claim_sha256,
        "verdict_sha256": signoff.verdict_sha256,
        "people": 1,
    }
    assert (handbook.misquoted_signoffs(public), list(verify())) == ([], [])
    paths = _signed_paths(public)
    assert len(paths) == 35
    assert [path for path in paths if not handbook.misquoted_signoffs(_changed(public, path))] == []


def test_below_another_claim_only_the_judgement_is_bound(editor: User, publish: Callable[..., Claim]) -> None:
    claim, target = publish(), make_claim("The bridge cost 52 million euros.")
    workflow.move(claim, "merge", by=editor, into=target)
    public = Client().get(f"/api/v1/claims/{target.pk}/").json()
    assert public["verdicts"][0]["signed_off"]["claim_sha256"] is None
    assert (handbook.misquoted_signoffs(public), list(verify())) == ([], [])


def test_false_number_of_people_is_found_even_past_all_rules(publish: Callable[..., Claim]) -> None:
    publish()
    body = "replace(body, '\"people\":1', '\"people\":9')"
    digest = f"encode(sha256(convert_to({body}, 'UTF8')), 'hex')"
    past_all_rules(f"UPDATE claims_publication SET body = {body}, body_sha256 = {digest}")
    assert "the entry contains a verdict of this newsroom that no one signed off." in {
        finding.problem for finding in verify()
    }


def _signed_paths(public: dict[str, Any]) -> list[list[Any]]:
    """Return the places of everything that is signed."""
    verdict = ["verdicts", 0]
    evidence = [*verdict, "evidence", 1]
    quoted = ("id", "stance", "note", "exact", "prefix", "suffix", "start", "end")
    texts = ("title", "summary", "explanation", "byline", "language", "url", "media_authenticity_category")
    more = ("original_media_context", "original_media_url", "reviewed_on", "valid_as_of", "recheck_on")
    return [
        *([name] for name in ("statement", "language", "claimant", "claimed_on", "context")),
        *([*verdict, name] for name in ("id", "version", "origin", "evidence", *texts, *more)),
        *([*verdict, "rating", name] for name in ("id", "code", "label")),
        *([*evidence, name] for name in quoted),
        *([*verdict, "publisher", "id"], [*evidence, "source", "id"], [*evidence, "snapshot", "id"]),
    ]


def _changed(public: dict[str, Any], path: list[Any]) -> dict[str, Any]:
    made = copy.deepcopy(public)
    place: Any = made
    for step in path[:-1]:
        place = place[step]
    was = place[path[-1]]
    if isinstance(was, list):
        place[path[-1]] = []
    elif isinstance(was, int):
        place[path[-1]] = was + 1
    elif path == ["claimant"]:
        place["claimant"] = {"id": 7_000}
    else:
        place[path[-1]] = f"{was} "
    return made
