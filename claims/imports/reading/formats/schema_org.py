"""Read schema.org values in every form that publishers use: text, object, list or reference."""

from collections.abc import Iterator, Mapping
from typing import Any

Node = Mapping[str, Any]
Graph = Mapping[str, Node]
"""Nodes by their `@id`."""

#: How the names of the vocabulary are written in expanded and compacted JSON-LD.
PREFIXES = (
    "schema:",
    "http://schema.org/",
    "https://schema.org/",
    "http://www.schema.org/",
    "https://www.schema.org/",
)

#: Beyond these, data is not nested by people.
MAX_DEPTH = 64
MAX_GRAPH_NODES = 10_000

#: Properties that any node may have and that describe nothing.
_KEYWORDS = frozenset({"@id", "@type", "@context"})

_EMPTY_VALUES: tuple[Any, ...] = (None, "", [], {})


def find_value(node: Any, *names: str) -> Any:
    """Return the value of the first of these properties that has one; None if none has."""
    if not isinstance(node, dict):
        return None
    for name in names:
        if (value := node.get(name)) not in _EMPTY_VALUES:
            return value
    if any(":" in key for key in node):
        for name in names:
            for prefix in PREFIXES:
                if (value := node.get(prefix + name)) not in _EMPTY_VALUES:
                    return value
    return None


def find_types(node: Any) -> set[str]:
    """Return the types of a node without their vocabulary: {"ClaimReview"}."""
    if not isinstance(node, dict):
        return set()
    types = node.get("@type") or node.get("type")
    return {
        one.replace("#", "/").replace(":", "/").rpartition("/")[2]
        for one in to_list(types)
        if isinstance(one, str)
    }


def to_list(value: Any) -> list[Any]:
    """Return a value as a list, whether it is one thing or a list."""
    if isinstance(value, dict) and "@list" in value:
        value = value["@list"]
    if isinstance(value, list):
        return [one for one in value if one not in _EMPTY_VALUES]
    return [] if value in _EMPTY_VALUES else [value]


def is_reference(node: Node) -> bool:
    """Return whether a node only refers to a node described elsewhere."""
    return "@id" in node and not (set(node) - _KEYWORDS)


def find_nodes(tree: Any) -> Iterator[Node]:
    """Yield every object in a JSON value, in document order."""
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DEPTH:
            continue
        if isinstance(node, dict):
            yield node
            waiting += [(one, depth + 1) for one in reversed(node.values()) if isinstance(one, dict | list)]
        elif isinstance(node, list):
            waiting += [(one, depth + 1) for one in reversed(node)]


def index_nodes(tree: Any, graph: dict[str, Node]) -> None:
    """Index the nodes of a JSON value by the identifiers that other nodes may use."""
    for node in find_nodes(tree):
        name = node.get("@id")
        if len(graph) < MAX_GRAPH_NODES and isinstance(name, str) and not is_reference(node):
            graph.setdefault(name, node)


def find_things(value: Any, graph: Graph) -> list[Any]:
    """Return the objects in a value, with references resolved, or the text if there is only text."""
    resolved_nodes: list[Any] = []
    for one in to_list(value):
        if isinstance(one, str):
            one = graph.get(one, one)
        elif isinstance(one, dict) and is_reference(one):
            one = graph.get(str(one["@id"]), one)
        resolved_nodes.append(one)
    return resolved_nodes


def find_texts(value: Any, *, name_keys: tuple[str, ...] = ("name",)) -> list[Any]:
    """Return the texts and numbers in a value; for an object, its first property in `name_keys`."""
    texts: list[Any] = []
    for one in to_list(value):
        if isinstance(one, dict):
            inner = one.get("@value")
            one = (
                inner
                if inner not in _EMPTY_VALUES
                else next(iter(to_list(find_value(one, *name_keys))), None)
            )
            if isinstance(one, dict):
                one = one.get("@value")
        if isinstance(one, bool) or not isinstance(one, str | int | float):
            continue
        if not isinstance(one, str) or one.strip():
            texts.append(one)
    return texts


def find_text(value: Any, *, name_keys: tuple[str, ...] = ("name",)) -> Any:
    """Return the first of the texts; None if there is none."""
    return next(iter(find_texts(value, name_keys=name_keys)), None)


def find_words(value: Any) -> str | None:
    """Return the first text that is not a number."""
    return next((one for one in find_texts(value) if isinstance(one, str) and not is_number(one)), None)


def is_number(value: Any) -> bool:
    """Return whether a value is a number, or text that is a number."""
    try:
        float(str(value).replace(",", "."))
    except ValueError:
        return False
    return True


def find_addresses(value: Any, graph: Graph) -> list[str]:
    """Return the URLs in a value, as text or in objects."""
    addresses: list[Any] = []
    for one in find_things(value, graph):
        if isinstance(one, dict):
            address_value = find_value(one, "url", "contentUrl", "sameAs") or one.get("@value")
            if address_value is None and str(one.get("@id")).startswith(("http://", "https://")):
                address_value = one["@id"]
            addresses += [
                each.get("@id") if isinstance(each, dict) else each
                for each in to_list(address_value)
                if isinstance(each, str | dict)
            ]
        elif isinstance(one, str):
            addresses.append(one)
    return list(dict.fromkeys(one for one in addresses if isinstance(one, str) and one.strip()))
