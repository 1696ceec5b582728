"""Filters for lists at the desk, in addition to those of Django and unfold."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.admin import ModelAdmin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from claims.admin.queues import get_queues_of_model
from claims.admin.trends import find_published_since
from claims.articles.detection import CheckBand
from claims.articles.detection.check_worthiness import CHECK_FIRST_SCORE, WORTH_A_LOOK_SCORE
from claims.articles.score_reasons import BAND_LABELS
from claims.models import Claim, Claimant, Publication, RatingClass, Verdict
from factcheck.admin.base import get_person
from factcheck.database.distinct_values import list_distinct_values


class QueueFilter(DropdownFilter):
    """Filter by one of the dashboard's queues."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [(name, str(queue.title)) for name, queue in get_queues_of_model(model_admin.model).items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        queue = get_queues_of_model(queryset.model).get(self.value() or "")
        return queue.filter_rows(queryset, get_person(request)) if queue else queryset


class QueueOrder:
    """Mixin for a ModelAdmin with a QueueFilter: show a queue under its name, ordered as its rows should be handled."""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist: Any = super().get_changelist_instance(request)  # type: ignore[misc]  # a ModelAdmin
        if queue := get_queues_of_model(self.model).get(request.GET.get("queue", "")):  # type: ignore[attr-defined]  # a ModelAdmin
            changelist.title = changelist.queue = queue.title
        return changelist

    def get_ordering(self, request: HttpRequest) -> Any:
        queue = get_queues_of_model(self.model).get(request.GET.get("queue", ""))  # type: ignore[attr-defined]  # a ModelAdmin
        return queue.order if queue else super().get_ordering(request)  # type: ignore[misc]  # a ModelAdmin


class VerdictStateFilter(DropdownFilter):
    """Filter by the state of a claim's verdict."""

    title = _("verdict")
    parameter_name = "judged"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, Any]]:
        return [("published", _("Published")), ("open", _("In progress")), ("none", _("None"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        verdicts = Verdict.objects.readable_by(get_person(request)).filter(claim=OuterRef("pk"))
        condition = {
            "published": Exists(verdicts.filter(state=Verdict.State.PUBLISHED)),
            "open": Exists(verdicts.filter(state__in=[Verdict.State.DRAFT, Verdict.State.IN_REVIEW])),
            "none": ~Exists(verdicts),
        }.get(self.value() or "")
        return queryset if condition is None else queryset.filter(condition)


class VisibilityFilter(DropdownFilter):
    """Filter by whether readers see the claim now."""

    title = _("public")
    parameter_name = "public"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        is_published = Exists(Publication.objects.current().filter(claim=OuterRef("pk")))
        condition = {"yes": is_published, "no": ~is_published}.get(self.value() or "")
        return queryset if condition is None else queryset.filter(condition)


class ScoreFilter(DropdownFilter):
    title = _("check-worthiness")
    parameter_name = "worth"

    _RANGES: ClassVar[dict[str, dict[str, Any]]] = {
        CheckBand.CHECK_FIRST: {"score__gte": CHECK_FIRST_SCORE},
        CheckBand.WORTH_A_LOOK: {"score__gte": WORTH_A_LOOK_SCORE, "score__lt": CHECK_FIRST_SCORE},
        CheckBand.ALSO_STATED: {"score__lt": WORTH_A_LOOK_SCORE},
        "none": {"score__isnull": True},
    }

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, Any]]:
        return [*((str(band), label) for band, label in BAND_LABELS.items()), ("none", _("Not scored"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        return queryset.filter(**self._RANGES.get(self.value() or "", {}))


class PartyFilter(DropdownFilter):
    """Filter by the affiliation of claimants."""

    title = _("party or organisation")
    parameter_name = "party"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [(name, name) for name in list_distinct_values(Claimant, "affiliation")]

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        return queryset.filter(claimant__affiliation=self.value()) if self.value() else queryset


class LanguageFilter(DropdownFilter):
    """Filter by language. The choices are the languages that occur in the list."""

    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [(tag, tag) for tag in list_distinct_values(model_admin.model, "language")]

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(language=self.value()) if self.value() else queryset


class _PeriodFilter(DropdownFilter):
    _DAYS = ("7", "30", "90")

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, Any]]:
        return [
            ("7", _("In the last 7 days")),
            ("30", _("In the last 30 days")),
            ("90", _("In the last 90 days")),
        ]

    def get_days(self) -> int:
        """Return the chosen number of days; 0 if none was chosen."""
        value = str(self.value() or "")
        return int(value) if value in self._DAYS else 0


class AddedDateFilter(_PeriodFilter):
    title = _("added")
    parameter_name = "added"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not (days := self.get_days()):
            return queryset
        return queryset.filter(created_at__gte=timezone.now() - timedelta(days=days))


class PublishedDateFilter(_PeriodFilter):
    """Filter by the date of the newsroom's own current publication."""

    title = _("published by us")
    parameter_name = "published"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not (days := self.get_days()):
            return queryset
        publications = find_published_since(timezone.localdate() - timedelta(days=days))
        if queryset.model is Claim:
            return queryset.filter(Exists(publications.filter(claim=OuterRef("pk"))))
        return queryset.filter(pk__in=publications.values("pk"))


class RatingClassFilter(DropdownFilter):
    """Filter by the rating class, across publishers."""

    title = _("rating class")
    parameter_name = "class"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, Any]]:
        return [*RatingClass.choices, ("none", _("Not mapped"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = str(self.value() or "")
        if value == "none":
            return queryset.filter(rating__rating_class="")
        return queryset.filter(rating__rating_class=value) if value in RatingClass.values else queryset
