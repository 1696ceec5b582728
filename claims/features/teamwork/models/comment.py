from datetime import timedelta
from typing import Self
from uuid import uuid4

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.claim import Claim
from claims.models.verdict import Verdict
from claims.models.visibility import filter_readable
from factcheck.database import bounds
from factcheck.database.desk_words import build_words_index
from factcheck.database.model_fields import PersonField
from factcheck.database.row_history import keep_history
from factcheck.database.rules import Prohibition, Rule

MAX_COMMENT_LENGTH = 10_000
#: How long an author can edit a comment; afterwards others may already have replied to it.
EDITABLE_PERIOD = timedelta(days=1)
_OTHER_CLAIM_SQL = (
    "REJECT 'A comment, its verdict and the comment it replies to must belong to the same claim.';"
)


class CommentQuerySet(models.QuerySet["Comment"]):
    def readable_by(self, person: User) -> Self:
        """Return the comments that this person may read: those on claims that the person may read, except
        comments on verdicts that the person may not read."""
        is_on_readable_claim = Q(claim__in=Claim.objects.readable_by(person))
        is_on_readable_verdict = Q(verdict_version=None) | Q(verdict__in=Verdict.objects.readable_by(person))
        # Authors may read their own comments in any case.
        return filter_readable(
            self, person, own_or_published=is_on_readable_claim & (is_on_readable_verdict | Q(author=person))
        )

    def threads(self) -> Self:
        """Return the comments that begin a thread."""
        return self.filter(reply_to=None)


