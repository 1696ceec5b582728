"""Clusters at the desk: editors group claims that repeat the same rumour."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from claims.admin.list_filters import LanguageFilter
from claims.admin.status_badges import build_state_badge
from claims.ledger.queries.cluster_filters import find_entries
from claims.models import Cluster, ClusterMember
from claims.models.cluster import MIN_PUBLIC_CLAIMS
from claims.newsroom.people import get_display_name
from claims.review import clusters
from factcheck.admin.base import DeskAdmin, get_page_url, get_person
from factcheck.admin.change_history import PastEvent, list_changes
from factcheck.admin.row_actions import RefusalMessages, row_action
from factcheck.database import clock

_TEXT_FIELDS = ("title", "description", "language")
_PUBLISH_PERMISSION = "claims.publish_cluster"


def _is_draft(cluster: Cluster, person: User) -> bool:
    return cluster.state == Cluster.State.DRAFT


class ClusterMemberInline(StackedInline):
    """The claims of a cluster, editable with the permissions for the cluster."""

    model = ClusterMember
    extra = 0
    per_page = 10
    autocomplete_fields = ("claim",)
    fields = ("claim", ("added_by_name", "added_time"))
    readonly_fields = ("added_by_name", "added_time")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ClusterMember]:
        return super().get_queryset(request).select_related("claim")

    @admin.display(description=_("added"))
    def added_time(self, member: ClusterMember) -> datetime | None:
        """Return the time at which the claim was added, which the database sets on saving."""
        return member.added_at if member.pk else None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("claims.view_cluster")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_dissolved = obj is not None and obj.state == Cluster.State.DISSOLVED
        return request.user.has_perm("claims.change_cluster") and not is_dissolved

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


@admin.register(Cluster)
class ClusterAdmin(DeskAdmin):
    list_display = ("title", "state_badge", "claim_count", "language", "changed_at")
    list_filter = (("state", ChoicesDropdownFilter), LanguageFilter)
    search_fields = ("title", "description")
    ordering = ("-pk",)
    inlines = (ClusterMemberInline,)
    versioned_relations = ("members",)
    fields_shown_elsewhere = ("changed_at",)
    change_form_outer_before_template = "admin/desk/cluster_top.html"
    fields = ("title", "language", "description")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.annotate(size=Count("members"))

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, cluster: Cluster) -> SafeString:
        return build_state_badge(cluster)

    @admin.display(description=_("claims"), ordering="size")
    def claim_count(self, cluster: Any) -> int:
        return int(cluster.size)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Forbid deletion, because readers may have seen the cluster. Clusters can be dissolved instead."""
        return False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "description":
            field.widget.attrs["rows"] = 4
        return field

    def save_model(self, request: HttpRequest, obj: Cluster, form: forms.ModelForm, change: bool) -> None:
        if change and set(form.changed_data) & set(_TEXT_FIELDS):
            obj.changed_at = clock.get_database_time()
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.save(commit=False):
            row.added_by_name = row.added_by_name or get_display_name(get_person(request))
            row.save()
        for row in formset.deleted_objects:
            row.delete()

    def build_page_context(self, request: HttpRequest, cluster: Any, /) -> dict[str, Any]:
        return _build_context(self.get_queryset(request).get(pk=cluster.pk))

    def list_history_entries(self, row: Cluster, reader: User) -> list[PastEvent]:
        members = row.members.select_related("claim")
        return [
            *super().list_history_entries(row, reader),
            *list_changes(ClusterMember, row_name=gettext("a claim in this cluster"), cluster_id=row.pk),
            *(
                PastEvent(member.added_at, member.added_by_name, gettext("Added “%s”") % member.claim)
                for member in members
            ),
        ]

    # Moving -----------------------------------------------------------------------------------------------------------

    @row_action(_("Publish"), permission=_PUBLISH_PERMISSION, is_offered=_is_draft, look="main")
    def publish(self, request: HttpRequest, cluster: Cluster) -> str:
        return self._move(request, cluster, Cluster.State.PUBLISHED)

    @row_action(
        _("Withdraw from publication"),
        permission=_PUBLISH_PERMISSION,
        is_offered=lambda cluster, person: cluster.state == Cluster.State.PUBLISHED,
    )
    def withdraw(self, request: HttpRequest, cluster: Cluster) -> str:
        return self._move(request, cluster, Cluster.State.DRAFT)

    @row_action(
        _("Dissolve"),
        permission=_PUBLISH_PERMISSION,
        is_offered=lambda cluster, person: cluster.state != Cluster.State.DISSOLVED,
    )
    def dissolve(self, request: HttpRequest, cluster: Cluster) -> str:
        return self._move(request, cluster, Cluster.State.DISSOLVED)

    @row_action(
        _("Reopen"),
        permission=_PUBLISH_PERMISSION,
        is_offered=lambda cluster, person: cluster.state == Cluster.State.DISSOLVED,
    )
    def reopen(self, request: HttpRequest, cluster: Cluster) -> str:
        return self._move(request, cluster, Cluster.State.DRAFT)

    def _move(self, request: HttpRequest, cluster: Cluster, state: str) -> str:
        moved_cluster = clusters.move(cluster, state, by=get_person(request))
        return gettext("Done. The state is now “%(state)s”.") % {"state": moved_cluster.get_state_display()}


def _build_context(cluster: Cluster) -> dict[str, Any]:
    """Return the template context with the cluster's state, and whether readers can see it."""
    entry_count = find_entries([cluster.pk]).count()
    return {
        "cluster": cluster,
        "cluster_badge": build_state_badge(cluster),
        "claims_seen": entry_count,
        "is_seen": cluster.state == Cluster.State.PUBLISHED and entry_count >= MIN_PUBLIC_CLAIMS,
        "least": MIN_PUBLIC_CLAIMS,
    }


def open_cluster(request: HttpRequest, gather: Callable[[], Cluster]) -> HttpResponse | None:
    """Call `gather` to put claims into a cluster, and redirect to the cluster. If refused, show why and return None."""
    with RefusalMessages(request):
        cluster = gather()
        messages.success(
            request,
            gettext("The claims are now in one cluster. Give the cluster a title that fits all of them."),
        )
        return HttpResponseRedirect(get_page_url(cluster))
    return None
