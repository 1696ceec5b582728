"""The public data of a picture, audio or video, key by key (schema.org MediaObject)."""

from typing import Annotated, TypedDict

from sources.models import MediaObject


class PublicMedia(TypedDict):
    """A picture, recording or film as readers see it, without embedded metadata."""

    id: int
    kind: Annotated[str, MediaObject.Kind]
    url: Annotated[
        str,
        "What readers see of it on this site: the picture, or one of the film. What stands at this address never"
        " changes. Empty where it is told of in words alone, as sound is.",
    ]
    media_type: Annotated[str, "Of what stands there; empty where there is none."]
    encoding_format: Annotated[str, "The media type of the original (schema.org `encodingFormat`)."]
    width: Annotated[int | None, "Of what stands at `url`, in pixels."]
    height: int | None
    duration: Annotated[float | None, "Of film and sound, in seconds."]
    alternative_text: Annotated[str, "What is to be seen or heard, for who cannot."]
    caption: Annotated[str, "What it is said to show, where a claim is about it; otherwise empty."]
    media_fragment: Annotated[
        str, "Which part is meant (W3C Media Fragments, such as `t=12.5,17`); empty: all of it."
    ]
    page_url: Annotated[str, "The page or post that it was seen on; empty when not known."]
    content_url: Annotated[str, "Where the file itself was found; empty when it was handed in."]
    sha256: Annotated[str, "Of the original file, which is kept and not shown."]
    pdq: Annotated[
        str,
        "Perceptual hash of a picture (PDQ, 256 bits in hexadecimal), by which it is known again when it was scaled or"
        " saved anew; empty of film and sound.",
    ]
