"""The part of a recording that evidence or a claim's media refers to."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

from sources.addresses import FRAGMENT_PATTERN, parse_fragment

_MAX_LENGTH = 40


def validate_fragment_order(fragment: str) -> None:
    """Reject a fragment that ends before it begins."""
    if not re.fullmatch(FRAGMENT_PATTERN, fragment):
        return  # the form of such a value is reported by another validator
    begins, ends = parse_fragment(fragment)
    if ends is not None and ends <= begins:
        raise ValidationError(_("The part of the recording must end after it begins."))


class MediaFragmentField(models.CharField[str, str]):
    """A part of a recording in seconds (W3C Media Fragments), such as `t=12.5,17`; empty for the whole recording."""

    default_validators = [
        RegexValidator(FRAGMENT_PATTERN, _("Enter the part in seconds, such as t=12.5,17.")),
        validate_fragment_order,
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("verbose_name", _("part of the recording"))
        kwargs.setdefault("max_length", _MAX_LENGTH)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        kwargs.setdefault("db_default", "")
        kwargs.setdefault(
            "help_text", _("In seconds, such as t=12.5,17. Leave empty for the whole recording.")
        )
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs  # the database sees no difference


def build_fragment_constraint(name: str) -> CheckConstraint:
    """Return the constraint that a media fragment has the form used in URLs."""
    return CheckConstraint(
        name=name,
        condition=Q(media_fragment="") | Q(media_fragment__regex=FRAGMENT_PATTERN),
        violation_error_message=_("Enter the part of the recording in seconds, such as t=12.5,17."),
    )
