"""A typed client of the Factcheck API.

`generated` is made from the OpenAPI document: a module for each operation, a class for each shape. What is written by
hand around it is what no generator knows: how to wait and to revalidate (`connection`), problem details (`problems`),
and pages (`paging`).
"""

from ._version import __version__
from .connection import connect
from .generated.types import UNSET, Unset
from .paging import async_pages, pages
from .problems import ProblemError, checked, etag_of

__all__ = [
    "UNSET",
    "ProblemError",
    "Unset",
    "__version__",
    "async_pages",
    "checked",
    "connect",
    "etag_of",
    "pages",
]
