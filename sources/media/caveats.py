"""Warnings about parts of a file that could not be read, each with a code and a sentence."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

_SENTENCES = {
    "cut_off": gettext_noop("The file ends before the picture does; the missing part is grey."),
    "animated": gettext_noop(
        "The picture is animated. Readers see its first frame; twelve of its frames are compared with other pictures."
    ),
    "holds_a_page": gettext_noop("The file also contains a web page or script. Do not open it in a browser."),
    "holds_an_archive": gettext_noop("The file is an archive as well as a picture. Do not unpack it."),
    "not_read_here": gettext_noop(
        "This kind of picture cannot be read here. Save it as JPEG and add that, too."
    ),
    "no_ffmpeg": gettext_noop(
        "Audio and video cannot be read here, because FFmpeg is not installed. The file is stored unchanged."
    ),
    "no_frames": gettext_noop("No frames could be extracted from the video."),
    "too_plain": gettext_noop("The picture has too little detail for copies of it to be recognised."),
}


def build_caveats(codes: Iterable[str]) -> list[dict[str, str]]:
    """Return the caveats with these codes, in the form that rows store."""
    return [{"code": code, "sentence": _SENTENCES[code]} for code in codes]


def translate_caveat(caveat: dict[str, str]) -> str:
    """Return the sentence of a stored caveat in the reader's language."""
    return _(_SENTENCES.get(caveat.get("code", ""), caveat["sentence"]))
