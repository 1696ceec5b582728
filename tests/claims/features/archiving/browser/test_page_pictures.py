"""Pages in a real browser: the files made from them, and the actions blocked."""

import io
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pypdfium2
import pytest

from claims.features.archiving.browser import page_pictures
from claims.features.archiving.browser.chromium import PROFILE_PREFIX, PageLimits
from claims.features.archiving.browser.page_pictures import (
    HEIGHT,
    MAX_HEIGHT,
    WIDTH,
    BrowserUnavailable,
    PagePictures,
    take_page_pictures,
)
from factcheck.installation.checked_settings import find_browser
from sources.http.connections import resolve_public_address
from tests.helpers.site import Site

pytestmark = pytest.mark.browser

#: So patient that no busy machine makes them wait too long.
PATIENT = PageLimits(seconds=120)


@pytest.fixture(autouse=True)
def folder_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Other tests start browsers at the same time, and these must ignore their folders.

    Its name is short, because it contains sockets of the browser, whose names may have at most a hundred characters.
    """
    with tempfile.TemporaryDirectory(prefix="own-") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield


@pytest.fixture(autouse=True)
def browser(settings: Any) -> None:
    settings.ARCHIVE_BROWSER = find_browser()
    settings.ARCHIVE_BROWSER_SANDBOX = False  # tests may run as the system's administrator
    if not settings.ARCHIVE_BROWSER:
        pytest.skip("Chromium is not installed")


def left_behind() -> list[str]:
    """Folders and processes of browsers."""
    folders = [path.name for path in Path(tempfile.gettempdir()).glob(f"{PROFILE_PREFIX}*")]
    processes = [
        process.name()
        for process in psutil.Process().children(recursive=True)
        if "chrom" in process.name() and process.status() != psutil.STATUS_ZOMBIE
    ]
    return folders + processes


def size_of(webp: bytes) -> tuple[int, int]:
    """Width and height, as the head of a lossy WebP says."""
    assert webp[:4] == b"RIFF"
    assert webp[8:16] in (b"WEBPVP8 ", b"WEBPVP8X")
    if webp[12:16] == b"VP8X":
        return 1 + int.from_bytes(webp[24:27], "little"), 1 + int.from_bytes(webp[27:30], "little")
    return int.from_bytes(webp[26:28], "little") & 0x3FFF, int.from_bytes(webp[28:30], "little") & 0x3FFF


def visited(
    site: Site, body: str, limits: PageLimits = PATIENT, *, allow_loopback: bool = True
) -> PagePictures:
    url = site.page("/page", f"<!doctype html><title>Ferries</title>{body}".encode())
    return take_page_pictures(url, limits=limits, allow_loopback=allow_loopback)


def test_the_whole_page_is_photographed_and_printed(site: Site) -> None:
    before = set(left_behind())
    pictures = visited(
        site, "<h1>The last ferry leaves in May</h1><div style='height: 4000px'></div><p>Rain.</p>"
    )
    assert pictures.missing_reasons == {}
    width, height = size_of(pictures.screenshot)
    assert width == WIDTH
    assert HEIGHT < 4000 < height < 5000
    document = pypdfium2.PdfDocument(io.BytesIO(pictures.pdf))
    assert "The last ferry leaves in May" in document[0].get_textpage().get_text_bounded()
    assert set(left_behind()) <= before
    assert any("Factcheck/1.0" in headers["user-agent"] for _path, headers in site.requests)


def test_a_page_without_an_end_is_cut(site: Site) -> None:
    pictures = visited(site, "<div style='height: 900000px'></div>")
    assert size_of(pictures.screenshot) == (WIDTH, MAX_HEIGHT)


def test_dialogs_pop_ups_and_downloads_do_not_block(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_pictures, "MAX_LOAD_SECONDS", 2.0)  # because a download never loads
    site.page("/file", b"x" * 1000, Content_Type="application/octet-stream")
    pictures = visited(
        site,
        "<h1>Ferries</h1><script>alert(1); confirm(2); prompt(3);"
        "window.open('/page'); location.href = '/file'</script>",
    )
    assert pictures.screenshot
    assert not list(Path.home().glob("Downloads/file*"))


def test_a_page_with_an_endless_script_is_stopped(site: Site) -> None:
    before = set(left_behind())
    pictures = visited(
        site, "<script>setTimeout(() => { while (true); }, 0)</script>", limits=PageLimits(seconds=8)
    )
    assert pictures.missing_reasons == dict.fromkeys(
        ("screenshot", "pdf"), "The browser’s time limit was exceeded."
    )
    assert set(left_behind()) <= before


def test_a_page_that_takes_all_memory_is_ended(site: Site) -> None:
    pictures = visited(
        site,
        "<script>const all = []; while (true) all.push(new Uint8Array(10_000_000).fill(1))</script>",
        limits=PageLimits(seconds=120, memory_bytes=600_000_000),
    )
    # The browser may end the page by itself before; then it has nothing to show.
    assert set(pictures.missing_reasons) == {"screenshot", "pdf"}


@contextmanager
def secret_service() -> Iterator[tuple[int, list[bytes]]]:
    """A service on this machine that pages must not reach, by TCP and by UDP: its port and what it received."""
    heard: list[bytes] = []
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", port))
        tcp.listen()
        tcp.settimeout(0.2)
        udp.settimeout(0.2)
        stopped = threading.Event()

        def listen() -> None:
            while not stopped.is_set():
                with suppress(TimeoutError):
                    tcp.accept()[0].close()
                    heard.append(b"TCP")
                with suppress(TimeoutError):
                    heard.append(udp.recv(1000))

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield port, heard
        finally:
            stopped.set()
            thread.join()


ATTEMPTS = """
<img src="http://127.0.0.1:{0}/img"><iframe src="http://localhost:{0}/frame"></iframe>
<link rel=stylesheet href="http://[::1]:{0}/css"><script src="http://0.0.0.0:{0}/js"></script>
<iframe src="file:///etc/passwd"></iframe><object data="http://2130706433:{0}/object"></object>
<link rel=preconnect href="https://127.0.0.1:{0}"><link rel=prefetch href="http://127.0.0.1:{0}/prefetch">
<link rel=dns-prefetch href="//secret.internal"><video src="http://127.0.0.1:{0}/video" autoplay></video>
<script>
    const far = "127.0.0.1:{0}";
    for (const go of [
        () => fetch("http://" + far + "/fetch", {{mode: "no-cors"}}),
        () => new WebSocket("ws://" + far + "/socket"),
        () => new WebSocket("wss://" + far + "/socket"),
        () => navigator.sendBeacon("http://" + far + "/beacon", "x"),
        () => new EventSource("http://" + far + "/events"),
        () => new WebTransport("https://" + far + "/transport"),
        () => new Worker("data:text/javascript,fetch('http://" + far + "/worker', {{mode: 'no-cors'}})"),
        () => {{
            const peer = new RTCPeerConnection({{iceServers: [
                {{urls: "stun:" + far}}, {{urls: "turn:" + far + "?transport=tcp", username: "a", credential: "b"}},
            ]}});
            peer.createDataChannel("x");
            peer.createOffer().then(offer => peer.setLocalDescription(offer));
        }},
        () => setTimeout(() => {{ location.href = "http://" + far + "/away" }}, 300),
    ]) try {{ go() }} catch (error) {{ }}
