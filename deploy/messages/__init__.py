"""The words that people see, collected for translators: `make messages` (docs/languages.md).

Neither this nor what tests hold against it needs gettext's own programs.
"""
