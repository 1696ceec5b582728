"""A server on this machine that answers as Wikidata and ROR do, about people and bodies that do not exist."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from sources.authorities import exchange


def item(
    name: str, label: str, description: str = "", *, human: bool = False, **values: list[Any]
) -> dict[str, Any]:
    """An item of Wikidata with the values given by property (`P569`)."""
    said = {"P31": [{"id": "Q5" if human else "Q43229"}], **values}
    return {
        "id": name,
        "labels": {"en": {"language": "en", "value": label}},
        "descriptions": {"en": {"language": "en", "value": description}} if description else {},
        "claims": {
            which: [
                {"rank": "normal", "mainsnak": {"snaktype": "value", "datavalue": {"value": value}}}
                for value in those
            ]
            for which, those in said.items()
        },
    }


def year(number: int) -> dict[str, Any]:
    return {"time": f"+{number:04d}-00-00T00:00:00Z", "precision": 9}


def organization(name: str, label: str, *, wikidata: str = "", country: str = "NO") -> dict[str, Any]:
    """An organisation of ROR."""
    return {
        "id": f"https://ror.org/{name}",
        "status": "active",
        "names": [
            {"value": label[:3], "types": ["acronym"]},
            {"value": label, "types": ["ror_display", "label"]},
        ],
        "types": ["education"],
        "links": [{"type": "website", "value": "https://institute.example"}],
        "locations": [
            {"geonames_details": {"name": "Bergen", "country_name": "Norway", "country_code": country}}
        ],
        "external_ids": [{"type": "wikidata", "preferred": None, "all": [wikidata]}] if wikidata else [],
    }


class AuthorityServer:
    """Knows `items` and `organizations`; `answer` stands in for all that, where a test sets it."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.organizations: list[dict[str, Any]] = []
        self.asked: list[dict[str, str]] = []
        self.agents: list[str] = []
        self.answer: Callable[[str, Mapping[str, str]], tuple[int, bytes]] = self._said
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = urlsplit(self.path)
                parameters = dict(parse_qsl(address.query))
                server.asked.append(parameters)
                server.agents.append(self.headers["User-Agent"])
                status, content = server.answer(address.path, parameters)
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_arguments: object) -> None:
                """Keep quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def _said(self, path: str, parameters: Mapping[str, str]) -> tuple[int, bytes]:
        if path == "/v2/organizations":
            words = parameters["query"].strip('"').lower()
            found = [one for one in self.organizations if words in one["names"][1]["value"].lower()]
            return 200, json.dumps({"items": found}).encode()
        if parameters["action"] == "wbsearchentities":
            words = parameters["search"].lower()
            named = [one for one in self.items if words in one["labels"]["en"]["value"].lower()]
            return 200, json.dumps({"search": [{"id": one["id"]} for one in named]}).encode()
        wanted = parameters["ids"].split("|")
        return 200, json.dumps(
            {"entities": {one["id"]: one for one in self.items if one["id"] in wanted}}
        ).encode()


@contextmanager
def authority_server() -> Iterator[AuthorityServer]:
    made = AuthorityServer()
    thread = Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(exchange, "TIMEOUT_SECONDS", 120)  # a busy machine may need longer than people wait
            yield made
    finally:
        made.server.shutdown()
        made.server.server_close()
        thread.join()
