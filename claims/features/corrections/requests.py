"""Correction requests to other publications, with the steps that editors record."""

from datetime import date

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from claims.features.corrections.models import Rectification, RectificationStep
from claims.newsroom.people import get_display_name
from claims.newsroom.refusals import NotPossible
from claims.newsroom.roles import require_permission
from factcheck.database.rules import describe_refusal

CHANGE_PERMISSION = "corrections.change_rectification"


def add_step(request: Rectification, kind: str, *, day: date, note: str, by: User) -> RectificationStep:
    """Record the next step of a request: a reminder, an answer, a correction or a refusal.

    Raises:
        NotAllowed: the person's role does not allow this.
        NotPossible: the step cannot follow the last step, or the required note is empty.
    """
    require_permission(by, CHANGE_PERMISSION, _("record the outcome of a request for correction"))
    step = RectificationStep(
        request=request, kind=kind, on_day=day, note=note.strip(), by=by, by_name=get_display_name(by)
    )
    try:
        step.full_clean()
        with transaction.atomic():
            step.save()
    except ValidationError as refusal:
        raise NotPossible(" ".join(refusal.messages)) from None
    except IntegrityError as refusal:
        raise NotPossible(describe_refusal(refusal)) from None
    return step
