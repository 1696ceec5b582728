"""Assign rating classes to publishers' labels, for all present and future records."""

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import islice
from typing import Any

import pghistory
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from procrastinate import JobContext
from procrastinate.contrib.django import app

from claims.ledger import publishing
from claims.models import Claim, Publication, PublishedVerdict, Rating, RatingClass
from claims.newsroom.refusals import NotPossible
from claims.newsroom.roles import require_permission
from factcheck.database.deferred_jobs import periodic_task

#: The number of claims that are locked and entered in the ledger in one transaction.
BATCH_SIZE = 200


@transaction.atomic
def classify(ratings: Iterable[Rating], rating_class: str, *, by: User) -> list[Rating]:
    """Assign a rating class to these ratings. A later decision replaces an earlier one.

    Publications with these ratings are updated: the worker adds ledger entries for the changes that readers see.

    Args:
        rating_class: one of `RatingClass`, or "" for no decision.

    Returns:
        The ratings whose class changed.

    Raises:
        NotPossible: no such class exists.
        NotAllowed: the person's role does not include assigning classes.
    """
    require_permission(by, "claims.change_rating", _("assign rating classes"))
    if rating_class not in ("", *RatingClass.values):
        raise NotPossible(_("Choose a rating class."))
    locked_ratings = Rating.objects.select_for_update().filter(pk__in=[rating.pk for rating in ratings])
    changed_ratings = list(locked_ratings.exclude(rating_class=rating_class).order_by("pk"))
    with pghistory.context(user=by.pk):
        Rating.objects.filter(pk__in=[rating.pk for rating in changed_ratings]).update(
            rating_class=rating_class
        )
    for rating in changed_ratings:
        rating.rating_class = rating_class
    queue_class_updates(changed_ratings)
    return changed_ratings


def queue_class_updates(ratings: Collection[Rating]) -> None:
    """Queue an update of the publications with these ratings, in the current transaction."""
    if ratings:
        publish_changed_classes.defer(rating_ids=[rating.pk for rating in ratings])


@app.task(name="claims.review.classification.publish_changed_classes", pass_context=True)
def publish_changed_classes(context: JobContext, *, rating_ids: list[int]) -> None:
    """Publish changed rating classes in the ledger. If the worker must stop, another job continues."""
    if not publish_outdated_classes(rating_ids, is_stopped=context.should_abort):
        publish_changed_classes.defer(rating_ids=rating_ids)


@periodic_task("23 * * * *", pass_context=True)
def publish_all_changed_classes(context: JobContext, timestamp: int) -> None:
    """Publish, once an hour, changed rating classes that an interrupted job or a direct change left unpublished."""
    publish_outdated_classes(is_stopped=context.should_abort)


def publish_outdated_classes(
    rating_ids: Sequence[int] | None = None, *, is_stopped: Callable[[], bool] = lambda: False
) -> bool:
    """Publish the current classes of these ratings wherever publications show different classes.

    Args:
        rating_ids: the ratings to check; by default, all.
        is_stopped: called before each transaction; returns whether to stop.

    Returns:
        Whether all publications are up to date.
    """
    outdated_claims = iter(_find_outdated(rating_ids))
    while batch := list(islice(outdated_claims, BATCH_SIZE)):
        if is_stopped():
            return False
        _restate_claims(batch)
    return True


def _find_outdated(rating_ids: Sequence[int] | None) -> list[int]:
    """Return the claims whose current publication shows an outdated class for a rating."""
    ratings, verdicts = Rating.objects.all(), PublishedVerdict.objects.current()
    if rating_ids is not None:
        ratings = ratings.filter(pk__in=rating_ids)
        verdicts = verdicts.filter(rating_id__in=rating_ids)
    changed_ratings = ratings.filter(pk=OuterRef("rating_id")).exclude(rating_class=OuterRef("rating_class"))
    return sorted(set(verdicts.filter(Exists(changed_ratings)).values_list("claim_id", flat=True)))


@transaction.atomic
def _restate_claims(claim_ids: list[int]) -> None:
    # Lock claims in the order of `workflow`. Publications added meanwhile already have the new classes.
    claims = Claim.objects.select_for_update().filter(pk__in=claim_ids).order_by("pk")
    entries = Publication.objects.current().filter(claim__in=[claim.pk for claim in claims]).order_by("claim")
    documents = {entry.pk: entry.document for entry in entries}
    rating_ids = {rating["id"] for document in documents.values() for rating in _list_ratings(document)}
    current_classes = dict(Rating.objects.filter(pk__in=rating_ids).values_list("pk", "rating_class"))

    def is_outdated(rating: dict[str, Any]) -> bool:
        return (rating["rating_class"] or "") != current_classes[rating["id"]]

    def update_classes(document: dict[str, Any]) -> None:
        for rating in _list_ratings(document):
            rating["rating_class"] = current_classes[rating["id"]] or None

    outdated_entries = [
        entry for entry in entries if any(map(is_outdated, _list_ratings(documents[entry.pk])))
    ]
    publishing.restate(outdated_entries, Publication.Kind.CLASSIFICATION, update_classes)


def _list_ratings(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [verdict["rating"] for verdict in document["verdicts"] if verdict["rating"]]
