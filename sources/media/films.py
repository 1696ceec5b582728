"""Read audio and video with FFmpeg: duration, size, metadata and frames.

FFmpeg's programs run in processes with limits, with only the demuxer for the detected file type, and may open only
local files. So no playlist, list of parts or URL in a file can make them open anything else.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
from django.conf import settings
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from factcheck.confinement.bounded_programs import ProgramOutput, run_bounded
from factcheck.confinement.confined import LimitExceeded
from factcheck.confinement.limits import Allowance, Cause
from sources.media.refused_media import MediaRefused
from sources.media.signatures import AUDIO, VIDEO, MediaFormat

_PROBE_LIMITS = Allowance(memory=512 * 2**20, seconds=20.0, output=4 * 2**20)
_FRAME_LIMITS = Allowance(memory=1536 * 2**20, seconds=180.0, output=64 * 2**20)
#: The minimum number of seconds between frames, and the maximum number of frames.
MIN_FRAME_GAP, MAX_FRAMES = 1.0, 200
#: The side of hashed frames. PDQ needs no more, and ignores the proportions.
FRAME_SIDE = 512
#: The maximum number of pixels of a frame: more than 8K.
_MAX_PIXELS = 8192 * 8192

_FRAME_TIME = re.compile(
    r"^\[Parsed_showinfo_\d+ @ 0x[0-9a-f]+\] n: *\d+ .*?pts_time:(-?\d+(?:\.\d+)?)", re.MULTILINE
)
_POSITION_PATTERN = re.compile(r"([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?/?")
_MAX_VALUE_LENGTH, _MAX_TAGS = 1000, 60
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Recording:
    """The properties of a video or audio file, without its frames."""

    kind: str
    media_type: str
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    caveats: tuple[str, ...] = ()


class Frame(NamedTuple):
    """The brightness (`luma`) of a film's picture at `seconds`."""

    seconds: float
    luma: NDArray[np.uint8]


def is_ffmpeg_installed() -> bool:
    """Return whether ffmpeg and ffprobe are installed."""
    return bool(settings.FFMPEG and settings.FFPROBE)


def read_recording(path: Path, kind: MediaFormat) -> Recording:
    """Return the properties of a video or audio file; without FFmpeg, only those in its first bytes.

    Raises:
        MediaRefused: the file is damaged, or reading it exceeded a limit.
    """
    if not is_ffmpeg_installed():
        return Recording(kind.kind, kind.media_type, caveats=("no_ffmpeg",))
    entries = (
        "format=duration:format_tags:stream=codec_type,width,height,duration,disposition"
        ":stream_side_data=rotation"
    )
    probe_output = _run(
        settings.FFPROBE,
        ["-v", "error", *_build_input_arguments(path, kind), "-show_entries", entries, "-of", "json"],
        _PROBE_LIMITS,
    )
    try:
        description = orjson.loads(probe_output.output)
    except orjson.JSONDecodeError:
        description = {}
    streams = [stream for stream in description.get("streams", []) if isinstance(stream, dict)]
    pictures = [
        candidate
        for candidate in streams
        if candidate.get("codec_type") == "video" and not _is_cover(candidate)
    ]
    if not probe_output.has_succeeded or not (
        pictures or any(candidate.get("codec_type") == "audio" for candidate in streams)
    ):
        raise MediaRefused(
            "unreadable",
            _("This recording cannot be read: it is damaged, or was cut off. Save or download it again."),
        )
    width, height = _read_size(pictures[0]) if pictures else (None, None)
    container = description.get("format", {})
    media_kind = VIDEO if pictures else AUDIO
    return Recording(
        media_kind,
        f"{media_kind}/{kind.media_type.partition('/')[2]}",
        width,
        height,
        _read_duration(container, streams),
        _read_metadata(container.get("tags", {})),
    )


def extract_frames(path: Path, kind: MediaFormat, duration: float | None) -> list[Frame]:
    """Extract evenly spaced frames of a film.

    Raises:
        LimitExceeded: extraction exceeded a limit.
    """
    frame_gap = max(MIN_FRAME_GAP, (duration or 0) / MAX_FRAMES)
    selection = f"select='isnan(prev_selected_t)+gte(t-prev_selected_t\\,{frame_gap:.3f})'"
    output = run_bounded(
        settings.FFMPEG,
        [
            *("-nostdin", "-hide_banner", "-v", "info", "-nostats", "-threads", "2"),
            *("-skip_frame", "nokey", *_build_input_arguments(path, kind)),
            *(
                "-map",
                "0:V:0",
                "-vf",
                f"{selection},scale={FRAME_SIDE}:{FRAME_SIDE}:flags=area,format=gray,showinfo",
            ),
            *("-fps_mode", "passthrough", "-frames:v", str(MAX_FRAMES), "-f", "rawvideo", "-"),
        ],
        _FRAME_LIMITS,
    )
    return list(_split_frames(output))


