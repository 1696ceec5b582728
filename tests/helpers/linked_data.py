"""JSON-LD as programs understand it: expanded, turned into a graph, held against our shapes. No network."""

from pathlib import Path
from typing import Any

import pyshacl
from pyld import jsonld  # type: ignore[import-untyped]
from rdflib import Graph

SHAPES = Path(__file__).parents[1] / "contracts" / "claimreview.ttl"

# As much of schema.org's context as makes its words terms and `@id` an address.
_CONTEXT = {"@context": {"@vocab": "https://schema.org/"}}


def _load(url: str, options: Any) -> dict[str, Any]:
    assert url == "https://schema.org", f"The markup refers to {url}."
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": _CONTEXT,
    }


def expanded(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The document with every term written out."""
    nodes: list[dict[str, Any]] = jsonld.expand(document, {"documentLoader": _load})
    return nodes


def graph(document: dict[str, Any]) -> Graph:
    """What the document states, as triples."""
    triples = jsonld.to_rdf(document, {"documentLoader": _load, "format": "application/n-quads"})
    return Graph().parse(data=triples, format="nt")


def violations(document: dict[str, Any]) -> str:
    """What the shapes have against the document; nothing where it conforms."""
    conforms, _, report = pyshacl.validate(graph(document), shacl_graph=Graph().parse(SHAPES))
    return "" if conforms else report
