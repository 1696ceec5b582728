"""A file → the reader of its format."""

from claims.importers.files import Format

#: Every format, in the order in which they are tried.
FORMATS: tuple[Format, ...] = ()
