"""Pictures, audio and video in the editorial API: uploads, and the media of claims."""

from typing import Any, ClassVar

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from claims.editorial import documents
from claims.editorial.editorial_resource import EditorialResource
from claims.editorial.list_queries import MediaQuery
from claims.editorial.part_resources import PartOfClaim
from claims.editorial.refused_requests import ResourceNotFound, build_unprocessable
from claims.editorial.request_bodies import (
    ClaimMediaBody,
    ClaimMediaChanges,
    MediaBody,
    MediaChanges,
    MediaForm,
)
from claims.editorial.serializers import EditorialClaimMediaSerializer, EditorialMediaSerializer
from claims.editorial.strict_bodies import EditorialBody, read_body
from claims.models import ClaimMedia
from claims.newsroom.roles import require_permission
from claims.review import claim_edits
from claims.review.described_media import change_description, store_media
from factcheck.database import clock
from factcheck.installation.messages import translate_message
from sources.http.fetch_errors import FetchError
from sources.media.refused_media import MediaRefused
from sources.models import MediaObject

_BOOLEANS = {"true": True, "false": False}


class EditorialMediaResource(EditorialResource):
    """Pictures, recordings and videos, including those that no publication shows."""

    nouns = ("picture, recording or video", "pictures, audio and video")
    view_permission = "sources.view_mediaobject"
    list_query = MediaQuery
    serializer_class = EditorialMediaSerializer
    bodies: ClassVar = {
        "create": {"application/json": MediaBody, "multipart/form-data": MediaForm},
        "partial_update": {"application/json": MediaChanges},
    }
    parser_classes = (EditorialBody, MultiPartParser)  # type: ignore[assignment]  # files come as forms
    finds_or_adds = True

    def get_rows(self) -> QuerySet[MediaObject]:
        return documents.select_readable_media(self.person)

    def build_document(self, row: MediaObject) -> documents.Document:
        return documents.build_media(row)

    def create(self, request: Request) -> HttpResponse:
        """Store a file, or the file at a URL: 200 if the same file existed, 201 if it is new.

        Sending the same file again returns the stored one, so no `Idempotency-Key` is needed. A JSON body gives a
        URL. A file is sent as `multipart/form-data`, in the part `file`, with `alternative_text` and
        `show_to_readers`.
        """
        require_permission(self.person, "sources.add_mediaobject", gettext("add pictures, audio and video"))
        values = _read_values(request, self.person)
        key = "file" if "file" in values else "url"
        started_at = clock.get_database_time()
        try:
            media = store_media(
                values[key],
                alternative_text=values.get("alternative_text", ""),
                show_to_readers=values.get("show_to_readers", True),
                by=self.person,
            )
        except (MediaRefused, FetchError) as refusal:
            raise build_unprocessable(key, translate_message(refusal)) from None
        status = 201 if media.created_at >= started_at else 200
        return self.build_response(
            self.build_stored_response(
                self.reload(media), status=status, location=self.build_url("media-detail", media.pk)
            )
        )

    def partial_update(self, request: Request, id: int) -> HttpResponse:  # noqa: A002  the name in the address
        """Change the fields, especially the description, which publication requires."""
        values = read_body(MediaChanges, request.data, by=self.person, partial=True)
        require_permission(
            self.person, "sources.change_mediaobject", gettext("edit pictures, audio and video")
        )

        def work() -> MediaObject:
            MediaObject.objects.select_for_update().filter(pk=id).first()
            media: MediaObject = self.lock_matching(id=id)
            change_description(media, **values)
            return media

        return self.run_change(work)


def _read_values(request: Request, by: User) -> dict[str, Any]:
    """Return the values of a JSON or form request; all form values are strings."""
    body = request.data
    if not isinstance(body, QueryDict):
        return read_body(MediaBody, body, by=by)
    values: dict[str, Any] = {}
    for key, items in body.lists():
        if len(items) > 1:
            raise ValidationError({key: [gettext("This field was given more than once.")]})
        values[key] = items[0]
    if "show_to_readers" in values:
        values["show_to_readers"] = _BOOLEANS.get(values["show_to_readers"], values["show_to_readers"])
    if values.get("file") is None or values["file"] is not request.FILES.get("file") or "url" in values:
        raise ValidationError(
            {"file": [gettext("Send the file in the form field `file`, without an address.")]}
        )
    return read_body(MediaForm, values, by=by)


class EditorialClaimMediaResource(PartOfClaim):
    """The pictures, recordings and videos that a claim is about."""

    nouns = ("picture, recording or video", "pictures, audio and video")
    view_permission = "claims.view_claimmedia"
    serializer_class = EditorialClaimMediaSerializer
    bodies: ClassVar = {"create": ClaimMediaBody, "partial_update": ClaimMediaChanges}

    def get_rows(self) -> QuerySet[ClaimMedia]:
        rows = ClaimMedia.objects.readable_by(self.person).filter(claim=self.kwargs["claim_id"])
        return documents.select_media_relations(rows)

    def build_document(self, row: ClaimMedia) -> documents.Document:
        return documents.build_claim_media(row)

    def get_row(self, **url_kwargs: Any) -> ClaimMedia:
        row = self.get_rows().filter(media=url_kwargs["id"]).first()
        if row is None:
            raise ResourceNotFound(gettext("No record has the id %(key)s.") % {"key": url_kwargs["id"]})
        return row

    def reload(self, row: Model) -> Any:
        return self.get_rows().get(pk=row.pk)

    def create(self, request: Request, claim_id: int) -> HttpResponse:
        """Attach a stored picture, recording or video to the claim."""
        values = read_body(ClaimMediaBody, request.data, by=self.person)

        def work(_prepared: None) -> ClaimMedia:
            self.lock_parent()
            return claim_edits.add_media(self.get_parent(), by=self.person, **values)

        return self.add_row("claim-media-detail", work, key="media_id")

    def partial_update(self, request: Request, **url_kwargs: int) -> HttpResponse:
        """Change the fields of the media in this claim."""
        values = read_body(ClaimMediaChanges, request.data, by=self.person, partial=True)
        return self.run_change(lambda: claim_edits.edit_media(self.lock_part(), by=self.person, **values))

    def destroy(self, request: Request, **url_kwargs: int) -> HttpResponse:
        """Remove the media from the claim. The file itself is kept."""
        return self.run_change(lambda: claim_edits.remove_media(self.lock_part(), by=self.person))
