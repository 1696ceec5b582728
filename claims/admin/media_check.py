"""The page “Has this picture been checked?”."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from claims.admin.media_preview import build_visibility_badge, list_uses, render_thumbnail
from claims.matching.near_media import MEDIA_LIMIT, Likeness, find_nearest, grade_likeness
from claims.models.claim_media import find_readable_media
from factcheck.admin.badges import Tone, render_badge
from factcheck.admin.base import get_page_url, get_person
from factcheck.admin.unsaved import mark_form_as_saved
from factcheck.web.throttling.callers import admit
from sources.failures import Failure
from sources.media.bounded_pictures import compute_picture_hash
from sources.media.likeness import DETAILS, NearDuplicate
from sources.media.perceptual_hash import Orientation, PerceptualHash
from sources.media_at_address import fetch_picture
from sources.models import MediaHash, MediaObject

_LIKENESS_LABELS: Mapping[Likeness, tuple[StrOrPromise, Tone]] = {
    "same": (gettext_lazy("Probably the same picture"), "active"),
    "very_alike": (gettext_lazy("Very similar: saved again, or slightly changed"), "waiting"),
    "alike": (gettext_lazy("Similar: cropped or edited, or another picture of the same scene"), "neutral"),
}
_ORIENTATION_LABELS: Mapping[str, StrOrPromise] = {
    Orientation.TURNED_90: gettext_lazy("rotated by 90°"),
    Orientation.TURNED_180: gettext_lazy("upside down"),
    Orientation.TURNED_270: gettext_lazy("rotated by 90°"),
    Orientation.MIRRORED: gettext_lazy("mirrored"),
    Orientation.UPSIDE_DOWN: gettext_lazy("mirrored top to bottom"),
    Orientation.MIRRORED_TURNED_90: gettext_lazy("mirrored and rotated by 90°"),
    Orientation.MIRRORED_TURNED_270: gettext_lazy("mirrored and rotated by 90°"),
}


def describe_similarity(distance: int | None) -> tuple[StrOrPromise, Tone]:
    """Describe the distance between two perceptual hashes in words."""
    return _LIKENESS_LABELS[grade_likeness(distance)]


def describe_circumstances(near_duplicate: NearDuplicate) -> list[str]:
    """Describe a near duplicate in phrases, such as the number of differing points or the time in a video."""
    phrases = []
    if near_duplicate.distance is not None:
        phrases.append(_("%(number)s of 256 points differ") % {"number": near_duplicate.distance})
    if near_duplicate.transformation in _ORIENTATION_LABELS:
        phrases.append(str(_ORIENTATION_LABELS[near_duplicate.transformation]))
    if near_duplicate.part == DETAILS:
        phrases.append(_("matched by details of the picture"))
    elif near_duplicate.part != MediaHash.Transformation.WHOLE:
        phrases.append(str(MediaHash.Transformation(near_duplicate.part).label))
    if near_duplicate.frame_at is not None:
        minutes, seconds = divmod(int(near_duplicate.frame_at), 60)
        phrases.append(
            _("in the video at %(minutes)d:%(seconds)02d") % {"minutes": minutes, "seconds": seconds}
        )
    return phrases


#: The largest picture accepted, in bytes.
MAX_BYTES = 50_000_000
#: The cost of a check in the person's rate limit (RATE_LIMIT_TOKEN): each check reads or fetches a picture.
_CHECK_COST = 20


class PictureForm(forms.Form):
    """The form for the picture to check: a file, the clipboard or a URL."""

    upload = forms.FileField(
        label=gettext_lazy("Picture"),
        required=False,
        widget=UnfoldAdminFileFieldWidget({"accept": "image/*", "data-takes-pasted": ""}),
        help_text=gettext_lazy(
            "You can paste a copied picture anywhere on this page. For a video, take a screenshot."
        ),
    )
    address = forms.CharField(
        label=gettext_lazy("or its address"),
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextInputWidget({"inputmode": "url", "placeholder": "https://"}),
        help_text=gettext_lazy("The address of the picture itself, not of the page that shows it."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned_data: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(cleaned_data.get("upload")) == bool(cleaned_data.get("address")):
            raise forms.ValidationError(_("Choose or paste a picture, or enter its address, but not both."))
        if cleaned_data.get("upload") and cleaned_data["upload"].size > MAX_BYTES:
            self.add_error(
                "upload", _("The picture is too large. The limit is %d MB.") % (MAX_BYTES // 1_000_000)
            )
        return cleaned_data

    def compute_hash(self) -> PerceptualHash:
        """Return the perceptual hash of the picture.

        Raises:
            Failure: the file is not a picture, or could not be fetched or read.
        """
        upload = self.cleaned_data["upload"]
        return compute_picture_hash(upload.read() if upload else fetch_picture(self.cleaned_data["address"]))


@dataclass(frozen=True, slots=True)
class SimilarPicture:
    """A similar picture or video, with its similarity and the claims that use it."""

    media: MediaObject
    url: str
    picture: SafeString
    similarity_badge: SafeString
    circumstances: list[str]
    description: SafeString
    uses: list[dict[str, Any]]


def check_view(model_admin: ModelAdmin[Any], request: HttpRequest) -> HttpResponse:
    """Show the page for checking a picture, with similar pictures if one was sent."""
    if not request.user.has_perm("sources.view_mediaobject"):
        raise PermissionDenied
    form, picture_hash, excluded_media = PictureForm(), None, 0
    if request.method == "POST":
        form = PictureForm(request.POST, request.FILES)
        picture_hash = _compute_hash_of_form(form, request)
        if picture_hash is not None:
            mark_form_as_saved(request)
    elif (media_id := request.GET.get("media", "")).isdecimal():
        # The URL names a stored picture: search for other pictures that are similar.
        picture_hash, excluded_media = _get_stored_hash(int(media_id), request), int(media_id)
    pictures = (
        _find_pictures(picture_hash, request, excluded_media=excluded_media)
        if picture_hash is not None and picture_hash.is_distinctive
        else []
    )
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Has this picture been checked?"),
        "media": model_admin.media + form.media,
        "form": form,
        "similar_pictures": pictures,
        "is_answered": picture_hash is not None,
        "is_plain": picture_hash is not None and not picture_hash.is_distinctive,
        "add_page": reverse("admin:sources_mediaobject_add"),
    }
    response = TemplateResponse(request, "admin/desk/media_check.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _compute_hash_of_form(form: PictureForm, request: HttpRequest) -> PerceptualHash | None:
    if not form.is_valid():
        return None
    admission = admit(request, user_id=get_person(request).pk, cost=_CHECK_COST)
    if admission and not admission.allowed:
        form.add_error(None, _("Too many picture searches. Try again in a minute."))
        return None
    try:
        return form.compute_hash()
    except Failure as refusal:
        form.add_error("upload" if form.cleaned_data["upload"] else "address", str(refusal))
        return None


def _get_stored_hash(pk: int, request: HttpRequest) -> PerceptualHash | None:
    readable_media = find_readable_media(get_person(request)).filter(pk=pk)
    hashes = MediaHash.objects.filter(media__in=readable_media, transformation=MediaHash.Transformation.WHOLE)
    first_hash = hashes.order_by("frame_at", "pk").first()
    return PerceptualHash(bytes(first_hash.pdq), first_hash.quality) if first_hash else None


def _find_pictures(
    picture_hash: PerceptualHash, request: HttpRequest, *, excluded_media: int
) -> list[SimilarPicture]:
    near_duplicates = {
        pk: duplicate for pk, duplicate in find_nearest(picture_hash).items() if pk != excluded_media
    }
    rows = find_readable_media(get_person(request)).in_bulk(list(near_duplicates))
    shown_rows = [(rows[pk], near_duplicate) for pk, near_duplicate in near_duplicates.items() if pk in rows]
    return [_build_similar_picture(row, duplicate, request) for row, duplicate in shown_rows[:MEDIA_LIMIT]]


def _build_similar_picture(
    row: MediaObject, near_duplicate: NearDuplicate, request: HttpRequest
) -> SimilarPicture:
    similarity, tone = describe_similarity(near_duplicate.distance)
    return SimilarPicture(
        media=row,
        url=get_page_url(row),
        picture=render_thumbnail(row),
        similarity_badge=render_badge(similarity, tone),
        circumstances=describe_circumstances(near_duplicate),
        description=build_visibility_badge(row),
        uses=list_uses(row, request),
    )
