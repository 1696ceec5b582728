"""A client of the Factcheck API.

with Client("https://facts.example.org") as site:
    for claim in site.claims(rating_class="false"):
        print(claim.statement)
"""

from ._version import __version__
from .client import AsyncClient, Client
from .problems import ProblemError
from .records import Record

__all__ = ["AsyncClient", "Client", "ProblemError", "Record", "__version__"]
