"""Values nested in a JSON object, by a path such as `fact_checks.0.verdict`."""

from collections.abc import Iterable
from typing import Any

#: The maximum number of paths listed for one object.
MAX_PATHS = 500
_MAX_DEPTH = 20


class NestedRow(dict[str, Any]):
    """A JSON object as a row; its keys and the paths into it are the columns. Keys with a dot override paths."""

    def __getitem__(self, path: str) -> Any:
        return _drop_objects(dict.get(self, path)) if path in self else get_value(self, path)

    def get(self, path: str, default: Any = None) -> Any:
        value = self[path]
        return default if value is None else value


def get_value(value: Any, path: str) -> Any:
    """Return the value at a path, or a list of values if the path contains `*`; None if there is none."""
    for step in path.split("."):
        if isinstance(value, dict):
            value = dict.get(value, step)
        elif isinstance(value, list) and step.isascii() and step.isdigit():
            value = value[int(step)] if int(step) < len(value) else None
        else:
            return None
    return _drop_objects(value)


def _drop_objects(value: Any) -> Any:
    """Return a list without the objects and lists in it, None for an object, and any other value unchanged."""
    if isinstance(value, list):
        return [item for item in value if not isinstance(item, dict | list)]
    return None if isinstance(value, dict) else value


def get_length(value: Any, path: str) -> int:
    """Return the length of the list at a path."""
    for step in path.split(".") if path else ():
        value = dict.get(value, step) if isinstance(value, dict) else None
    return len(value) if isinstance(value, list) else 0


def list_paths(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Return the paths of all values in the objects. `*` stands for any index in a list of objects."""
    paths: dict[str, None] = {}
    for row in rows:
        stack: list[tuple[str, Any]] = [(name, value) for name, value in reversed(row.items())]
        while stack and len(paths) < MAX_PATHS:
            path, value = stack.pop()
            objects = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
            if path.count(".") > _MAX_DEPTH:
                continue
            if isinstance(value, dict) and value:
                stack += [(f"{path}.{name}", member_value) for name, member_value in reversed(value.items())]
            elif objects:
                stack += [
                    (f"{path}.*.{name}", member_value)
                    for item in objects
                    for name, member_value in reversed(item.items())
                ]
            else:
                paths[path] = None
    return list(paths)
