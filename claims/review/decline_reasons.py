"""Why claims are not checked, in the words that most declined ones need. Whoever declines may write others."""

from django.utils.translation import gettext_lazy as _

#: In the order of their number keys.
DECLINE_REASONS = (
    _("An opinion, a forecast or a promise: nothing that can be checked."),
    _("Too vague to be checked."),
    _("Too small a matter for a check."),
    _("Outside what we cover."),
    _("Known to be right, and nobody doubts it."),
    _("Not a claim: the sentence was cut wrong or taken out of its context."),
)
