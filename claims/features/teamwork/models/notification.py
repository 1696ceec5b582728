from typing import Self

import pgtrigger
from django.contrib.auth.models import User
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.features.teamwork.models.comment import Comment
from claims.models.claim import Claim
from claims.models.verdict import Verdict
from claims.models.visibility import READ_DRAFTS
from claims.newsroom.notifications import NotificationKind
from factcheck.database import bounds
from factcheck.database.model_fields import PersonField
from factcheck.database.rules import Rule

MAX_NOTE_LENGTH = 10_000


class MailChoice(models.TextChoices):
    """When a person gets emails about a kind of event. The desk shows all notifications in any case."""

    AT_ONCE = "at_once", _("Immediately")
    DIGEST = "digest", _("In the daily digest")
    NEVER = "never", _("No email")


#: The kinds that only comments cause.
COMMENT_KINDS = (NotificationKind.MENTIONED, NotificationKind.REPLIED, NotificationKind.COMMENTED)


class NotificationQuerySet(models.QuerySet["Notification"]):
    def for_person(self, person: User) -> Self:
        """Return this person's notifications, except about claims or verdicts that the person may no longer read."""
        rows = self.filter(person=person)
        if person.has_perm(READ_DRAFTS):
            return rows
        return rows.filter(
            Q(verdict=None) | Q(verdict__in=Verdict.objects.readable_by(person)),
            Q(comment=None) | Q(comment__in=Comment.objects.readable_by(person)),
            claim__in=Claim.objects.readable_by(person),
        )

    def unread(self) -> Self:
        """Return notifications that the person has not read yet."""
        return self.filter(read_at=None)

    def to_be_mailed(self, choice: MailChoice) -> Self:
        """Return the notifications with this email schedule that have not been emailed yet."""
        return self.filter(mail=choice, mailed_at=None)


class Notification(models.Model):
    """A person's notification about an event of a claim, and whether it has been read."""

    Kind = NotificationKind

    person = PersonField(_("recipient"), models.CASCADE, db_index=False, related_name="notifications")
    kind = models.CharField(_("event"), max_length=20, choices=Kind)
    claim = models.ForeignKey("claims.Claim", models.CASCADE, related_name="+", verbose_name=_("claim"))
    verdict = models.ForeignKey(
        "claims.Verdict", models.CASCADE, null=True, related_name="+", verbose_name=_("verdict")
    )
    comment = models.ForeignKey(
        "teamwork.Comment", models.CASCADE, null=True, related_name="+", verbose_name=_("comment")
    )
    actor = PersonField(_("done by"), models.SET_NULL, null=True)
    #: Empty if the event was caused by a deadline or rule and not by a person.
    actor_name = models.CharField(
        _("done by"), max_length=200, blank=True, help_text=_("The name of the person at that time.")
    )
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField(_("time"), db_default=Now(), editable=False)
    read_at = models.DateTimeField(_("read"), null=True, editable=False)
    mail = models.CharField(_("email"), max_length=10, choices=MailChoice, editable=False)
    mailed_at = models.DateTimeField(_("emailed"), null=True, editable=False)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        default_permissions = ()
        constraints = [
            CheckConstraint(name="notification_kind_is_known", condition=Q(kind__in=NotificationKind.values)),
            CheckConstraint(name="notification_mail_is_a_choice", condition=Q(mail__in=MailChoice.values)),
            CheckConstraint(
                name="notification_is_not_of_ones_own_doing",
                condition=Q(actor__isnull=True) | ~Q(actor=F("person")),
            ),
            CheckConstraint(
                name="notification_of_a_comment_names_it",
                condition=Q(kind__in=COMMENT_KINDS, comment__isnull=False)
                | ~Q(kind__in=COMMENT_KINDS) & Q(comment__isnull=True),
            ),
            CheckConstraint(
                name="notification_is_mailed_to_who_wants_it",
                condition=Q(mailed_at__isnull=True) | ~Q(mail="never"),
            ),
            bounds.build_length_constraint("notification_note_fits", "note", MAX_NOTE_LENGTH),
            UniqueConstraint(name="notification_of_a_comment_once", fields=["person", "comment"]),
        ]
        indexes = [
            # Used to count unread notifications for the header of every page, and to mark the notifications of
            # an opened claim as read.
            Index(name="notification_unread", fields=["person", "claim"], condition=Q(read_at=None)),
            # One person's list: unread notifications first, then read ones; each part newest first.
            Index(
                F("person"),
                F("read_at").desc(nulls_first=True),
                F("id").desc(),
                name="notification_of_person",
            ),
            # People whose digest is not empty.
            Index(
                name="notification_for_digest",
                fields=["person", "created_at"],
                condition=Q(mail="digest", mailed_at=None),
            ),
            # Old notifications, for deletion.
            Index(name="notification_by_age", fields=["created_at"]),
        ]
        triggers = [
            Rule(
                name="notification_is_of_one_claim",
                operation=pgtrigger.Insert,
                func="""
                    IF NEW.verdict_id IS NOT NULL AND NOT EXISTS (
                        SELECT FROM public.claims_verdict WHERE id = NEW.verdict_id AND claim_id = NEW.claim_id
                    ) OR NEW.comment_id IS NOT NULL AND NOT EXISTS (
                        SELECT FROM public.teamwork_comment WHERE id = NEW.comment_id AND claim_id = NEW.claim_id
                    ) THEN
                        REJECT 'A notification and its verdict must belong to the same claim.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            Rule(
                name="notification_says_one_thing",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "person",
                    "kind",
                    "claim",
                    "verdict",
                    "comment",
                    "actor_name",
                    "note",
                    "created_at",
                    "mail",
                ),
                func="REJECT 'A notification cannot be changed.';",
            ),
        ]

    def __str__(self) -> str:
        actor_name = f", {self.actor_name}" if self.actor_name else ""
        return f"{self.get_kind_display()}{actor_name}"
