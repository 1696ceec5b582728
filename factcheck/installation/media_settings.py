"""Limits on media, and programs that read audio and video, from the environment."""

import shutil
from pathlib import Path
from typing import NamedTuple

from django.core.exceptions import ImproperlyConfigured

from factcheck.installation.environment import read_number, read_text


class MediaSettings(NamedTuple):
    """The settings of media, in the order of settings.py."""

    max_bytes: int
    ffmpeg: str
    """The path of the program; "" where there is none."""
    ffprobe: str
    trust_anchors: Path | None


def read_media_settings() -> MediaSettings:
    """Read the variables whose names begin with MEDIA, FFMPEG and C2PA."""
    max_bytes = read_number("MEDIA_MAX_BYTES", 500 * 2**20, minimum=1_000_000, maximum=100_000_000_000)
    setting = read_text("FFMPEG", kind="path", shown_default="ffmpeg on the PATH")
    ffmpeg = shutil.which(setting or "ffmpeg") or ""
    if setting and not ffmpeg:
        raise ImproperlyConfigured(
            f"FFMPEG is {setting}, and there is no such program. Correct it, or leave it out."
        )
    # Both programs are installed together, in the same folder.
    ffprobe = (shutil.which("ffprobe", path=str(Path(ffmpeg).parent)) or "") if ffmpeg else ""
    if setting and not ffprobe:
        raise ImproperlyConfigured(f"FFMPEG is {setting}; the program ffprobe must stand beside it.")
    anchors = read_text("C2PA_TRUST_ANCHORS", kind="file")
    if anchors and not Path(anchors).is_file():
        raise ImproperlyConfigured(f"C2PA_TRUST_ANCHORS names {anchors}, and there is no such file.")
    return MediaSettings(max_bytes, ffmpeg if ffprobe else "", ffprobe, Path(anchors) if anchors else None)
