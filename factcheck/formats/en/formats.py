"""English with short days that nobody reads the wrong way round: of 3/4/2026, readers in London and Boston disagree."""

SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
