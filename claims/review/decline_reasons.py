"""Why a claim is not checked, in the words that most declined claims need. Whoever declines may write others."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

DECLINE_REASONS: tuple[StrOrPromise, ...] = (
    _("Not checkable"),
    _("An opinion"),
    _("Too trivial to check"),
    _("Not ours to check"),
    _("A duplicate"),
)