def render_frame(path: Path, kind: MediaFormat, seconds: float) -> bytes:
    """Return a frame of a video in colour, scaled down for readers; b"" if it cannot be rendered.

    Raises:
        LimitExceeded: extraction exceeded a limit.
    """
    scale_filter = "scale='min(2048\\,iw)':'min(2048\\,ih)':force_original_aspect_ratio=decrease"
    output = run_bounded(
        settings.FFMPEG,
        [
            *("-nostdin", "-hide_banner", "-v", "error", "-threads", "2"),
            *("-ss", f"{seconds:.3f}", *_build_input_arguments(path, kind)),
            *("-map", "0:V:0", "-frames:v", "1", "-vf", scale_filter),
            *("-c:v", "png", "-f", "image2pipe", "-"),
        ],
        _FRAME_LIMITS,
    )
    return output.output


def _build_input_arguments(path: Path, kind: MediaFormat) -> list[str]:
    """Return FFmpeg's arguments for reading only this file, with only the demuxer of its format."""
    return ["-protocol_whitelist", "file", "-f", kind.reader, "-i", f"file:{path}"]


def _run(program: str, arguments: list[str], allowance: Allowance) -> ProgramOutput:
    try:
        return run_bounded(program, arguments, allowance)
    except LimitExceeded as bounds:
        if bounds.cause is Cause.BUSY:
            raise MediaRefused(
                "busy", _("Other videos are being read at the moment. Try again in a minute.")
            ) from None
        if bounds.cause is Cause.CRASH:
            raise MediaRefused(
                "unreadable",
                _("This recording cannot be read: it is damaged. Save or download it again."),
            ) from None
        raise MediaRefused(
            "too_costly",
            _("Reading this recording takes too much time or memory. Save it again with another program."),
        ) from None


def _is_cover(stream: Mapping[str, Any]) -> bool:
    """Return whether a video stream is only the cover picture of a recording."""
    return bool(stream.get("disposition", {}).get("attached_pic"))


def _read_size(stream: Mapping[str, Any]) -> tuple[int | None, int | None]:
    width, height = stream.get("width"), stream.get("height")
    if not (isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0):
        return None, None
    if width * height > _MAX_PIXELS:
        raise MediaRefused(
            "too_many_pixels",
            _("The frames of this video are too large (%(width)d × %(height)d pixels). Save a smaller copy.")
            % {"width": width, "height": height},
        )
    rotations = [data.get("rotation") for data in stream.get("side_data_list", []) if isinstance(data, dict)]
    is_on_its_side = any(
        isinstance(rotation, int | float) and round(rotation) % 180 == 90 for rotation in rotations
    )
    return (height, width) if is_on_its_side else (width, height)


def _read_duration(container: Mapping[str, Any], streams: list[dict[str, Any]]) -> float | None:
    for section in (container, *streams):
        try:
            seconds = float(section.get("duration", ""))
        except (TypeError, ValueError):
            continue
        if 0 <= seconds < 10_000_000:
            return round(seconds, 3)
    return None


def _read_metadata(tags: object) -> dict[str, Any]:
    """Return the metadata in the same form as `picture_metadata`."""
    if not isinstance(tags, dict):
        return {}
    values = {
        str(name).lower()[:_MAX_VALUE_LENGTH]: _CONTROL_CHARACTERS.sub(" ", str(value)).strip()[
            :_MAX_VALUE_LENGTH
        ]
        for name, value in list(tags.items())[:_MAX_TAGS]
    }
    apple = "com.apple.quicktime."
    metadata = {
        "camera": " ".join(filter(None, [values.get(f"{apple}make", ""), values.get(f"{apple}model", "")])),
        "taken_at": values.get(f"{apple}creationdate") or values.get("creation_time", ""),
        "place": _parse_position(values.get(f"{apple}location.iso6709") or values.get("location", "")),
        "software": values.get(f"{apple}software") or values.get("encoder", ""),
        "creator": values.get("artist", ""),
        "rights": values.get("copyright", ""),
        "caption": values.get("description") or values.get("comment", ""),
        "title": values.get("title", ""),
        "tags": values,
    }
    return {name: value for name, value in metadata.items() if value}


def _parse_position(position: str) -> dict[str, float]:
    """Parse a position in ISO 6709, as phones write it, into latitude, longitude and, if given, altitude."""
    match = _POSITION_PATTERN.fullmatch(position)
    if not match or abs(float(match[1])) > 90 or abs(float(match[2])) > 180:
        return {}
    coordinates = {"latitude": float(match[1]), "longitude": float(match[2])}
    return coordinates | ({"altitude": float(match[3])} if match[3] else {})


def _split_frames(output: ProgramOutput) -> Iterator[Frame]:
    """Yield the frames in order, with their times."""
    count = len(output.output) // (FRAME_SIDE * FRAME_SIDE)
    # FFmpeg prints the title of the video first, and it may look like these lines.
    moments = [float(moment) for moment in _FRAME_TIME.findall(output.error_text)][-count:] if count else []
    points = np.frombuffer(output.output, np.uint8, count * FRAME_SIDE * FRAME_SIDE).reshape(
        count, FRAME_SIDE, FRAME_SIDE
    )
    for moment, luma in zip(moments, points, strict=False):
        yield Frame(round(max(moment, 0.0), 3), luma)
