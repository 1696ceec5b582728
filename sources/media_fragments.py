"""Time ranges of a recording in URLs (W3C Media Fragments: `#t=12.5,17`)."""

from bisect import bisect_right
from collections.abc import Sequence

#: A stretch of a recording, or all of it from a moment on, in seconds.
FRAGMENT_PATTERN = r"^t=[0-9]{1,6}(\.[0-9]{1,3})?(,[0-9]{1,6}(\.[0-9]{1,3})?)?$"

#: As a snapshot keeps it: where a stretch of the text begins, and the seconds between which it is heard.
CueRow = tuple[int, float, float]


def build_fragment(cues: Sequence[CueRow], start: int, end: int) -> str:
    """Return `t=12.5,17` for the characters from `start` to `end`; "" without times.

    The times are those of the cues that contain the characters; nothing more exact is known.
    """
    beginnings = [at for at, _, _ in cues]
    first = bisect_right(beginnings, start) - 1
    last = bisect_right(beginnings, max(start, end - 1)) - 1
    if first < 0:
        return ""
    begins, ends = cues[first][1], max(cue[2] for cue in cues[first : last + 1])
    return f"t={_format(begins)},{_format(ends)}" if ends > begins else f"t={_format(begins)}"


def parse_fragment(fragment: str) -> tuple[float, float | None]:
    """Return the start and end in seconds of a fragment, in the form of `FRAGMENT_PATTERN`."""
    begins, _comma, ends = fragment.removeprefix("t=").partition(",")
    return float(begins), float(ends) if ends else None


def _format(seconds: float) -> str:
    return f"{seconds:.3f}".rstrip("0").rstrip(".")
