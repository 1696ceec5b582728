"""Another site, with another origin than ours, whose pages a test writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.helpers.parallel import served


class HostSite:
    """What it answers, by path: HTML, and the policy of the page."""

    def __init__(self) -> None:
        self.url = ""
        self.pages: dict[str, tuple[str, str]] = {}

    def put(self, path: str, body: str, *, policy: str = "", root: str = "<html lang=en>") -> str:
        """Have a page with this body; returns its address."""
        self.pages[path] = (f"<!doctype html>{root}<meta charset=utf-8><title>News</title>{body}", policy)
        return f"{self.url}{path}"


@contextmanager
def host_site() -> Iterator[HostSite]:
    site = HostSite()

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            html, policy = site.pages.get(self.path.partition("?")[0], ("", ""))
            self.send_response(200 if html else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if policy:
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    site.url = f"http://127.0.0.1:{server.server_port}"
    with served(server):
        yield site
