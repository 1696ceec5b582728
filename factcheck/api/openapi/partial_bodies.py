"""The OpenAPI description of bodies shortened by `fields` and `view`."""

from copy import deepcopy
from typing import Any

from factcheck.api.field_selection import FIELDS_PARAMETER
from factcheck.api.openapi.examples import iterate_operations
from factcheck.api.query_strings import VIEW_PARAMETER

_REFERENCE = "#/components/schemas/"


def describe_partial_bodies(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add shorter forms of bodies to the document. A postprocessing hook of drf-spectacular.

    A list with the `view` parameter returns summaries by default: `ClaimSummary` is the summary of `Claim`.
    """
    components = result["components"]["schemas"]
    for _template, operation in iterate_operations(result):
        parameter_names = {parameter["name"] for parameter in operation.get("parameters", [])}
        json_response = operation["responses"].get("200", {}).get("content", {}).get("application/json")
        if parameter_names.isdisjoint((FIELDS_PARAMETER, VIEW_PARAMETER)) or json_response is None:
            continue
        schema = json_response["schema"]
        body_schema = components.get(schema.get("$ref", "").removeprefix(_REFERENCE), schema)
        is_list = "results" in body_schema.get("properties", {})
        schema_reference = body_schema["properties"]["results"]["items"] if is_list else schema
        if "$ref" not in schema_reference:  # another operation has the same component
            continue
        name = schema_reference.pop("$ref").removeprefix(_REFERENCE)
        full_name = name.removesuffix("Summary")
        partial_names = [_make_partial(components, full_name)] if FIELDS_PARAMETER in parameter_names else []
        forms = dict.fromkeys((name, full_name, *partial_names))
        schema_reference["anyOf"] = [{"$ref": _REFERENCE + form} for form in forms]
    return result


def _make_partial(components: dict[str, Any], name: str) -> str:
    """Return the name of the component for a partial form of component `name`, adding that component if necessary."""
    partial_name = f"Partial{name}"
    if partial_name not in components:
        component = deepcopy(components[name])
        component.pop("required", None)
        component["description"] = f"The parts of `{name}` that `fields` asks for."
        components[partial_name] = component
        _reference_partial_components(components, component)
    return partial_name


def _reference_partial_components(components: dict[str, Any], node: Any) -> None:
    if isinstance(node, dict):
        name = str(node.get("$ref", "")).removeprefix(_REFERENCE)
        if "properties" in components.get(name, {}):
            node["$ref"] = _REFERENCE + _make_partial(components, name)
        for part in node.values():
            _reference_partial_components(components, part)
    elif isinstance(node, list):
        for part in node:
            _reference_partial_components(components, part)
