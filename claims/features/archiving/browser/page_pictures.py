"""A URL → a screenshot of the whole page, and a PDF."""

import base64
import os
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, gettext_lazy

from claims.features.archiving.browser.chromium import BrowserLimitExceeded, BrowserLimits, start_chromium
from claims.features.archiving.browser.devtools import BrowserError, BrowserTimeout, Devtools
from sources.http.fetched_documents import USER_AGENT
from sources.http.forward_proxy import forward_proxy

SCREENSHOT_TYPE, PDF_TYPE = "image/webp", "application/pdf"
#: A page is displayed as on a desktop computer, and photographed down to this height (WebP allows 16,383
#: pixels).
WIDTH, HEIGHT, MAX_HEIGHT = 1280, 900, 16_000
#: The longest wait for a page to load, and then for its requests to stop.
LOAD_SECONDS, QUIET_SECONDS = 10.0, 4.0

_LIMIT_MESSAGES = {
    "time": gettext_lazy("The browser’s time limit was exceeded."),
    "memory": gettext_lazy("The browser’s memory limit was exceeded."),
    "disk": gettext_lazy("The browser’s disk limit was exceeded."),
}
#: Scroll to the end and back, so that pictures load which load only when visible.
_SCROLL_SCRIPT = """
(async () => {
    const end = Math.min(document.documentElement.scrollHeight, MOST);
    for (let at = 0; at < end; at += 800) { window.scrollTo(0, at); await new Promise(go => setTimeout(go, 40)); }
    window.scrollTo(0, 0);
})()
""".replace("MOST", str(MAX_HEIGHT))
BROWSER_LIMITS = BrowserLimits()


class BrowserUnavailable(Exception):
    """Pictures cannot be taken on this machine; `str()` is the reason, for users."""


@dataclass(slots=True)
class PagePictures:
    """The pictures taken of a page."""

    screenshot: bytes = b""
    pdf: bytes = b""
    #: `screenshot` or `pdf` → the reason why it is missing.
    missing: dict[str, str] = field(default_factory=dict)


def take_page_pictures(
    url: str, *, limits: BrowserLimits = BROWSER_LIMITS, allow_loopback: bool = False
) -> PagePictures:
    """Visit the page and take its pictures.

    Args:
        allow_loopback: lets tests visit a server on this machine; users can never set it.

    Raises:
        BrowserUnavailable: no browser can run on this machine.
    """
    if not settings.ARCHIVE_BROWSER:
        raise BrowserUnavailable(
            gettext("No browser is installed, so there is neither a screenshot nor a PDF.")
        )
    if settings.ARCHIVE_BROWSER_SANDBOX and hasattr(os, "geteuid") and os.geteuid() == 0:
        raise BrowserUnavailable(
            gettext(
                "The worker runs as the system administrator, so the browser would have no sandbox and is "
                "not started. Run the worker as another user, or set ARCHIVE_BROWSER_SANDBOX=0."
            )
        )
    pictures = PagePictures()
    with forward_proxy(max_bytes=limits.network, allow_loopback=allow_loopback) as proxy:
        try:
            with start_chromium(
                settings.ARCHIVE_BROWSER, proxy.address, limits, sandbox=settings.ARCHIVE_BROWSER_SANDBOX
            ) as browser:
                _visit_and_take_pictures(browser.devtools, url, pictures)
        except BrowserLimitExceeded as bounds:
            _note_missing(pictures, str(_LIMIT_MESSAGES[str(bounds)]))
        except OSError as error:
            _note_missing(
                pictures,
                gettext("The browser could not be started: %(strerror)s.")
                % {"strerror": error.strerror or error},
            )
        except BrowserTimeout:
            _note_missing(pictures, gettext("The browser stopped or did not respond."))
        except BrowserError as refusal:
            _note_missing(
                pictures, gettext("The browser could not show the page: %(refusal)s.") % {"refusal": refusal}
            )
    return pictures


def _note_missing(pictures: PagePictures, reason: str) -> None:
    for part in ("screenshot", "pdf"):
        if not getattr(pictures, part):
            pictures.missing.setdefault(part, reason)


def _visit_and_take_pictures(devtools: Devtools, url: str, pictures: PagePictures) -> None:
    _open_blank_page(devtools)
    _visit_page(devtools, url)
    for part, take_picture in (("screenshot", _take_screenshot), ("pdf", _print_pdf)):
        try:
            setattr(pictures, part, take_picture(devtools))
        except BrowserError as refusal:
            pictures.missing[part] = f"The browser could not make it: {refusal}."


def _open_blank_page(devtools: Devtools) -> None:
    """Open a blank page."""
    version = devtools.run_command("Browser.getVersion")
    devtools.run_command("Browser.setDownloadBehavior", behavior="deny")
    page = devtools.run_command("Target.createTarget", url="about:blank")["targetId"]
    devtools.attach(devtools.run_command("Target.attachToTarget", targetId=page, flatten=True)["sessionId"])
    devtools.handlers["Page.javascriptDialogOpening"] = lambda _dialog: _dismiss_dialog(devtools)
    devtools.run_command("Page.enable")
    devtools.run_command("Page.setLifecycleEventsEnabled", enabled=True)
    agent = str(version["userAgent"]).replace("HeadlessChrome", "Chrome")
    # Identify ourselves honestly, but get the page that readers see.
    devtools.run_command(
        "Emulation.setUserAgentOverride", userAgent=f"{agent} {USER_AGENT.partition(' ')[0]}"
    )
    devtools.run_command(
        "Emulation.setDeviceMetricsOverride",
        width=WIDTH,
        height=HEIGHT,
        deviceScaleFactor=1,
        mobile=False,
    )


def _dismiss_dialog(devtools: Devtools) -> None:
    devtools.send_command("Page.handleJavaScriptDialog", accept=False)


def _visit_page(devtools: Devtools, url: str) -> None:
    devtools.events.clear()
    answer = devtools.run_command("Page.navigate", url=url)
    if answer.get("errorText"):
        raise BrowserError(str(answer["errorText"]))
    devtools.wait(lambda: _has_reached_stage(devtools, "load"), seconds=LOAD_SECONDS)
    devtools.send_command("Runtime.evaluate", expression=_SCROLL_SCRIPT, awaitPromise=True)
    devtools.wait(lambda: _has_reached_stage(devtools, "networkIdle"), seconds=QUIET_SECONDS)


def _has_reached_stage(devtools: Devtools, stage: str) -> bool:
    return any(
        name == "Page.lifecycleEvent" and event.get("name") == stage for name, event in devtools.events
    )


def _take_screenshot(devtools: Devtools) -> bytes:
    metrics = devtools.run_command("Page.getLayoutMetrics")
    size: dict[str, Any] = metrics.get("cssContentSize") or metrics["contentSize"]
    height = max(1, min(int(size["height"]), MAX_HEIGHT))
    answer = devtools.run_command(
        "Page.captureScreenshot",
        format="webp",
        quality=80,
        captureBeyondViewport=True,
        clip={"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 1},
    )
    return base64.b64decode(answer["data"])


def _print_pdf(devtools: Devtools) -> bytes:
    answer = devtools.run_command("Page.printToPDF", printBackground=True, preferCSSPageSize=False)
    return base64.b64decode(answer["data"])