</script>
"""


def test_a_page_reaches_nothing_on_this_machine(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page itself is allowed, as if it were on the public internet; everything else is as usual."""
    port, real = site.server.server_port, resolve_public_address
    asked: list[str] = []

    def only_the_page(host: str, its_port: int, *, allow_loopback: bool) -> str:
        asked.append(f"{host}:{its_port}")
        return "127.0.0.1" if host == "page.example" else real(host, its_port, allow_loopback=False)

    monkeypatch.setattr("sources.http.forward_proxy.resolve_public_address", only_the_page)
    with secret_service() as (secret, heard):
        site.page("/page", ("<!doctype html><h1>Ferries</h1>" + ATTEMPTS.format(secret)).encode())
        take_page_pictures(f"http://page.example:{port}/page", limits=PATIENT, allow_loopback=True)
    assert [path for path, _headers in site.requests][:1] == ["/page"]
    assert heard == []
    # It was tried: by name and by number, pages and sockets.
    assert f"page.example:{port}" in asked
    assert f"127.0.0.1:{secret}" in asked
    assert f"localhost:{secret}" in asked


def test_a_private_page_is_not_visited(site: Site) -> None:
    pictures = visited(site, "<p>Secret.</p>", allow_loopback=False)
    assert set(pictures.missing_reasons) == {"screenshot", "pdf"}
    assert site.requests == []


def test_a_missing_browser_is_reported(site: Site, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ARCHIVE_BROWSER_SANDBOX = True
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with pytest.raises(BrowserUnavailable, match="ARCHIVE_BROWSER_SANDBOX=0"):
        visited(site, "")
    settings.ARCHIVE_BROWSER = ""
    with pytest.raises(BrowserUnavailable, match="No browser is installed"):
        visited(site, "")


def test_an_invalid_browser_is_reported(site: Site, settings: Any) -> None:
    settings.ARCHIVE_BROWSER = shutil.which("true")
    pictures = visited(site, "")
    assert pictures.missing_reasons == dict.fromkeys(
        ("screenshot", "pdf"), "The browser stopped or did not respond."
    )


def test_a_browser_that_cannot_be_started_leaves_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    before = left_behind()
    monkeypatch.setattr("subprocess.Popen", refused)
    pictures = visited(site, "")
    assert pictures.missing_reasons["pdf"] == "The browser could not be started: Permission denied."
    assert left_behind() == before
