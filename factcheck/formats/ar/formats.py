"""Arabic with European digits, as CLDR has it: no comma inside of a day, and a point where our texts have one."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y H:i"
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
