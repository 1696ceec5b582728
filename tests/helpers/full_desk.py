"""A desk at which everything has happened once: rows of every model, and the addresses of their pages."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import RequestFactory
from django.urls import reverse

from claims.models import (
    Claim,
    Claimant,
    EmbeddingModel,
    ImportProblem,
    ImportRun,
    NewsroomPage,
    PossibleDuplicate,
    Rating,
    RatingScale,
    Repeat,
    SavedView,
    Topic,
)
from claims.newsroom import api_tokens
from claims.review import clusters, removals, verdict_drafts
from factcheck import features
from sources.models import Publisher, Source
from tests.helpers.media_rows import make_media
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source, person
from tests.helpers.reader_pages import bring_out
from tests.helpers.translations import translate

admin.autodiscover()
MODELS = list(admin.site._registry)
#: The fixture with a person who may open them, for some of them.
ROLES = ["contributor", "checker", "editor", "administrator", "superuser"]


def make_superuser() -> User:
    return User.objects.create_superuser("root", "root@example.org", "correct horse battery")


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def asks(person: User) -> Any:
    """What the admin decides by: a request of this person."""
    request = RequestFactory().get("/admin/")
    request.user = User.objects.get(pk=person.pk)
    return request


def add_row_of_each(checker: User, editor: User) -> None:
    """One more row of everything that a newsroom makes."""
    number = Topic.objects.count() + 1
    topic = Topic.objects.create(name=f"Topic {number}", slug=f"topic-{number}")
    publisher = Publisher.objects.create(name=f"Paper {number}", kind="news")
    scale = RatingScale.objects.create(publisher=publisher, name="Stars", version=str(number), language="en")
    Rating.objects.create(scale=scale, code="odd", label="Odd")
    claimant = Claimant.objects.create(name=f"Person {number}")
    source = make_source("The bridge cost 90 million euros, she said.", publisher=publisher)
    claim = make_claim(claimant=claimant, topics=[topic], created_by=checker, score=0.5)
    make_appearance(claim, source, "The bridge cost 90 million euros")
    bring_out(make_draft(claim, checker), checker, editor)
    translate(claim, checker)
    verdict_drafts.create_draft(claim, author=checker)
    NewsroomPage.objects.create(
        kind="funding", language="en", version=number, title="Funding", text="Our readers.", note="The sum."
    )
    _keep_what_it_rests_on(source, checker)
    _add_rows_of_features(claim)
    run = ImportRun.objects.create(origin=f"archive-{number}.csv", started_by=editor, format="csv")
    ImportProblem.objects.create(
        run=run, outcome="refused", file=run.origin, position="row 7", code="no statement", reason="None."
    )
    PossibleDuplicate.objects.create(claim=make_claim(), earlier=claim, run=run)
    clusters.gather([claim], by=editor)
    Repeat.objects.create(
        claim=claim,
        source=source,
        snapshot=source.snapshots.get(),
        exact="The bridge",
        start=0,
        end=10,
        proposal=make_claim(state="proposed"),
        origin="article",
        confidence=0.9,
    )
    administrators = User.objects.filter(groups__name="Administrator")
    removals.propose(
        claim,
        [f"Paper {number}"],
        reason="safety",
        note="",
        by=administrators.first() or person(f"admin{number}", "Administrator"),
    )
    EmbeddingModel.objects.create(name=f"Model {number}", dimensions=48)
    SavedView.objects.create(owner=checker, listed="claims.claim", name=f"View {number}", is_shared=True)
    api_tokens.issue_token(checker, name="Tool", scopes=["claims:read"], days=1)
    LogEntry.objects.create(
        user=checker,
        content_type=ContentType.objects.get_for_model(claim),
        object_id=str(claim.pk),
        object_repr=str(claim),
        action_flag=ADDITION,
    )


def _add_rows_of_features(claim: Claim) -> None:
    for feature in features.list_installed():
        module = f"tests.claims.features.{feature.label}.desk_rows"
        if find_spec(module):
            import_module(module).add_rows(claim)


@transaction.atomic
def _keep_what_it_rests_on(source: Source, checker: User) -> None:
    """A picture."""
    make_media(source.pk, created_by=checker)
