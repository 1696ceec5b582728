"""English with unambiguous short dates: 3/4/2026 means different days in London and Boston."""

SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
