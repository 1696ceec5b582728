"""Formats for Arabic with European digits, as in CLDR."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y H:i"
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
# Marks between the numbers keep their order, as in Django's SHORT_DATE_FORMAT.
SHORT_DATETIME_FORMAT = "d\u200f/m\u200f/Y H:i"
