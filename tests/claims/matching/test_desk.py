"""Matches at the desk: claims in work among the published ones, for people who may read them."""

from collections.abc import Callable, Sequence

import pytest
from django.contrib.auth.models import User

from claims.matching import answers, desk
from claims.matching.judgement import Judgement
from claims.matching.query import Candidate, TextQuery
from claims.matching.ranking import RankedCandidate
from claims.models import Claim
from tests.helpers.newsroom import make_claim, make_draft

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
TEXT = "The zeppelin landed on the lighthouse."


@pytest.fixture(autouse=True)
def everything_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(asked: TextQuery, candidate: Candidate, unknown: object) -> Judgement:
        return Judgement("related", candidate.words, ())

    def ranked(asked: TextQuery, candidates: Sequence[Candidate], **_: object) -> list[RankedCandidate]:
        found = [RankedCandidate(each, each.words) for each in candidates]
        return sorted(found, key=lambda each: -each.probability)

    monkeypatch.setattr(answers, "judge", judge)
    monkeypatch.setattr(answers, "rank_candidates", ranked)


def found(text: str, reader: User) -> list[int]:
    answer = desk.match_desk_text(text, reader=reader, options=answers.MatchOptions(min_confidence=0.0))
    return [match.claim for passage in answer.passages for match in passage.matches]


def test_work_in_progress_is_found_beside_published_claims(publish: Publish, checker: User) -> None:
    published = publish(make_claim("The zeppelin never landed."))
    proposed = make_claim("“The Zeppelin, it landed on a lighthouse!”", state=Claim.State.PROPOSED)
    make_claim("A ferry sank.")
    assert found(TEXT, checker) == [proposed.pk, published.pk]


def test_declined_and_merged_claims_are_not_found(checker: User) -> None:
    make_claim(TEXT, state=Claim.State.DECLINED, reason="Nobody can check it.")
    assert found(TEXT, checker) == []


def test_contributors_find_their_own_and_published_claims(
    publish: Publish, contributor: User, checker: User
) -> None:
    make_claim("The zeppelin landed.", created_by=checker)
    own = make_claim("A zeppelin on the lighthouse.", created_by=contributor)
    published = publish(make_claim("The zeppelin at the lighthouse."))
    assert set(found(TEXT, contributor)) == {own.pk, published.pk}


def test_the_public_does_not_see_it(checker: User) -> None:
    make_draft(make_claim(TEXT), checker)
    assert [passage.matches for passage in answers.match_published_text(TEXT).passages] == [()]


def test_the_words_of_the_draft_count_and_not_those_that_were_published(
    publish: Publish, checker: User
) -> None:
    claim = publish(make_claim("The airship landed."))
    Claim.objects.filter(pk=claim.pk).update(statement="The zeppelin landed.")
    answer = desk.match_desk_text(TEXT, reader=checker, options=answers.MatchOptions(min_confidence=0.0))
    [match] = answer.passages[0].matches
    assert (match.claim, match.statement) == (claim.pk, "The zeppelin landed.")


@pytest.mark.parametrize("text", ["", "\0", "😀", "\u202e", "a", "'; DROP TABLE", "橋"])
def test_any_text_is_answered(text: str, checker: User) -> None:
    make_claim("The zeppelin landed.")
    assert found(text, checker) == []
