"""Collect the texts that people see for translators: `make messages` (docs/languages.md).

Neither this package nor the tests that check its results need gettext's own programs.
"""
