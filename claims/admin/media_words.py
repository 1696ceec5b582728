"""The similarity and orientation of two pictures, in words for editors."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from claims.matching.near_media import Likeness, grade_likeness
from factcheck.admin.badges import Tone
from sources.media.likeness import NearDuplicate
from sources.media.perceptual_hash import Orientation
from sources.models import MediaHash

_LIKENESS_WORDS: Mapping[Likeness, tuple[StrOrPromise, Tone]] = {
    "same": (gettext_lazy("Apparently the same picture"), "active"),
    "very_alike": (gettext_lazy("Very similar: saved again, or slightly changed"), "waiting"),
    "alike": (gettext_lazy("Similar: cropped or edited, or another picture of the same scene"), "neutral"),
}
_ORIENTATION_WORDS: Mapping[str, StrOrPromise] = {
    Orientation.TURNED_90: gettext_lazy("rotated by 90°"),
    Orientation.TURNED_180: gettext_lazy("upside down"),
    Orientation.TURNED_270: gettext_lazy("rotated by 90°"),
    Orientation.MIRRORED: gettext_lazy("mirrored"),
    Orientation.UPSIDE_DOWN: gettext_lazy("mirrored top to bottom"),
    Orientation.MIRRORED_TURNED_90: gettext_lazy("mirrored and rotated by 90°"),
    Orientation.MIRRORED_TURNED_270: gettext_lazy("mirrored and rotated by 90°"),
}


def describe_likeness(distance: int) -> tuple[StrOrPromise, Tone]:
    """Return the meaning of a hash distance in words."""
    return _LIKENESS_WORDS[grade_likeness(distance)]


def describe_circumstances(near: NearDuplicate) -> list[str]:
    """Describe how the query picture is oriented, which part of the other it shows, and when in a video."""
    told = []
    if near.transformation in _ORIENTATION_WORDS:
        told.append(str(_ORIENTATION_WORDS[near.transformation]))
    if near.part != MediaHash.Transformation.WHOLE:
        told.append(str(MediaHash.Transformation(near.part).label))
    if near.frame_at is not None:
        minutes, seconds = divmod(int(near.frame_at), 60)
        told.append(_("in the video at %(minutes)d:%(seconds)02d") % {"minutes": minutes, "seconds": seconds})
    return told
