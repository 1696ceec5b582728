"""A connection to one site, as the generated operations take it (`client=`)."""

import httpx

from ._version import __version__
from .generated.client import AuthenticatedClient
from .transports import AsyncPoliteTransport, Manners, PoliteTransport

USER_AGENT = f"factcheck-client/{__version__} (Python)"


def connect(
    site: str,
    *,
    token: str = "",
    timeout: float = 30.0,
    retries: int = 3,
    patience: float = 60.0,
    remembered: int = 256,
    user_agent: str = USER_AGENT,
) -> AuthenticatedClient:
    """A connection, for `with` and `async with`.

    Args:
        site: the address of the site, such as https://facts.example.org.
        token: for the editorial API; what is published needs none.
        timeout: how long one request may take, in seconds.
        retries: how often a request is made again that was answered with 429 or 503.
        patience: who is told to wait longer than that, in seconds, is given the answer instead.
        remembered: of how many addresses the last answer is kept, to be asked for with `If-None-Match`; 0 for none.
        user_agent: say who you are; whoever runs the site can then write to you.
    """
    headers = {"User-Agent": user_agent} | ({"Authorization": f"Bearer {token}"} if token else {})
    manners = Manners(retries, patience, remembered)
    base = site.rstrip("/")
    client = AuthenticatedClient(base_url=base, token=token)
    client.set_httpx_client(
        httpx.Client(
            base_url=base,
            headers=headers,
            timeout=timeout,
            follow_redirects=True,
            transport=PoliteTransport(httpx.HTTPTransport(), manners),
        )
    )
    return client.set_async_httpx_client(
        httpx.AsyncClient(
            base_url=base,
            headers=headers,
            timeout=timeout,
            follow_redirects=True,
            transport=AsyncPoliteTransport(httpx.AsyncHTTPTransport(), manners),
        )
    )
