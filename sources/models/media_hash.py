import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from factcheck.database.model_fields import BitStringField
from factcheck.database.rules import Rule

#: The bits of a PDQ hash, and the quality below which a picture is too plain to be identified by it.
HASH_BITS, MIN_DISTINCTIVE_QUALITY = 256, 50
#: The number of bands by which similar hashes are found (`sources/media/likeness.py`), and the bits of each.
BAND_COUNT, BAND_BITS = 16, 16


class Band(models.Func):
    """SQL for one band (section) of a hash, as a number."""

    template = f"(substring(%(expressions)s from %(begin)s for {BAND_BITS})::bit({BAND_BITS})::int)"
    output_field = models.IntegerField()
    arity = 1


class MediaHash(models.Model):
    """The perceptual hash of a picture, 256 bits (PDQ). Similar pictures differ in few bits.

    A picture has a hash of the whole, and one for each part within a border or page (`transformation`). A film has one
    for each keyframe. The hash of a whole picture is stored with its local features, which find cropped and partly
    covered versions.
    """

    class Transformation(models.TextChoices):
        """The part of the picture that was hashed: all of it, or only the part inside a border, frame or page."""

        WHOLE = "whole", _("complete")
        BORDERLESS = "borderless", _("without its borders")
        FRAMED = "framed", _("the picture within a frame or page")

    media = models.ForeignKey(
        "sources.MediaObject",
        models.CASCADE,
        db_index=False,
        related_name="hashes",
        verbose_name=_("picture or video"),
    )
    frame_at = models.FloatField(_("time in the video, in seconds"), null=True, blank=True)
    transformation = models.CharField(
        _("part"), max_length=12, choices=Transformation, default=Transformation.WHOLE
    )
    pdq = BitStringField(_("fingerprint"), length=HASH_BITS)
    quality = models.PositiveSmallIntegerField(
        _("quality"),
        help_text=_(
            "The amount of detail in the picture, from 50 to 100. Pictures with less detail look too much alike to be"
            " compared."
        ),
    )
    # The data that `sources.media.local_features` compares.
    words = ArrayField(models.IntegerField(), default=list, editable=False)
    points = ArrayField(models.SmallIntegerField(), default=list, editable=False)

    class Meta:
        ordering = ["media", "frame_at", "id"]
        verbose_name = _("picture fingerprint")
        verbose_name_plural = _("picture fingerprints")
        default_permissions = ("view",)
        constraints = [
            UniqueConstraint(
                name="mediahash_is_there_once",
                fields=["media", "frame_at", "transformation", "pdq"],
                nulls_distinct=False,
            ),
            CheckConstraint(
                # All plain areas are alike, so each would be found for every other.
                name="mediahash_is_distinctive",
                condition=Q(quality__gte=MIN_DISTINCTIVE_QUALITY, quality__lte=100),
            ),
            CheckConstraint(
                name="mediahash_part_is_known",
                condition=Q(transformation__in=["whole", "borderless", "framed"]),
            ),
            CheckConstraint(
                name="mediahash_point_of_each_word",
                condition=Q(points__len=3 * F("words__len")),
            ),
            CheckConstraint(
                name="mediahash_second_is_meant",
                condition=Q(frame_at__isnull=True) | Q(frame_at__gte=0, frame_at__lt=10_000_000),
            ),
        ]
        indexes = [
            # Similar pictures: each band with the neighbouring one, which is compared without reading the row.
            models.Index(
                fields=[f"band_{band}", f"band_{band ^ 1}"], include=["id"], name=f"mediahash_band_{band}"
            )
            for band in range(BAND_COUNT)
        ] + [
            # Pictures with similar points. No `fastupdate`: storing a picture takes longer, so that lookups stay fast.
            GinIndex(fields=["words"], name="mediahash_words", fastupdate=False)
        ]
        triggers = [
            Rule(
                name="mediahash_no_update",
                operation=pgtrigger.Update,
                func="REJECT 'A picture fingerprint cannot be changed: delete it and compute it again.';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.media_id} {self.transformation} {self.pdq.hex()}"


for _band in range(BAND_COUNT):
    MediaHash.add_to_class(
        f"band_{_band}",
        models.GeneratedField(
            expression=Band("pdq", begin=_band * BAND_BITS + 1),
            output_field=models.IntegerField(),
            db_persist=True,
        ),
    )
