"""Examples in the OpenAPI document: one file each, `docs/examples/api/<operation id>.json`.

A second example of an operation is `<operation id>.<name>.json`. An example for all operations with the same response
schema is `any.<name>.json`. Each file contains a summary, a request and its response:

    {
        "summary": "…",
        "request": {"method": "GET", "path": "/api/v1/…", "query": {…}, "headers": {…}, "body": …},
        "response": {"status": 200, "media_type": "application/json", "body": …}
    }

tests/contracts/test_examples.py sends each request and compares the response, so examples are always correct.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.functional import cached_property

FOLDER = settings.BASE_DIR / "docs" / "examples" / "api"

#: Replaces the operation in the name of a file whose example applies to many operations.
ANY_VALUE = "any"


@dataclass(frozen=True)
class Example:
    """An example request and its response."""

    path: Path

    @property
    def operation(self) -> str:
        return self.path.stem.partition(".")[0]

    @property
    def name(self) -> str:
        return self.path.stem.partition(".")[2] or "example"

    @cached_property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.path.read_text())
        return content

    @property
    def as_openapi(self) -> dict[str, Any]:
        """Return the response as an OpenAPI Example Object."""
        return {"summary": self.content["summary"], "value": self.content["response"]["body"]}


def load_examples() -> list[Example]:
    return [Example(path) for path in sorted(FOLDER.glob("*.json"))]


def iterate_operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield all operations of an OpenAPI document, with their URL templates."""
    for template, item in document["paths"].items():
        for method, operation in item.items():
            if method in {"get", "put", "post", "delete", "patch"}:
                yield template, operation


def attach_examples(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the examples to the document. A postprocessing hook of drf-spectacular."""
    by_id = {
        operation["operationId"]: (template, operation) for template, operation in iterate_operations(result)
    }
    for example in load_examples():
        if not example.content.get("response"):  # a new file, whose answer is still to be written
            continue
        if example.operation == ANY_VALUE:
            _attach_to_all(result, example)
        elif example.operation in by_id:
            _attach(*by_id[example.operation], example)
    return result


def _attach_to_all(document: dict[str, Any], example: Example) -> None:
    document["components"].setdefault("examples", {})[example.name] = example.as_openapi
    reference = {"$ref": f"#/components/examples/{example.name}"}
    own_content = _find_response_content(_find_operation(document, example.content["request"]), example)
    for _template, operation in iterate_operations(document):
        content = _find_response_content(operation, example)
        if own_content and content and content["schema"] == own_content["schema"]:
            content.setdefault("examples", {})[example.name] = reference


def _attach(template: str, operation: dict[str, Any], example: Example) -> None:
    request = example.content["request"]
    values = {**_read_path_values(template, request["path"]), **request.get("query", {})}
    for parameter in operation.get("parameters", []):
        if parameter["name"] in values:
            parameter.setdefault("example", values[parameter["name"]])
    if "body" in request:
        operation["requestBody"]["content"]["application/json"].setdefault("examples", {})[example.name] = {
            "summary": example.content["summary"],
            "value": request["body"],
        }
    if (content := _find_response_content(operation, example)) is not None:
        content.setdefault("examples", {})[example.name] = example.as_openapi


def _find_operation(document: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """Return the operation that serves a request."""
    paths, path = document["paths"], request["path"]
    template = (
        path
        if path in paths
        else next(candidate for candidate in paths if _build_pattern(candidate).fullmatch(path))
    )
    operation: dict[str, Any] = paths[template][request["method"].lower()]
    return operation


def _find_response_content(operation: dict[str, Any], example: Example) -> dict[str, Any] | None:
    response = example.content["response"]
    response_schema = operation["responses"].get(str(response["status"]), {})
    content: dict[str, Any] | None = response_schema.get("content", {}).get(response["media_type"])
    return content


def _read_path_values(template: str, path: str) -> dict[str, Any]:
    """Return the values of the path parameters in `path`, by name."""
    match = _build_pattern(template).fullmatch(path)
    values = match.groupdict() if match else {}
    return {name: int(value) if value.isdecimal() else value for name, value in values.items()}


def _build_pattern(template: str) -> re.Pattern[str]:
    """Return a pattern for the template's URLs. The last placeholder may match several segments of a path."""
    parts = re.sub(r"\\{(\w+)\\}$", r"(?P<\1>.+)", re.escape(template))
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", parts))
