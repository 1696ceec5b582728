"""Colours of embedded pages, chosen by the embedding site and used only where they are legible."""

import re
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe

_HEX_PATTERN = re.compile(r"#?((?:[0-9a-fA-F]{3}){1,2})", re.ASCII)
#: The background behind texts in a frame, light and dark: `--card` of static/site.css.
BACKGROUNDS = ("#ffffff", "#1c2125")
#: The accent colour of the reader pages, light and dark: `--accent` of static/site.css.
ACCENTS = ("#0b5563", "#7fd0e0")
#: The minimum contrast of text and background (WCAG 2.2, 1.4.3).
MIN_CONTRAST = 4.5

#: The theme parameters in the URL of a frame.
THEME_PARAMETERS = ("theme", "accent", "font", "border", "report")
_CHOICES = {"theme": ("light", "dark"), "font": ("serif", "sans"), "border": ("none",), "report": ("height",)}


@dataclass(frozen=True, slots=True)
class EmbedTheme:
    """The requested theme. Invalid values are ignored, because readers cannot correct the URL of a frame."""

    #: "" if the reader's device decides.
    theme: str = ""
    #: The accent colour as `#rrggbb`, or "" for the default.
    accent: str = ""
    font: str = ""
    border: str = ""
    #: Not empty if the frame reports its height to the page around it.
    report: str = ""

    @classmethod
    def from_parameters(cls, parameters: QueryDict) -> "EmbedTheme":
        requested_values = {name: parameters.get(name, "") for name in _CHOICES}
        valid_values = {name: value for name, value in requested_values.items() if value in _CHOICES[name]}
        return cls(**valid_values, accent=_parse_colour(parameters.get("accent", "")))

    @property
    def styles(self) -> SafeString:
        """Return the accent colour as CSS. The colour is used only on backgrounds where it is legible."""
        if not self.accent:
            return SafeString("")
        light_accent, dark_accent = (
            self.accent if compute_contrast(self.accent, background) >= MIN_CONTRAST else default_accent
            for background, default_accent in zip(BACKGROUNDS, ACCENTS, strict=True)
        )
        return mark_safe(  # noqa: S308 - nothing but colours that were matched character by character
            f":root{{--accent:light-dark({light_accent},{dark_accent});--edge:{self.accent}}}"
        )


def _parse_colour(text: str) -> str:
    match = _HEX_PATTERN.fullmatch(text)
    if not match:
        return ""
    digits = match[1].lower()
    return f"#{digits}" if len(digits) == 6 else "#" + "".join(digit * 2 for digit in digits)


def compute_contrast(first_colour: str, second_colour: str) -> float:
    """Return the contrast ratio of two colours given as `#rrggbb` (WCAG 2.2)."""
    lower_luminance, higher_luminance = sorted(
        (_compute_luminance(first_colour), _compute_luminance(second_colour))
    )
    return (higher_luminance + 0.05) / (lower_luminance + 0.05)


def _compute_luminance(colour: str) -> float:
    channels = [int(colour[position : position + 2], 16) / 255 for position in (1, 3, 5)]
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
