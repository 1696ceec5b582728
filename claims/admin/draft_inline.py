"""The draft verdict and its evidence as inlines of the claim's page."""

from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from unfold.admin import StackedInline

from claims.admin.evidence import EvidenceInline
from claims.admin.quote_form import QuoteForm
from claims.admin.verdict_form import CORRECTION_FIELDSET, FIELDSETS, VerdictForm, VerdictWidgets
from claims.models import Claim, Evidence, Verdict
from claims.review.verdict_drafts import may_edit
from factcheck.admin.base import get_person
from factcheck.admin.days import DayFields
from factcheck.admin.versions import VERSION_FIELD, compute_version

#: The prefix of the formset, named after the relation as Django does.
PREFIX = "verdicts"
#: The relations that belong to one version of a verdict.
_VERSIONED_RELATIONS = ("evidence",)


def get_draft_on_page(request: HttpRequest, claim: Claim) -> Verdict | None:
    """Return the draft that this person edits on the claim's page, preferring the newsroom's own to another
    publisher's.

    A submitted page names its draft. That draft is returned whatever its state is now, so that typed text
    never disappears silently.
    """
    if not hasattr(request, "draft_on_page"):
        request.draft_on_page = _find_draft(request, claim)  # type: ignore[attr-defined]  # for later in the request
    draft: Verdict | None = request.draft_on_page  # type: ignore[attr-defined]
    return draft


def has_draft(request: HttpRequest) -> bool:
    """Return whether the submitted form has the fields of a verdict."""
    return f"{PREFIX}-0-id" in request.POST


def _find_draft(request: HttpRequest, claim: Claim) -> Verdict | None:
    person = get_person(request)
    rows = claim.verdicts.readable_by(person).select_related("publisher", "rating", "author", "supersedes")
    if has_draft(request):
        draft_id = request.POST[f"{PREFIX}-0-id"]
        sent_draft = rows.filter(pk=draft_id).first() if draft_id.isdecimal() else None
        return sent_draft if sent_draft and _may_write(sent_draft, person) else None
    if not person.has_perm("claims.change_verdict"):
        return None
    drafts = rows.filter(state=Verdict.State.DRAFT).order_by("-publisher__is_house", "pk")
    return next((draft for draft in drafts if may_edit(draft, person)), None)


def _may_write(verdict: Verdict, person: User) -> bool:
    """Return whether this person may edit the verdict while it is a draft."""
    is_writer = verdict.author_id == person.pk or person.has_perm("claims.publish_verdict")
    return is_writer and person.has_perm("claims.change_verdict")


def _build_not_draft_error(verdict: Verdict) -> forms.ValidationError:
    return forms.ValidationError(
        _(
            "Not saved: this verdict is no longer a draft (%(state)s). Copy your text. To change it, request "
            "changes or draft a new version."
        )
        % {"state": verdict.get_state_display()},
        code="stale",
    )


class DraftForm(VerdictForm):
    """The form of a draft verdict on its claim's page. It computes a version of its own, to detect edits made meanwhile
    on the draft's page.
    """

    versioned_relations = _VERSIONED_RELATIONS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            version = compute_version(self.instance, _VERSIONED_RELATIONS)
            self.fields[VERSION_FIELD] = forms.CharField(
                initial=version, required=False, widget=forms.HiddenInput
            )

    def has_changed(self) -> bool:
        return any(name != VERSION_FIELD for name in self.changed_data)

    def clean(self) -> dict[str, Any]:
        if self.instance.state == Verdict.State.DRAFT:
            return super().clean()
        if self.has_changed():
            raise _build_not_draft_error(self.instance)
        return self.cleaned_data


class DraftEvidenceFormSet(forms.BaseInlineFormSet[Evidence, Verdict, QuoteForm]):
    """The formset with the evidence of a draft verdict."""

    def clean(self) -> None:
        super().clean()
        if self.instance.state != Verdict.State.DRAFT and self.has_changed():
            raise _build_not_draft_error(self.instance)


class DraftInline(VerdictWidgets, DayFields, StackedInline):
    """The inline form of the draft verdict on its claim's page."""

    model = Verdict
    form = DraftForm
    template = "admin/desk/verdict_editor.html"
    extra = 0
    can_delete = False
    fieldsets = FIELDSETS

    def __init__(self, draft: Verdict, parent: type[Claim], site: AdminSite) -> None:
        super().__init__(parent, site)
        self.draft = draft

    def get_queryset(self, request: HttpRequest) -> QuerySet[Verdict]:
        return super().get_queryset(request).filter(pk=self.draft.pk).select_related("publisher", "rating")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return (CORRECTION_FIELDSET, *FIELDSETS) if self.draft.supersedes_id else FIELDSETS

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # `get_draft_on_page` has already checked the draft's state and the person.
        return True


class DraftEvidenceInline(EvidenceInline):
    """The inline forms of the draft verdict's evidence on its claim's page."""

    formset = DraftEvidenceFormSet

    def __init__(self, draft: Verdict, site: AdminSite) -> None:
        super().__init__(Verdict, site)
        self.draft = draft

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """Return 1 if there is no evidence yet, to offer an empty row, otherwise 0."""
        return 0 if self.draft.evidence.exists() else 1

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    # `get_draft_on_page` has already checked whose verdict it is, so only the role's permissions are checked here.

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return StackedInline.has_add_permission(self, request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return StackedInline.has_change_permission(self, request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return StackedInline.has_delete_permission(self, request, obj)
