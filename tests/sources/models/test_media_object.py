"""Rules for pictures and their visibility: each broken by SQL."""

import pytest
from django.db import connection

from sources.models import MediaHash, MediaObject
from tests.helpers.broken_rules import as_committed, refused, sql

pytestmark = pytest.mark.django_db

A, B, C = "a" * 64, "b" * 64, "c" * 64
PDQ = bytes(range(32))


def make(**columns: object) -> MediaObject:
    return MediaObject.objects.create(
        **{"sha256": A, "size": 9, "kind": "image", "media_type": "image/png"} | columns
    )


RENDITION: dict[str, object] = {
    "public_sha256": B,
    "public_media_type": "image/jpeg",
    "public_width": 9,
    "public_height": 9,
}


def shown() -> MediaObject:
    return make(**RENDITION, alternative_text="A bridge.", show_to_readers=True)


def set_to(media: MediaObject, assignments: str, *values: object, match: str) -> None:
    refused(f"UPDATE sources_mediaobject SET {assignments} WHERE id = {media.pk}", *values, match=match)


@pytest.mark.parametrize("text", ["''", "'  '", "E'\\n\\t'", "E'\\u00a0'"])
def test_readers_see_it_only_with_an_alternative_text(text: str) -> None:
    # One that was never described: a description that is there is kept by a rule of its own.
    shown_so = f"alternative_text = {text}, show_to_readers = true"
    set_to(make(**RENDITION), shown_so, match="mediaobject_shown_has_alternative_text")


def test_readers_see_it_only_if_there_is_a_public_version() -> None:
    none = "public_sha256 = '', public_media_type = '', public_width = NULL, public_height = NULL"
    set_to(shown(), none, match="mediaobject_shown_has_alternative_text")
    media = make(sha256=C, alternative_text="A bridge.")
    set_to(media, "show_to_readers = true", match="mediaobject_shown_has_alternative_text")


def test_readers_never_see_the_upload() -> None:
    set_to(shown(), "public_sha256 = sha256", match="mediaobject_readers_never_see_the_upload")


@pytest.mark.parametrize(
    "assignment",
    [
        "public_media_type = 'image/svg+xml'",
        "public_media_type = 'text/html'",
        "public_width = 0",
        "public_height = NULL",
    ],
)
def test_a_rendition_is_a_picture(assignment: str) -> None:
    set_to(shown(), assignment, match="mediaobject_rendition_is_complete")


@pytest.mark.parametrize(
    "assignment",
    [
        f"sha256 = '{C}'",
        "size = 10",
        "kind = 'video', media_type = 'video/mp4', keyframes = 'due'",
        "media_type = 'image/gif'",
        "created_at = now()",
    ],
)
def test_a_file_stays_the_file_that_it_is(assignment: str) -> None:
    set_to(make(), assignment, match="mediaobject_stays_what_it_is")


INSERT = (
    "INSERT INTO sources_mediaobject (sha256, size, kind, media_type, keyframes, {more} filename, content_url,"
    " alternative_text, show_to_readers, public_sha256, public_media_type, metadata, provenance, caveats)"
    " VALUES ('{sha}', {size}, '{kind}', '{type}', '{keyframes}', {values} '', '{url}',"
    " '', false, '', '', '{{}}', '{{}}', '[]')"
)
RIGHT = {
    "sha": C,
    "size": 9,
    "kind": "image",
    "type": "image/png",
    "keyframes": "",
    "url": "",
    "more": "",
    "values": "",
}


@pytest.mark.parametrize(
    "wrong, match",
    [
        ({"sha": "A" * 64}, "mediaobject_hashes_are_sha256"),
        ({"sha": ""}, "mediaobject_hashes_are_sha256"),
        ({"size": 0}, "mediaobject_has_bytes"),
        ({"kind": "text", "type": "text/html"}, "mediaobject_kind_is_known"),
        ({"type": "video/mp4"}, "mediaobject_kind_is_that_of_its_type"),
        ({"type": "images/png"}, "mediaobject_kind_is_that_of_its_type"),
        ({"url": "javascript:alert(1)"}, "mediaobject_address_is_of_the_web"),
        ({"more": "width,", "values": "5,"}, "mediaobject_measures_are_meant"),
        ({"more": "width, height,", "values": "0, 5,"}, "mediaobject_measures_are_meant"),
        ({"more": "duration,", "values": "-1,"}, "mediaobject_measures_are_meant"),
        ({"more": "duration,", "values": "'NaN',"}, "mediaobject_measures_are_meant"),
        ({"keyframes": "due"}, "mediaobject_keyframes_are_known"),
        ({"kind": "video", "type": "video/mp4"}, "mediaobject_keyframes_are_known"),
        ({"kind": "video", "type": "video/mp4", "keyframes": "soon"}, "mediaobject_keyframes_are_known"),
    ],
)
def test_invalid_files_are_refused(wrong: dict[str, object], match: str) -> None:
    refused(INSERT.format(**RIGHT | wrong), match=match)
    assert sql(INSERT.format(**RIGHT)) == 1


def test_equal_bytes_are_one_object() -> None:
    make(sha256=C)
    refused(INSERT.format(**RIGHT), match="sha256")


def test_the_table_is_not_truncated_and_replaced_rows_are_kept() -> None:
    media = make(alternative_text="Before.")
    as_committed()
    refused("TRUNCATE sources_mediaobject CASCADE", match="no_truncate")
    sql(f"UPDATE sources_mediaobject SET alternative_text = 'After.' WHERE id = {media.pk}")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT alternative_text FROM sources_mediaobjectevent WHERE pgh_obj_id = %s", [media.pk]
        )
        assert cursor.fetchall() == [("Before.",)]


# Hashes -----------------------------------------------------------------------------------------------------


def test_a_hash_comes_back_as_its_bytes() -> None:
    media = make()
    MediaHash.objects.bulk_create([MediaHash(media=media, pdq=PDQ, quality=80)])
    found = MediaHash.objects.get()
    assert found.pdq == PDQ
    assert MediaHash.objects.filter(pdq=PDQ).exists()
    assert PDQ.hex() in str(found)


@pytest.mark.parametrize(
    "columns, match",
    [
        ("NULL, 'whole', 80", "mediahash_is_there_once"),
        ("NULL, 'framed', 49", "mediahash_is_distinctive"),
        ("NULL, 'framed', 101", "mediahash_is_distinctive"),
        ("NULL, 'diagonal', 80", "mediahash_part_is_known"),
        ("-1, 'whole', 80", "mediahash_second_is_meant"),
        ("'NaN', 'whole', 80", "mediahash_second_is_meant"),
        ("NULL, 'framed', 80", "mediahash_point_of_each_word"),
    ],
)
def test_invalid_hashes_are_refused(columns: str, match: str) -> None:
    media = make()
    MediaHash.objects.create(media=media, pdq=bytes([0b01010101]) * 32, quality=80)
    insert = "INSERT INTO sources_mediahash (media_id, pdq, words, points, frame_at, transformation, quality)"
    words = "'{}', '{1}'" if match == "mediahash_point_of_each_word" else "'{}', '{}'"
    refused(f"{insert} VALUES (%s, %s::bit(256), {words}, {columns})", media.pk, "01" * 128, match=match)


def test_a_look_does_not_change() -> None:
    look = MediaHash.objects.create(media=make(), pdq=PDQ, quality=80)
    refused(f"UPDATE sources_mediahash SET quality = 90 WHERE id = {look.pk}", match="mediahash_no_update")
