from typing import Self
from uuid import uuid4

import pgtrigger
from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _

from factcheck.database import bounds
from factcheck.database.rules import Rule

MAX_MAIL_LENGTH = 254
MAX_NAME_LENGTH = 200

#: The characters on either side of the @ sign; they can neither end a header nor start a second address.
_PART_PATTERN = r"[^[:space:][:cntrl:]<>()\[\],;:@\"\\]+"
ADDRESS_PATTERN = rf"^{_PART_PATTERN}@{_PART_PATTERN}$"


class ContactDetailsQuerySet(models.QuerySet["ContactDetails"]):
    def with_mail(self, mail: str) -> Self:
        """Return the contact details with this email address, ignoring case."""
        return self.filter(mail__iexact=mail.strip())


class ContactDetails(models.Model):
    """A reader's contact details: the only table with personal data of readers.

    It has no history, and no search or export includes it. Only a digest of the URL of the reader's status page
    is stored.
    """

    complaint = models.OneToOneField(
        "complaints.Complaint", models.CASCADE, null=True, related_name="contact", verbose_name=_("complaint")
    )
    request = models.ForeignKey(
        "complaints.ReaderRequest",
        models.CASCADE,
        null=True,
        related_name="contacts",
        verbose_name=_("request"),
    )
    mail = models.EmailField(_("email address"), max_length=MAX_MAIL_LENGTH)
    #: The same for all known spellings of a mailbox; used for the rate limit on emails.
    mailbox = models.CharField(max_length=MAX_MAIL_LENGTH, editable=False)
    name = models.CharField(_("name"), max_length=MAX_NAME_LENGTH, blank=True)
    language = models.CharField(_("language"), max_length=35)
    #: The secret part of the status page's URL is derived from this and a key of this installation.
    seed = models.UUIDField(default=uuid4, unique=True, editable=False)
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    #: When the confirmation email and the email with the answer were sent.
    asked_at = models.DateTimeField(null=True, editable=False)
    answered_at = models.DateTimeField(null=True, editable=False)

    objects = ContactDetailsQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("contact details")
        verbose_name_plural = _("contact details")
        constraints = [
            CheckConstraint(
                name="contactdetails_of_one_thing",
                condition=Q(complaint__isnull=True, request__isnull=False)
                | Q(complaint__isnull=False, request__isnull=True),
            ),
            # One address on one line, so that it cannot form a header.
            CheckConstraint(
                name="contactdetails_mail_is_one_address",
                condition=Q(mail__regex=ADDRESS_PATTERN),
            ),
            CheckConstraint(name="contactdetails_name_is_one_line", condition=~Q(name__regex=r"[[:cntrl:]]")),
            bounds.build_length_constraint("contactdetails_mail_fits", "mail", MAX_MAIL_LENGTH),
        ]
        indexes = [
            # The number of emails to one mailbox; also used for export and deletion.
            Index(name="contactdetails_by_mailbox", fields=["mailbox", "created_at"]),
            Index(Upper("mail"), name="contactdetails_by_mail"),
        ]
        triggers = [
            Rule(
                name="contactdetails_are_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("mail", "mailbox", "name", "seed", "created_at"),
                func="REJECT 'A person’s details are deleted, not changed.';",
            ),
            Rule(
                name="contactdetails_are_confirmed_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(
                    old__confirmed_at__isnull=False, new__confirmed_at__df=pgtrigger.F("old__confirmed_at")
                ),
                func="REJECT 'A confirmation cannot be undone.';",
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self._meta.verbose_name} {self.pk}"  # never the address: the id appears in logs and messages
        )
