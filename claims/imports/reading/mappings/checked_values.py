"""Validate the values of a mapping. Errors name the key, the value and the remedy."""

from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final, TypeVar

CheckedValue = TypeVar("CheckedValue")

_TYPE_NAMES: Final = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}


class MappingError(ValueError):
    """A mapping that is not valid."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}" if key else problem)
        self.key = key
        """The key in the mapping, such as "dates.claimed_on.order"."""
        self.problem = problem


def suggest_name(name: str, known_names: Iterable[str]) -> str:
    """Return "Did you mean …?", or the known names if none of them is similar."""
    names = list(known_names)
    matches = get_close_matches(name.casefold(), names, n=1, cutoff=0.6)
    return f'Did you mean "{matches[0]}"?' if matches else f"There are: {', '.join(names)}."


def require_known(key: str, name: Any, names: Collection[str], description: str) -> str:
    """Return `name` if it is one of `names`; otherwise raise MappingError."""
    if not isinstance(name, str) or name not in names:
        raise MappingError(key, f"{name!r} is not a valid {description}. {suggest_name(str(name), names)}")
    return name


def require_table(key: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise MappingError(key, f"{value!r} is not a table. Write it as [{key}] with lines below it.")
    return dict(value)


def require_only(key: str, value: Any, names: Collection[str]) -> dict[str, Any]:
    """Return `value` if it is a table with keys from `names` only; otherwise raise MappingError."""
    table = require_table(key or "the mapping", value)
    for name in table:
        if name not in names:
            full_key = f"{key}.{name}" if key else name
            raise MappingError(full_key, f"there is no such key. {suggest_name(name, names)}")
    return table


def require_text(key: str, value: Any, *, allow_empty: bool = False) -> str:
    if not isinstance(value, str):
        raise MappingError(
            key, f'{value!r} is {_describe_type(value)}, not a text. Write it in quotation marks: "{value}".'
        )
    if not value and not allow_empty:
        raise MappingError(key, "it is empty. Write some text, or remove the line.")
    return value


def require_flag(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise MappingError(
            key, f"{value!r} is neither true nor false. Write true or false without quotation marks."
        )
    return value


def require_number(key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise MappingError(
            key, f"{value!r} is not a row number. Rows are numbered from 1, as in a spreadsheet."
        )
    return value


def require_texts(key: str, value: Any, *, allow_empty: bool = False) -> tuple[str, ...]:
    """Return the texts in a list, or a single text as a list of one; otherwise raise MappingError."""
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(require_text(key, item, allow_empty=allow_empty) for item in values)


def require_codes(key: str, value: Any) -> dict[str, str]:
    """Return `value` if it is a table that gives each code a meaning; otherwise raise MappingError."""
    return {
        code: require_text(f"{key}.{code}", meaning, allow_empty=True)
        for code, meaning in require_table(key, value).items()
    }


def require_each(
    key: str, value: Any, names: Collection[str], description: str, check: Callable[[str, Any], CheckedValue]
) -> dict[str, CheckedValue]:
    """Return the table with `check` applied to each value; raise MappingError if a key is not in `names`."""
    return {
        require_known(key, name, names, description): check(f"{key}.{name}", item)
        for name, item in require_table(key, value).items()
    }


def _describe_type(value: Any) -> str:
    return _TYPE_NAMES.get(type(value), "a list" if isinstance(value, list) else "something else")
