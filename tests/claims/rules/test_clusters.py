"""Clusters and repeats: the rules of the database."""

import pytest
from django.contrib.auth.models import User

from claims.models import Cluster, ClusterMember, Repeat
from claims.review import clusters
from tests.helpers.broken_rules import as_committed, refused, sql
from tests.helpers.newsroom import make_claim, make_source
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db


@pytest.fixture
def cluster(editor: User) -> Cluster:
    made = clusters.gather([make_claim(), make_claim()], by=editor)
    as_committed()
    return made


@sweep(
    "statement, rule",
    [
        ("UPDATE claims_cluster SET title = ''", "cluster_has_a_title"),
        ("UPDATE claims_cluster SET description = repeat('x', 5001)", "cluster_description_fits"),
        ("UPDATE claims_cluster SET state = 'gone'", "cluster_state_moves"),
        ("UPDATE claims_cluster SET state = 'published'", "cluster_published_at_a_moment"),
        (
            "INSERT INTO claims_cluster (title, description, language, state) VALUES ('x', '', 'en', 'gone')",
            "cluster_state_is_known",
        ),
        (
            (
                "INSERT INTO claims_clustermember (cluster_id, claim_id, added_by_name)"
                " SELECT cluster_id, claim_id, '' FROM claims_clustermember LIMIT 1"
            ),
            "clustermember_is_listed_once",
        ),
        ("TRUNCATE claims_clustermember", "TRUNCATE"),
        ("TRUNCATE claims_cluster CASCADE", "TRUNCATE"),
    ],
    undone=True,
)
def test_cluster(cluster: Cluster, statement: str, rule: str) -> None:
    refused(statement, match=rule)


def test_a_dissolved_cluster_is_not_published_at_once(cluster: Cluster) -> None:
    sql("UPDATE claims_cluster SET state = 'dissolved'")
    refused(
        "UPDATE claims_cluster SET state = 'published', published_at = now()", match="cluster_state_moves"
    )


def test_changes_by_sql_are_in_the_history(cluster: Cluster) -> None:
    sql("UPDATE claims_cluster SET title = 'By hand'")
    sql("DELETE FROM claims_clustermember")
    assert cluster.events.count() == 1  # type: ignore[attr-defined]  # pghistory
    assert ClusterMember.pgh_event_model.objects.count() == 2  # type: ignore[attr-defined]


@pytest.fixture
def repeat(db: None) -> Repeat:
    source = make_source("Trams are free. It rains.")
    made = Repeat.objects.create(
        claim=make_claim("Trams are free."),
        source=source,
        snapshot=source.snapshots.get(),
        exact="Trams are free",
        start=0,
        end=14,
        origin="article",
        confidence=0.9,
        reasons=["the same words"],
    )
    as_committed()
    return made


@sweep(
    "statement, rule",
    [
        ("UPDATE claims_repeat SET exact = '', start = NULL, \"end\" = NULL", "repeat_has_words"),
        ("UPDATE claims_repeat SET exact = 'Trams cost 5'", "repeat_span_carries_quote"),
        ('UPDATE claims_repeat SET "end" = NULL', "repeat_span_is_whole"),
        ("UPDATE claims_repeat SET origin = 'nowhere'", "repeat_origin_is_known"),
        ("UPDATE claims_repeat SET confidence = 1.1", "repeat_confidence_is_between_0_and_1"),
        ("UPDATE claims_repeat SET outcome = 'confirmed'", "repeat_is_decided_by_somebody"),
        (
            "UPDATE claims_repeat SET outcome = 'rejected', decided_at = now()",
            "repeat_is_decided_by_somebody",
        ),
        ("UPDATE claims_repeat SET decided_by_name = 'Edith'", "repeat_is_decided_by_somebody"),
        (
            "UPDATE claims_repeat SET outcome = 'perhaps', decided_at = now(), decided_by_name = 'E'",
            "repeat_is_decided_by_somebody",
        ),
        (
            (
                "INSERT INTO claims_repeat (claim_id, source_id, exact, prefix, suffix, origin, confidence, reasons,"
                " times, outcome, decided_by_name)"
                " SELECT claim_id, source_id, exact, '', '', origin, 1, '{}', 1, '', '' FROM claims_repeat"
            ),
            "repeat_is_noted_once",
        ),
        ("TRUNCATE claims_repeat", "TRUNCATE"),
    ],
    undone=True,
)
def test_repeat(repeat: Repeat, statement: str, rule: str) -> None:
    refused(statement, match=rule)


def test_repeats_reported_by_readers_are_noted_once_too(repeat: Repeat) -> None:
    sql('UPDATE claims_repeat SET source_id = NULL, snapshot_id = NULL, start = NULL, "end" = NULL')
    refused(
        "INSERT INTO claims_repeat (claim_id, exact, prefix, suffix, origin, confidence, reasons, times, outcome,"
        " decided_by_name) SELECT claim_id, exact, '', '', origin, 1, '{}', 1, '', '' FROM claims_repeat",
        match="repeat_is_noted_once",
    )


def test_a_pair_has_a_probability_up_to_one(db: None) -> None:
    refused(
        "INSERT INTO claims_possibleduplicate (claim_id, earlier_id, dismissed_by_name, reasons, confidence)"
        " VALUES (%s, %s, '', '{}', 1.5)",
        make_claim().pk,
        make_claim().pk,
        match="possibleduplicate_confidence_is_between_0_and_1",
    )
