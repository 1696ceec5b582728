"""What is to be known of how a file was read, in sentences; rows keep both the code and the sentence."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

_SENTENCES = {
    "cut_off": gettext_noop("The file ends before the picture does; what is missing is grey."),
    "animated": gettext_noop(
        "It moves. Readers see its first picture; twelve of its pictures are compared with others."
    ),
    "holds_a_page": gettext_noop(
        "Within the file stands a web page or script as well. Do not open the file in a browser."
    ),
    "holds_an_archive": gettext_noop("The file is an archive as well as a picture. Do not unpack it."),
    "not_read_here": gettext_noop(
        "This kind of picture cannot be read here. Save it as JPEG and add that, too."
    ),
    "no_ffmpeg": gettext_noop(
        "Sound and film cannot be read here, for FFmpeg is not installed. The file is kept as it came."
    ),
    "no_frames": gettext_noop("No pictures could be taken from the film."),
    "too_plain": gettext_noop("There is too little in the picture to tell it from others by its looks."),
}


def caveats_of(codes: Iterable[str]) -> list[dict[str, str]]:
    """As a row keeps them."""
    return [{"code": code, "sentence": _SENTENCES[code]} for code in codes]


def in_words(caveat: dict[str, str]) -> str:
    """The sentence in the reader's language."""
    return _(_SENTENCES.get(caveat["code"], caveat["sentence"]))
