"""The desk's pages for assignment rules: a form, and a trial of the rule on existing claims."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from claims.features.teamwork import assignment_rules, assignments
from claims.features.teamwork.assignment_rules import PREVIEW_CLAIMS
from claims.features.teamwork.models import AssignmentRule, Priority
from claims.models import Claim
from claims.models.visibility import READ_DRAFTS
from claims.newsroom.people import find_people_with, get_display_name
from factcheck.admin.base import DeskAdmin, get_page_url, get_person
from factcheck.list_phrases import join_words

#: The most matching claims shown in a trial.
_MAX_SHOWN_CLAIMS = 20


@admin.register(AssignmentRule)
class AssignmentRuleAdmin(DeskAdmin):
    list_display = ("name", "position", "active", "conditions", "effects", "created_by")
    list_filter = ("active",)
    list_select_related = (
        *("topic", "publisher", "source", "claimant"),
        *("person", "role", "follower", "created_by"),
    )
    search_fields = ("name", "words")
    search_help_text = _("Search by name, or by words that the rule looks for")
    ordering = ("position", "pk")
    actions = ("switch_on", "switch_off")
    autocomplete_fields = ("topic", "publisher", "source", "claimant")
    change_form_outer_after_template = "admin/desk/assignment_rule_bottom.html"
    fieldsets = (
        (None, {"fields": ("name", ("position", "active"))}),
        (
            _("Conditions that a new claim must meet"),
            {
                "fields": (
                    ("topic", "language"),
                    ("publisher", "source"),
                    ("claimant", "worth_at_least"),
                    "words",
                ),
                "description": _(
                    "A claim must meet every condition that you fill in. If you fill in none, "
                    "the rule applies to every claim."
                ),
            },
        ),
        (_("Effects of the rule"), {"fields": (("person", "role"), ("priority", "due_in_days"), "follower")}),
    )

    @admin.display(description=_("conditions"))
    def conditions(self, rule: AssignmentRule) -> str:
        check_worthiness = None if rule.worth_at_least is None else f"≥ {rule.worth_at_least:.0%}"
        quoted_words = join_words(filter(None, map(str.strip, rule.words.splitlines())))
        values = [
            rule.topic,
            rule.language,
            rule.publisher,
            rule.source,
            rule.claimant,
            check_worthiness,
            quoted_words,
        ]
        return " · ".join(str(value) for value in values if value) or gettext("every claim")

    @admin.display(description=_("effects"))
    def effects(self, rule: AssignmentRule) -> str:
        effects = []
        if rule.person:
            effects.append(gettext("assign to %s") % get_display_name(rule.person))
        if rule.role:
            effects.append(gettext("assign to the person with the least work in the role %s") % rule.role)
        if rule.priority is not None:
            effects.append(str(Priority(rule.priority).label))
        if rule.due_in_days is not None:
            due_template = ngettext("due in %d day", "due in %d days", rule.due_in_days)
            effects.append(due_template % rule.due_in_days)
        if rule.follower:
            effects.append(gettext("add %s as a follower") % get_display_name(rule.follower))
        return " · ".join(effects)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only people who can be assigned work, by display name."""
        if db_field.name in ("person", "follower"):
            kwargs["queryset"] = (
                assignments.find_assignable_people(Claim) if db_field.name == "person" else _find_readers()
            )
            kwargs["form_class"] = PersonChoiceField
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("person", "role", "follower") and hasattr(field.widget, "widget"):
            field.widget = field.widget.widget  # without the buttons that add and edit people
        if db_field.name == "words":
            field.widget.attrs["rows"] = 3
        return field

    def response_add(
        self, request: HttpRequest, obj: AssignmentRule, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Redirect to the rule's page, which shows a trial of the rule."""
        super().response_add(request, obj, post_url_continue)
        return HttpResponseRedirect(get_page_url(obj))

    def build_page_context(self, request: HttpRequest, rule: Any, /) -> dict[str, Any]:
        # Use the saved rule, because a rejected form has changed the values of the object that it was given.
        saved_rule = self.get_queryset(request).select_related(*self.list_select_related).get(pk=rule.pk)
        return _build_trial_context(saved_rule, get_person(request))

    @admin.action(description=_("Switch on"), permissions=["change"])
    def switch_on(self, request: HttpRequest, rules: QuerySet[AssignmentRule]) -> None:
        self.message_user(request, gettext("Switched on: %d") % rules.update(active=True))

    @admin.action(description=_("Switch off"), permissions=["change"])
    def switch_off(self, request: HttpRequest, rules: QuerySet[AssignmentRule]) -> None:
        self.message_user(request, gettext("Switched off: %d") % rules.update(active=False))


class PersonChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, person: Any) -> str:
        return get_display_name(person)


def _find_readers() -> QuerySet[User]:
    return find_people_with(READ_DRAFTS).order_by("first_name", "last_name", "username")


def _build_trial_context(rule: AssignmentRule, person: User) -> dict[str, Any]:
    """Return the template context of a trial of the rule on the newest claims."""
    preview = assignment_rules.preview_rule(rule)
    shown_claims = preview[:_MAX_SHOWN_CLAIMS]
    newest_claims = Claim.objects.readable_by(person).in_bulk(
        [decision.claim_id for decision in shown_claims]
    )
    return {
        "tried": PREVIEW_CLAIMS,
        "rule": rule,
        "rule_found": len(preview),
        "rule_shown": [
            {
                "claim": newest_claims[decision.claim_id],
                "page": get_page_url(newest_claims[decision.claim_id]),
                "person": get_display_name(decision.person) if decision.person else "",
            }
            for decision in shown_claims
            if decision.claim_id in newest_claims
        ],
        "rule_reaches_nobody": bool(rule.person or rule.role) and bool(preview) and not preview[0].person,
    }
