"""The demonstration data can be loaded move by move and holds what its README promises. Needs no database."""

import json
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from claims.management.demo.demo_newsroom import load_demo_content
from claims.models import Claimant, Evidence, NewsroomPage, Verdict
from claims.models.rating import RatingClass
from claims.models.verdict import CorrectionKind
from claims.newsroom.roles import ROLES
from claims.review.moves import CLAIM_MOVES, VERDICT_MOVES
from sources.addresses import build_url_key, get_domain
from sources.models import Publisher, Source
from tests.helpers.sweeps import sweep

CLAIMS = Path(__file__).parents[4] / "claims"
DEMO: dict[str, Any] = load_demo_content()
SCALE: dict[str, Any] = json.loads((CLAIMS / "newsroom" / "house_scale.json").read_text(encoding="utf-8"))

SOURCES = {source["key"]: source for source in DEMO["sources"]}
CLAIMS_BY_KEY = {claim["key"]: claim for claim in DEMO["claims"]}
PEOPLE = {user["username"]: user for user in DEMO["users"]}
RATINGS = {rating["code"]: rating for rating in SCALE["ratings"]}
VERDICTS = [
    pytest.param(claim, verdict, id=f"{claim['key']}-{version}")
    for claim in DEMO["claims"]
    for version, verdict in enumerate(claim["verdicts"], 1)
]


def may(username: str, permission: str) -> bool:
    return permission in ROLES[PEOPLE[username]["role"]]


def text_of(source: dict[str, Any]) -> str:
    path: Path = CLAIMS / "management" / "demo" / source["snapshot"]
    return path.read_text(encoding="utf-8")


# The brief --------------------------------------------------------------------------------------------------


def test_brief_is_a_headline_and_paragraphs_of_about_500_words() -> None:
    text = text_of(SOURCES["brief"])
    headline, *paragraphs = text.rstrip("\n").split("\n\n")
    assert headline == SOURCES["brief"]["title"]
    assert all(paragraph and "\n" not in paragraph for paragraph in paragraphs)
    assert 450 <= len(text.split()) <= 560


@sweep("claim", DEMO["claims"])
def test_claim_is_anchored_to_words_that_occur_once(claim: dict[str, Any]) -> None:
    assert claim["appearances"]
    for appearance in claim["appearances"]:
        assert text_of(SOURCES[appearance["source"]]).count(appearance["exact"]) == 1


@pytest.mark.parametrize("brief", ["brief", "hanoi"])
def test_highlighted_spans_do_not_overlap(brief: str) -> None:
    text = text_of(SOURCES[brief])
    appearances = [appearance for claim in DEMO["claims"] for appearance in claim["appearances"]]
    quotes = [appearance["exact"] for appearance in appearances if appearance["source"] == brief]
    spans = sorted((text.index(quote), text.index(quote) + len(quote)) for quote in quotes)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


# References and dates ---------------------------------------------------------------------------------------


@sweep(
    ("name", "key"),
    [
        ("users", "username"),
        ("publishers", "key"),
        ("sources", "key"),
        ("claimants", "key"),
        ("topics", "slug"),
        ("claims", "key"),
    ],
)
def test_keys_are_unique(name: str, key: str) -> None:
    assert [item for item, count in Counter(row[key] for row in DEMO[name]).items() if count > 1] == []


def test_every_reference_resolves_and_nothing_is_left_over() -> None:
    used: dict[str, set[str]] = {"publishers": set(), "sources": set(), "claimants": set(), "topics": set()}
    used["publishers"] = {source["publisher"] for source in DEMO["sources"]}
    for claim in DEMO["claims"]:
        used["claimants"].add(claim["claimant"])
        used["topics"] |= set(claim["topics"])
        used["sources"] |= {appearance["source"] for appearance in claim["appearances"]}
        for verdict in claim["verdicts"]:
            used["sources"] |= {item["source"] for item in verdict["evidence"]}
    assert used == {
        "publishers": {row["key"] for row in DEMO["publishers"]},
        "sources": set(SOURCES),
        "claimants": {row["key"] for row in DEMO["claimants"]},
        "topics": {row["slug"] for row in DEMO["topics"]},
    }


def test_people_and_ratings_are_known() -> None:
    people, ratings = set(), set()
    for claim in DEMO["claims"]:
        people |= {claim["created_by"], *(move["by"] for move in claim["triage"])}
        for verdict in claim["verdicts"]:
            people |= {verdict["author"], *(move["by"] for move in verdict["history"])}
            ratings.add(verdict["rating"])
    assert people <= set(PEOPLE)
    assert ratings <= set(RATINGS)


def test_kinds_are_those_of_the_models() -> None:
    assert {row["kind"] for row in DEMO["publishers"]} <= set(Publisher.Kind.values)
    assert {row["kind"] for row in DEMO["sources"]} <= set(Source.Kind.values)
    assert {row["kind"] for row in DEMO["claimants"]} <= set(Claimant.Kind.values)


def test_addresses_are_addresses_and_name_one_thing_each() -> None:
    sources = [source["url"] for source in DEMO["sources"] if source["url"]]
    publishers = [publisher["url"] for publisher in DEMO["publishers"] if publisher["url"]]
    same_as = [address for claimant in DEMO["claimants"] for address in claimant["same_as"]]
    assert [address for address in [*sources, *publishers, *same_as] if not build_url_key(address)] == []
    assert len({build_url_key(address) for address in sources}) == len(sources)
    assert len({get_domain(address) for address in publishers}) == len(publishers)