@keep_history(exclude=["key", "resolved_at", "resolved_by", "resolved_by_name"])
class Comment(models.Model):
    """A comment by a colleague on a claim. Its earlier wordings are kept."""

    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, related_name="comments", verbose_name=_("claim")
    )
    #: The verdict that the comment is about, if any.
    verdict = models.ForeignKey(
        "claims.Verdict",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="comments",
        verbose_name=_("verdict"),
    )
    #: The verdict's version. It is kept when the draft is deleted, so that the comment never becomes visible
    #: to more people.
    verdict_version = models.PositiveIntegerField(_("version of the verdict"), null=True, editable=False)
    reply_to = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replies",
        verbose_name=_("reply to"),
    )
    author = PersonField(_("written by"))
    author_name = models.CharField(
        _("written by"), max_length=200, help_text=_("The name of the person at that time.")
    )
    text = models.TextField(_("comment"), max_length=MAX_COMMENT_LENGTH, blank=True, help_text=_("Markdown."))
    mentioned = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("mentioned")
    )
    #: The key of the form, so that a form sent twice adds only one comment.
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(_("time"), db_default=Now(), editable=False)
    edited_at = models.DateTimeField(_("edited"), null=True, editable=False)
    resolved_at = models.DateTimeField(_("resolved"), null=True, editable=False)
    resolved_by = PersonField(null=True, editable=False)
    resolved_by_name = models.CharField(max_length=200, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)
    withdrawn_by = PersonField(null=True, editable=False)
    withdrawn_by_name = models.CharField(max_length=200, blank=True, editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        # Everyone who may read a claim may comment. Only withdrawing others' comments needs a permission.
        default_permissions = ()
        permissions = [("withdraw_comment", _("Can withdraw other people’s comments"))]
        constraints = [
            bounds.build_length_constraint("comment_text_fits", "text", MAX_COMMENT_LENGTH),
            CheckConstraint(
                name="comment_says_something_or_is_withdrawn",
                condition=Q(text__regex=r"\S", withdrawn_at__isnull=True)
                | Q(text="", withdrawn_at__isnull=False),
                violation_error_message=_("Enter a comment."),
            ),
            CheckConstraint(
                name="comment_names_who_withdrew_it",
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_by_name="")
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_by_name=""),
            ),
            CheckConstraint(
                name="comment_names_who_resolved_it",
                condition=Q(resolved_at=None, resolved_by=None, resolved_by_name="")
                | Q(resolved_at__isnull=False, resolved_by__isnull=False) & ~Q(resolved_by_name=""),
            ),
            CheckConstraint(
                name="comment_of_a_thread_is_resolved_with_it",
                condition=Q(reply_to=None) | Q(resolved_at=None),
            ),
            CheckConstraint(
                name="comment_names_a_version_with_its_verdict",
                condition=Q(verdict=None) | Q(verdict_version__isnull=False),
            ),
            CheckConstraint(name="comment_names_its_author", condition=~Q(author_name="")),
        ]
        indexes = [
            # A claim's threads, newest first.
            Index(name="comment_threads_of_claim", fields=["claim", "-id"], condition=Q(reply_to=None)),
            # For the search field of the desk's list of comments.
            build_words_index("comment_desk_words", "text", "author_name"),
        ]
        triggers = [
            Prohibition(
                name="comment_no_delete",
                operation=pgtrigger.Delete,
                func="REJECT 'A comment is withdrawn, not deleted.';",
            ),
            Rule(
                name="comment_is_of_one_claim",
                operation=pgtrigger.Insert,
                declare=[("thread", "public.teamwork_comment")],
                func=f"""
                    IF NEW.verdict_id IS NOT NULL AND NOT EXISTS (
                        SELECT FROM public.claims_verdict WHERE id = NEW.verdict_id AND claim_id = NEW.claim_id
                    ) THEN
                        {_OTHER_CLAIM_SQL}
                    END IF;
                    IF NEW.reply_to_id IS NOT NULL THEN
                        SELECT * INTO thread FROM public.teamwork_comment WHERE id = NEW.reply_to_id;
                        IF thread.claim_id <> NEW.claim_id
                            OR thread.verdict_version IS DISTINCT FROM NEW.verdict_version
                            OR thread.verdict_id IS DISTINCT FROM NEW.verdict_id THEN
                            {_OTHER_CLAIM_SQL}
                        END IF;
                        IF thread.reply_to_id IS NOT NULL THEN
                            REJECT 'Reply to the first comment of the thread.' AS comment_replies_to_a_thread;
                        END IF;
                    END IF;
                    IF NEW.created_at > clock_timestamp() THEN
                        REJECT 'A comment cannot have a time in the future.' AS comment_is_not_of_the_future;
                    END IF;
                    RETURN NEW;
                """,
            ),
            Rule(
                name="comment_says_one_thing",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "claim",
                    "verdict",
                    "verdict_version",
                    "reply_to",
                    "author",
                    "author_name",
                    "created_at",
                    "key",
                ),
                func="""
                    IF NEW.verdict_id IS NULL
                        AND (NEW.claim_id, NEW.author_id, NEW.author_name, NEW.created_at, NEW.key)
                          = (OLD.claim_id, OLD.author_id, OLD.author_name, OLD.created_at, OLD.key)
                        AND NEW.verdict_version IS NOT DISTINCT FROM OLD.verdict_version
                        AND NEW.reply_to_id IS NOT DISTINCT FROM OLD.reply_to_id THEN
                        RETURN NEW;  -- the draft was deleted
                    END IF;
                    REJECT 'The author, place and time of a comment cannot be changed: it can be edited,
                        resolved or withdrawn.';
                """,
            ),
            Rule(
                name="comment_is_edited_within_a_day",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "text", "edited_at", "withdrawn_at", "withdrawn_by", "withdrawn_by_name"
                ),
                func=f"""
                    IF OLD.withdrawn_at IS NOT NULL THEN
                        REJECT 'A withdrawn comment cannot be restored.' AS comment_stays_withdrawn;
                    END IF;
                    IF NEW.withdrawn_at IS NOT NULL AND NEW.edited_at IS NOT DISTINCT FROM OLD.edited_at THEN
                        RETURN NEW;
                    END IF;
                    IF NEW.withdrawn_at IS NOT NULL OR NEW.edited_at IS NULL
                        OR NEW.edited_at IS NOT DISTINCT FROM OLD.edited_at
                        OR clock_timestamp() > OLD.created_at + interval '{EDITABLE_PERIOD.days} days' THEN
                        REJECT 'A comment can be edited for one day, unless it was withdrawn.';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        excerpt = self.text if len(self.text) <= 100 else self.text[:99] + "…"
        return f"{self.author_name}: {excerpt}" if self.text else self.author_name
