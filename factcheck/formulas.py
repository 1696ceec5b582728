"""Escape cells that a spreadsheet would run as formulas.

https://owasp.org/www-community/attacks/CSV_Injection
"""

from typing import Any

#: At least one spreadsheet program treats a cell that begins like this as a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def is_formula(value: Any) -> bool:
    """Return whether a spreadsheet program would run the text as a formula. A number, such as -5, is not a formula."""
    return isinstance(value, str) and value.startswith(FORMULA_SIGNS)


def escape_formula(value: Any) -> Any:
    """Return the value, with an apostrophe before text that a spreadsheet would run as a formula."""
    return f"'{value}" if is_formula(value) else value
