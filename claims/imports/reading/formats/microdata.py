"""Microdata and RDFa of a web page → the equivalent JSON-LD objects (schema.org only).

The available library (extruct) takes fourteen times as long on real pages and needs a graph store. Here the data
always have one shape: schema.org objects and their properties, written into elements.
https://html.spec.whatwg.org/multipage/microdata.html, https://www.w3.org/TR/rdfa-lite/
"""

from collections.abc import Callable, Iterator
from typing import Any

from lxml.html import HtmlElement

Item = dict[str, Any]

#: Elements that have their value in an attribute.
_ATTRIBUTES = {
    "a": "href", "area": "href", "link": "href", "audio": "src", "embed": "src", "iframe": "src", "img": "src",
    "source": "src", "track": "src", "video": "src", "object": "data", "data": "value", "meter": "value",
    "time": "datetime", "meta": "content",
}  # fmt: skip

MAX_DEPTH = 64
_SPACE = " \t\r\n\f"


def read_microdata(tree: HtmlElement) -> list[Item]:
    """Return the top-level items of a page."""
    elements = [element for element in tree.iter() if _is_element(element)]
    elements_by_id = {element.get("id"): element for element in elements if element.get("id")}
    referred_ids = {name for element in elements for name in (element.get("itemref") or "").split()}
    return [
        _build_microdata_item(element, elements_by_id, set(), 0)
        for element in elements
        if element.get("itemscope") is not None
        and element.get("itemtype")
        and (element.get("itemprop") is None or not _is_within(element, "itemscope", referred_ids))
    ]


def _build_microdata_item(
    element: HtmlElement, elements_by_id: dict[str, HtmlElement], referred_ids: set[str], depth: int
) -> Item:
    """Build the JSON-LD object of an item."""
    type_names = (element.get("itemtype") or "").split()
    item: Item = {"@type": type_names[0] if len(type_names) == 1 else type_names}
    if name := (element.get("itemid") or "").strip():
        item["@id"] = name
    if depth > MAX_DEPTH:
        return item
    descendants = list(_iterate_parts(element, "itemscope", includes_root=False))
    # Properties may be elsewhere on the page.
    for name in (element.get("itemref") or "").split():
        if name in elements_by_id and name not in referred_ids:
            referred_ids.add(name)
            descendants += _iterate_parts(elements_by_id[name], "itemscope", includes_root=True)
    for descendant in descendants:
        if not (names := (descendant.get("itemprop") or "").split()):
            continue
        is_item = descendant.get("itemscope") is not None
        value = (
            _build_microdata_item(descendant, elements_by_id, referred_ids, depth + 1)
            if is_item
            else _read_property(descendant, "content")
        )
        for name in names:
            _add_value(item, name, value)
    return item


def read_rdfa(tree: HtmlElement) -> list[Item]:
    """Return the top-level resources of a page."""
    return [
        _build_rdfa_item(element, 0)
        for element in tree.iter()
        if _is_element(element)
        and element.get("typeof")
        and (element.get("property") is None or not _is_within(element, "typeof", set()))
    ]


def _build_rdfa_item(element: HtmlElement, depth: int) -> Item:
    type_names = (element.get("typeof") or "").split()
    item: Item = {"@type": type_names[0] if len(type_names) == 1 else type_names}
    if name := (element.get("resource") or element.get("about") or "").strip():
        item["@id"] = name
    if depth > MAX_DEPTH:
        return item
    for descendant in _iterate_parts(element, "typeof", includes_root=False):
        if not (names := (descendant.get("property") or "").split()):
            continue
        if descendant.get("typeof"):
            value: Any = _build_rdfa_item(descendant, depth + 1)
        elif descendant.get("content") is None and (resource := descendant.get("resource")):
            value = resource.strip()
        else:
            value = _read_property(descendant, "content")
        for name in names:
            _add_value(item, name.rpartition("/")[2].rpartition(":")[2], value)
    return item


def _is_within(element: HtmlElement, scope: str, referred_ids: set[str]) -> bool:
    """Return whether an element is inside an item, or inside an element that an item refers to."""
    enclosing_elements = [element, *element.iterancestors()]
    return any(
        enclosing_element.get(scope) is not None for enclosing_element in enclosing_elements[1:]
    ) or any(enclosing_element.get("id") in referred_ids for enclosing_element in enclosing_elements)


def _iterate_parts(root: HtmlElement, scope: str, *, includes_root: bool) -> Iterator[HtmlElement]:
    """Yield the elements of an item in page order, without those of nested items."""
    stack = [root] if includes_root else list(reversed(root))
    while stack:
        element = stack.pop()
        if not _is_element(element):
            continue
        yield element
        if element.get(scope) is None:
            stack += reversed(element)


def _read_property(element: HtmlElement, first_attribute: str) -> str:
    """Return the value that an element gives to a property."""
    value = element.get(first_attribute)
    if value is None and element.tag in _ATTRIBUTES:
        value = element.get(_ATTRIBUTES[element.tag])
    return (element.text_content() if value is None else value).strip(_SPACE)


def _add_value(item: Item, name: str, value: Any) -> None:
    if name not in item:
        item[name] = value
    elif isinstance(item[name], list):
        item[name].append(value)
    else:
        item[name] = [item[name], value]


def _is_element(element: Any) -> bool:
    return isinstance(element.tag, str)


#: All syntaxes that write markup into elements.
SYNTAXES: tuple[tuple[str, Callable[[HtmlElement], list[Item]]], ...] = (
    ("microdata", read_microdata),
    ("RDFa", read_rdfa),
)
