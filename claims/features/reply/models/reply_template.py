from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

from claims.features.reply.models.reply_rules import MAX_TEXT_LENGTH
from factcheck.database import bounds
from factcheck.database.model_fields import LanguageField
from factcheck.database.row_history import keep_history


@keep_history()
class ReplyTemplate(models.Model):
    """The template of a request for reply in one language. Placeholders in braces are filled in."""

    language = LanguageField(_("language"), unique=True)
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("text"), max_length=MAX_TEXT_LENGTH)

    class Meta:
        ordering = ["language"]
        verbose_name = _("request wording")
        verbose_name_plural = _("request wordings")
        constraints = [
            CheckConstraint(
                name="replytemplate_says_something",
                condition=~Q(language="") & ~Q(subject="") & ~Q(text=""),
            ),
            bounds.build_length_constraint("replytemplate_text_fits", "text", MAX_TEXT_LENGTH),
        ]

    def __str__(self) -> str:
        return self.language
