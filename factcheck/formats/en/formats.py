"""Formats for English with unambiguous dates: 3/4/2026 means different days in London and Boston."""

DATE_FORMAT = SHORT_DATE_FORMAT = "j M Y"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "j M Y, H:i"
TIME_FORMAT = "H:i"
# Outside the US, weeks begin on Monday (ISO 8601).
FIRST_DAY_OF_WEEK = 1
