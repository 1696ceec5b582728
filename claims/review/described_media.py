"""Add pictures, audio and video for a person, with alternative text, from the desk and the editorial API."""

from typing import Any

from django.contrib.auth.models import User
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from claims.models.claim_media import find_readable_media
from claims.newsroom.refusals import NotPossible
from sources.media.intake import store_file
from sources.media.refused_media import MediaRefused
from sources.models import MediaObject


def store_media(
    content: File | bytes | str, *, by: User, alternative_text: str = "", show_to_readers: bool = True
) -> MediaObject:
    """Store an uploaded file, or the file at a URL. An existing object keeps its fields.

    Args:
        show_to_readers: whether readers see the media once they have a description and a preview; otherwise
            readers only see the description.

    Raises:
        MediaRefused, FetchError: the file is missing, or is not a picture, recording or video that can be stored. The
            file is also rejected if it is only used in work that the person may not read.
    """
    media = store_file(content, by=by, alternative_text=alternative_text)
    if not find_readable_media(by).filter(pk=media.pk).exists():
        raise MediaRefused("not_taken", _("You cannot add this file. Ask a fact-checker to add it."))
    if (
        show_to_readers
        and media.alternative_text.strip()
        and media.public_sha256
        and not media.show_to_readers
    ):
        change_description(media, show_to_readers=True)
    return media


@transaction.atomic
def change_description(media: MediaObject, **fields: Any) -> None:
    """Change the fields of a picture, recording or video.

    Raises:
        NotPossible: the change would clear the description, or show media without a description to readers.
    """
    earlier_text = media.alternative_text.strip()
    for name, value in fields.items():
        setattr(media, name, value)
    text = media.alternative_text.strip()
    if earlier_text and not text:
        raise NotPossible(
            _("The file already has a description. Correct the description instead of clearing it.")
        )
    if media.show_to_readers and not text:
        raise NotPossible(_("Add a description (“alternative text”) before the file is shown to readers."))
    if media.show_to_readers and not media.public_sha256:
        raise NotPossible(_("No preview of this file can be shown to readers."))
    media.save(update_fields=[*fields])
