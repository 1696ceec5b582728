from typing import Self

import pgtrigger
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.claim import Claim
from claims.models.evidence import Evidence
from claims.models.visibility import READ_DRAFTS, filter_readable
from factcheck.database import bounds
from factcheck.database.model_fields import AddressField
from factcheck.database.row_history import keep_history
from factcheck.database.rules import Rule, build_snapshot_check_sql
from sources.models import MediaObject
from sources.models.media_fragment import MediaFragmentField, build_fragment_constraint

MAX_CAPTION_LENGTH = 2_000

#: The fields of a claim's media that a verdict judges, besides the file. Other fields may change without a new verdict.
JUDGED_MEDIA_FIELDS = ("media_fragment", "caption")


def find_readable_media(person: User) -> "models.QuerySet[MediaObject]":
    """Return the media that this person may read: the person's own media, and media of rows readable to the person."""
    rows = MediaObject.objects.all()
    if person.has_perm(READ_DRAFTS):
        return rows
    citing_evidence = Evidence.objects.readable_by(person).filter(media=models.OuterRef("pk"))
    is_in_claim = models.Exists(ClaimMedia.objects.readable_by(person).filter(media=models.OuterRef("pk")))
    return rows.filter(Q(created_by=person) | Q(models.Exists(citing_evidence)) | Q(is_in_claim))


class ClaimMediaQuerySet(models.QuerySet["ClaimMedia"]):
    def readable_by(self, person: User) -> Self:
        """Return media of claims that this person may read."""
        return filter_readable(self, person, own_or_published=Q(claim__in=Claim.objects.readable_by(person)))


@keep_history()
class ClaimMedia(models.Model):
    """A picture, recording or video that a claim is about, with its caption and its position in the list."""

    claim = models.ForeignKey(
        "claims.Claim", models.CASCADE, db_index=False, related_name="media", verbose_name=_("claim")
    )
    media = models.ForeignKey(
        "sources.MediaObject",
        models.PROTECT,
        related_name="claimed_in",
        verbose_name=_("picture, audio or video"),
    )
    caption = models.TextField(
        _("content according to the claim"),
        max_length=MAX_CAPTION_LENGTH,
        blank=True,
        help_text=_("The content according to the claim, true or not. Shown to readers."),
    )
    media_fragment = MediaFragmentField()
    page_url = AddressField(
        _("page where seen"),
        max_length=2000,
        blank=True,
        help_text=_("The address of the page or post where it was shared."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    objects = ClaimMediaQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("picture, audio or video")
        verbose_name_plural = _("pictures, audio and video")
        constraints = [
            UniqueConstraint(
                name="claimmedia_is_listed_once",
                fields=["claim", "media"],
                violation_error_message=_("This picture, recording or video is already listed."),
            ),
            bounds.build_length_constraint("claimmedia_caption_fits", "caption", MAX_CAPTION_LENGTH),
            build_fragment_constraint("claimmedia_fragment_is_one"),
        ]
        triggers = [
            Rule(
                name="claimmedia_is_fixed_in_review",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("judged", "bigint[]")],
                func=f"""
                    {build_snapshot_check_sql("claimmedia_is_fixed_in_review")}
                    judged := ARRAY[
                        CASE WHEN TG_OP <> 'INSERT' THEN OLD.claim_id END,
                        CASE WHEN TG_OP <> 'DELETE' THEN NEW.claim_id END
                    ];
                    -- Locked: a verdict submitted in the meantime is submitted with the media present at that time.
                    -- Two statements, because a condition would be evaluated before the lock is acquired.
                    PERFORM FROM public.claims_claim WHERE id = ANY (judged) ORDER BY id FOR NO KEY UPDATE;
                    IF EXISTS (
                        SELECT FROM public.claims_verdict WHERE claim_id = ANY (judged) AND state = 'in_review'
                    ) THEN
                        REJECT 'A verdict on this claim is in review. The claim’s pictures, audio and video
                            cannot change until the verdict is published or returned.';
                    END IF;
                    IF TG_OP = 'DELETE' THEN
                        RETURN OLD;
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.caption[:60] or str(self.media)


# Published media keep a description in all later publications.
pgtrigger.register(
    Rule(
        name="media_description_is_kept",
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(
            "OLD.alternative_text ~ '[^[:space:]]' AND NEW.alternative_text !~ '[^[:space:]]'"
        ),
        func="""
            REJECT 'This picture, recording or video already has a description: correct the description instead
                of clearing it.';
        """,
    )
)(MediaObject)
