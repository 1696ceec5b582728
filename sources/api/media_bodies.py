"""The public data of a picture, audio or video, key by key (schema.org MediaObject)."""

from typing import Annotated, TypedDict

from sources.models import MediaObject


class PublicMedia(TypedDict):
    """A picture, recording or video as readers see it, without embedded metadata."""

    id: int
    kind: Annotated[str, MediaObject.Kind]
    url: Annotated[
        str,
        "The public file: the picture, or a frame of the video. The content at this URL never changes. Empty "
        "if readers see only a description, as for audio.",
    ]
    media_type: Annotated[str, "The media type of the file at `url`; empty if there is none."]
    encoding_format: Annotated[str, "The media type of the original (schema.org `encodingFormat`)."]
    width: Annotated[int | None, "The width of the file at `url`, in pixels."]
    height: int | None
    duration: Annotated[float | None, "The duration of audio or video, in seconds."]
    alternative_text: Annotated[str, "A description for people who cannot see or hear it."]
    caption: Annotated[str, "What it is said to show, if a claim is about it; otherwise empty."]
    media_fragment: Annotated[
        str, "The part that is meant (W3C Media Fragments, such as `t=12.5,17`); empty for all of it."
    ]
    page_url: Annotated[str, "The page or post where it was shared; empty if unknown."]
    content_url: Annotated[str, "The URL of the file; empty if it was uploaded."]
    sha256: Annotated[str, "SHA-256 of the original file, which is stored but not public."]
    pdq: Annotated[
        str,
        "Perceptual hash of a picture (PDQ, 256 bits in hexadecimal), which recognises scaled or re-saved "
        "copies; empty for audio and video.",
    ]
