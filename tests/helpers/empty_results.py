"""What an anonymous client is answered where nothing may be shown."""

import json
from typing import Any

from django.test import Client


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, (path, response.content)
    return response.content.decode()


def empty(client: Client, path: str) -> bool:
    page = json.loads(text_of(client, path))
    # The page repeats the search text and suggests nothing else.
    search = page.pop("search", None)
    nothing: dict[str, Any] = {"count": None, "next": None, "previous": None, "results": []}
    said_again = search is None or search["answered"] == search["asked"]
    return page in (nothing, {**nothing, "highlights": {}}) and said_again