def test_dates_are_dates() -> None:
    found = [source["published_on"] for source in DEMO["sources"]]
    found += [claim["claimed_on"] for claim in DEMO["claims"]]
    for claim in DEMO["claims"]:
        for verdict in claim["verdicts"]:
            found += [verdict["reviewed_on"], verdict["valid_as_of"], verdict["recheck_on"]]
    written = [day for day in found if day is not None]
    assert written == [date.fromisoformat(day).isoformat() for day in written]


# Verdicts and the workflow ----------------------------------------------------------------------------------


@sweep("claim", DEMO["claims"])
def test_triage_leads_to_the_state_of_the_claim(claim: dict[str, Any]) -> None:
    state = "proposed"
    for move in claim["triage"]:
        step = CLAIM_MOVES[state, move["action"]]
        assert may(move["by"], step.permission)
        assert move["note"] or not step.is_note_required
        state = step.new_state
    assert state == claim["state"]
    assert bool(claim["merged_into"]) == (state == "merged")
    if state == "merged":
        assert CLAIMS_BY_KEY[claim["merged_into"]]["state"] == "accepted"
    if state != "proposed":
        assert claim["reason"]
    if claim["verdicts"]:
        assert state == "accepted"


@sweep(("claim", "verdict"), VERDICTS)
def test_history_leads_to_the_state_of_the_verdict(claim: dict[str, Any], verdict: dict[str, Any]) -> None:
    state = "draft"
    for move in verdict["history"]:
        step = VERDICT_MOVES[state, move["action"]]
        assert may(move["by"], step.permission)
        assert move["note"] or not step.is_note_required
        state = step.new_state
    if verdict is not claim["verdicts"][-1] and state == "published":
        state = "superseded"
    assert state == verdict["state"]
    assert may(verdict["author"], "claims.add_verdict")


@sweep(("claim", "verdict"), VERDICTS)
def test_no_one_reviews_their_own_verdict(claim: dict[str, Any], verdict: dict[str, Any]) -> None:
    own = {verdict["author"], *(move["by"] for move in verdict["history"] if move["action"] == "submit")}
    reviews = [move for move in verdict["history"] if move["action"] in ("sign_off", "request_changes")]
    assert own.isdisjoint(move["by"] for move in reviews)
    actions = [move["action"] for move in verdict["history"]]
    if "publish" in actions:
        assert actions[actions.index("publish") - 1] == "sign_off"


@sweep(("claim", "verdict"), VERDICTS)
def test_submitted_verdicts_are_complete(claim: dict[str, Any], verdict: dict[str, Any]) -> None:
    if verdict["history"]:
        assert verdict["summary"]
        assert verdict["valid_as_of"] <= verdict["reviewed_on"]
        assert 60 <= len(verdict["explanation"].split()) <= 200
        openable = [item for item in verdict["evidence"] if SOURCES[item["source"]]["url"]]
        assert openable, "a verdict rests on something that readers can open, and never on the brief alone"
    assert (verdict["recheck_on"] or "9999") > (verdict["reviewed_on"] or "")


@sweep(("claim", "verdict"), VERDICTS)
def test_evidence_existed_when_the_review_was_written(claim: dict[str, Any], verdict: dict[str, Any]) -> None:
    for item in verdict["evidence"]:
        source = SOURCES[item["source"]]
        assert item["source"] != "brief"
        assert item["stance"] in Evidence.Stance.values
        assert item["note"]
        if "exact" in item:
            assert item["exact"]
            assert source["kind"] in {"document", "speech"}, "only official texts are quoted"
        if source["published_on"] and verdict["reviewed_on"]:
            assert source["published_on"] <= verdict["reviewed_on"]


@sweep("claim", DEMO["claims"])
def test_every_new_version_has_a_public_note(claim: dict[str, Any]) -> None:
    for version, verdict in enumerate(claim["verdicts"], 1):
        changed = (verdict["correction_kind"], bool(verdict["correction_note"]))
        if version == 1:
            assert changed == ("", False)
        else:
            assert changed in {(kind, True) for kind in CorrectionKind.values}
            assert verdict["reviewed_on"] > claim["verdicts"][version - 2]["reviewed_on"]


def test_every_state_of_the_workflow_is_shown() -> None:
    claim_states = Counter(claim["state"] for claim in DEMO["claims"])
    verdicts = [verdict for claim in DEMO["claims"] for verdict in claim["verdicts"]]
    assert set(claim_states) == {"proposed", "accepted", "declined", "merged"}
    assert {verdict["state"] for verdict in verdicts} == set(Verdict.State.values)
    assert {verdict["correction_kind"] for verdict in verdicts} >= {"correction", "update"}
    assert any(claim["state"] == "accepted" and not claim["verdicts"] for claim in DEMO["claims"])
    assert any(move["action"] == "request_changes" for verdict in verdicts for move in verdict["history"])
    live = Counter(verdict["rating"] for verdict in verdicts if verdict["state"] == "published")
    assert sum(live.values()) >= 12
    assert live["unproven"] == 1
    assert {RATINGS[code]["rating_class"] for code in live} == set(RatingClass.values) - {"satire"}


def test_at_most_one_verdict_of_a_claim_is_live() -> None:
    live = Counter(c["key"] for c in DEMO["claims"] for v in c["verdicts"] if v["state"] == "published")
    assert {key for key, count in live.items() if count > 1} == set()


# What the newsroom says of itself -----------------------------------------------------------------------------


def test_every_page_about_the_newsroom_has_an_author_with_permission_and_a_note() -> None:
    versions = Counter[tuple[str, str]]()
    for page in DEMO["pages"]:
        versions[page["kind"], page["language"]] += 1
        assert bool(page["note"]) == (versions[page["kind"], page["language"]] > 1)
        assert may(page["by"], "claims.add_newsroompage")
    assert {kind for kind, language in versions if language == "en"} == set(NewsroomPage.Kind.values)
