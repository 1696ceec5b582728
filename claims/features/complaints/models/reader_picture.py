from django.db import models
from django.db.models import CheckConstraint, Func, IntegerField, Q, Value
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from claims.features.complaints.models.reader_request import ReaderRequest

#: The picture is part of the form, and no more than this many bytes are read from any client.
MAX_PICTURE_BYTES = 2_400_000


class ReaderPicture(models.Model):
    """The picture that a reader wants checked.

    It is stored in the database instead of a file, so that it is deleted in the same transaction as the
    person's details and leaves nothing behind.
    """

    class Kind(models.TextChoices):
        PNG = "image/png"
        JPEG = "image/jpeg"
        WEBP = "image/webp"
        GIF = "image/gif"

    request = models.OneToOneField(ReaderRequest, models.CASCADE, related_name="picture")
    media_type = models.CharField(max_length=10, choices=Kind)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        verbose_name = _("reader’s picture")
        verbose_name_plural = _("readers’ pictures")
        constraints = [
            CheckConstraint(
                name="readerpicture_kind_is_known",
                condition=Q(media_type__in=["image/png", "image/jpeg", "image/webp", "image/gif"]),
            ),
            CheckConstraint(
                name="readerpicture_is_what_its_digest_says",
                condition=Q(
                    sha256=Func(
                        Func("content", function="sha256"),
                        Value("hex"),
                        function="encode",
                        output_field=models.TextField(),
                    )
                ),
            ),
            CheckConstraint(
                name="readerpicture_is_not_too_large",
                condition=LessThanOrEqual(
                    Func("content", function="octet_length", output_field=IntegerField()), MAX_PICTURE_BYTES
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.media_type}, {self.request_id}"
