"""Suggested reasons for declining claims. They cover most cases; editors can write others."""

from django.utils.translation import gettext_lazy as _

#: The suggested reasons, in the order of the number keys that select them in triage.
DECLINE_REASONS = (
    _("An opinion, a forecast or a promise: nothing that can be checked."),
    _("Too vague to check."),
    _("Too minor to check."),
    _("Outside what we cover."),
    _("Known to be right and not in dispute."),
    _("Not a claim: the sentence was cut wrongly or taken out of context."),
)
