"""A newsroom tool for tests: a program with a token, as the editorial API sees it."""

import json
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from claims.models import Scope
from claims.newsroom import api_tokens

BASE = "/api/v1/editorial/"


class Tool:
    """Asks the editorial API with a token, or with none."""

    def __init__(self, secret: str = "") -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer. Header names are written with underscores; an absolute address is taken as it is."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        text = "" if body is None else json.dumps(body)
        path = path if path.startswith(("/", "http")) else BASE + path
        return self.client.generic(method, path, text, "application/json", headers=self.headers | named)

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.ask("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        """Edit the current version, unless the headers name another."""
        return self.ask("PATCH", path, body, **self._about(path, headers))

    def delete(self, path: str, **headers: str) -> Any:
        return self.ask("DELETE", path, **self._about(path, headers))

    def _about(self, path: str, headers: dict[str, str]) -> dict[str, str]:
        return headers if "If_Match" in headers else headers | {"If_Match": self.etag(path)}

    def etag(self, path: str) -> str:
        etag: str = self.get(path)["ETag"]
        return etag

    def move(self, path: str, action: str, **asked: Any) -> Any:
        return self.post(f"{path}moves/", {"action": action, **asked})


def tool(person: User, *scopes: str) -> Tool:
    """A tool with a new token of this person, for everything unless scopes are named."""
    _token, secret = api_tokens.issue_token(person, name="Test tool", scopes=scopes or Scope.values, days=1)
    return Tool(secret)


def pointers(response: Any) -> list[str]:
    """The places of the body that a problem names."""
    return sorted(error["pointer"] for error in response.json()["errors"])
