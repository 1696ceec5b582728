"""Take a screenshot of the whole page at a URL, and save the page as a PDF."""

import base64
import os
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, gettext_lazy

from claims.features.archiving.browser.chromium import BrowserLimitExceeded, PageLimits, start_chromium
from claims.features.archiving.browser.devtools import BrowserError, BrowserTimeout, Devtools
from sources.http.fetched_documents import USER_AGENT
from sources.http.forward_proxy import forward_proxy

SCREENSHOT_TYPE, PDF_TYPE = "image/webp", "application/pdf"
#: The size of the browser window, as on a desktop computer, and the height at which a screenshot is cut off
#: (WebP allows 16,383 pixels).
WIDTH, HEIGHT, MAX_HEIGHT = 1280, 900, 16_000
#: The longest wait for a page to load, and then for its network requests to end.
MAX_LOAD_SECONDS, IDLE_SECONDS = 10.0, 4.0

_LIMIT_MESSAGES = {
    "time": gettext_lazy("The browser’s time limit was exceeded."),
    "memory": gettext_lazy("The browser’s memory limit was exceeded."),
    "disk": gettext_lazy("The browser’s disk limit was exceeded."),
}
#: Scroll to the end and back, so that the page loads pictures that it loads only when they become visible.
_SCROLL_SCRIPT = """
(async () => {
    const end = Math.min(document.documentElement.scrollHeight, MOST);
    for (let at = 0; at < end; at += 800) { window.scrollTo(0, at); await new Promise(go => setTimeout(go, 40)); }
    window.scrollTo(0, 0);
})()
""".replace("MOST", str(MAX_HEIGHT))
BROWSER_LIMITS = PageLimits()


class BrowserUnavailable(Exception):
    """No browser can take pictures on this machine; `str()` is the reason, worded for users."""


@dataclass(slots=True)
class PagePictures:
    """The screenshot and PDF of a page."""

    screenshot: bytes = b""
    pdf: bytes = b""
    #: `screenshot` or `pdf` → the reason why it is missing.
    missing_reasons: dict[str, str] = field(default_factory=dict)


def take_page_pictures(
    url: str, *, limits: PageLimits = BROWSER_LIMITS, allow_loopback: bool = False
) -> PagePictures:
    """Visit the page at the URL, and return its screenshot and PDF.

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
                "The worker runs as root, so the browser could not be sandboxed and was not started. Run "
                "the worker as another user, or set ARCHIVE_BROWSER_SANDBOX=0."
            )
        )
    pictures = PagePictures()
    with forward_proxy(max_bytes=limits.network_bytes, allow_loopback=allow_loopback) as proxy:
        try:
            with start_chromium(
                settings.ARCHIVE_BROWSER, proxy.address, limits, sandbox=settings.ARCHIVE_BROWSER_SANDBOX
            ) as browser:
                _visit_and_take_pictures(browser.devtools, url, pictures)
        except BrowserLimitExceeded as bounds:
            _record_missing_pictures(pictures, str(_LIMIT_MESSAGES[str(bounds)]))
        except OSError as error:
            _record_missing_pictures(
                pictures,
                gettext("The browser could not be started: %(strerror)s.")
                % {"strerror": error.strerror or error},
            )
        except BrowserTimeout:
            _record_missing_pictures(pictures, gettext("The browser stopped or did not respond."))
        except BrowserError as refusal:
            _record_missing_pictures(
                pictures, gettext("The browser could not show the page: %(refusal)s.") % {"refusal": refusal}
            )
    return pictures


def _record_missing_pictures(pictures: PagePictures, reason: str) -> None:
    for picture_type in ("screenshot", "pdf"):
        if not getattr(pictures, picture_type):
            pictures.missing_reasons.setdefault(picture_type, reason)


def _visit_and_take_pictures(devtools: Devtools, url: str, pictures: PagePictures) -> None:
    _open_page(devtools)
    _load_page(devtools, url)
    for picture_type, take_picture in (("screenshot", _take_screenshot), ("pdf", _print_pdf)):
        try:
            setattr(pictures, picture_type, take_picture(devtools))
        except BrowserError as refusal:
            pictures.missing_reasons[picture_type] = f"The browser could not make it: {refusal}."


def _open_page(devtools: Devtools) -> None:
    """Open a blank page, to which later commands go."""
    version = devtools.run_command("Browser.getVersion")
    devtools.run_command("Browser.setDownloadBehavior", behavior="deny")
    target = devtools.run_command("Target.createTarget", url="about:blank")["targetId"]
    devtools.attach(devtools.run_command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
    devtools.handlers["Page.javascriptDialogOpening"] = lambda _dialog: _dismiss_dialog(devtools)
    devtools.run_command("Page.enable")
    devtools.run_command("Page.setLifecycleEventsEnabled", enabled=True)
    user_agent = str(version["userAgent"]).replace("HeadlessChrome", "Chrome")
    # The request names our program honestly, but asks for the page that readers see.
    devtools.run_command(
        "Emulation.setUserAgentOverride", userAgent=f"{user_agent} {USER_AGENT.partition(' ')[0]}"
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


def _load_page(devtools: Devtools, url: str) -> None:
    devtools.events.clear()
    result = devtools.run_command("Page.navigate", url=url)
    if result.get("errorText"):
        raise BrowserError(str(result["errorText"]))
    devtools.wait(lambda: _has_reached_stage(devtools, "load"), seconds=MAX_LOAD_SECONDS)
    devtools.send_command("Runtime.evaluate", expression=_SCROLL_SCRIPT, awaitPromise=True)
    devtools.wait(lambda: _has_reached_stage(devtools, "networkIdle"), seconds=IDLE_SECONDS)


def _has_reached_stage(devtools: Devtools, stage: str) -> bool:
    return any(
        name == "Page.lifecycleEvent" and event.get("name") == stage for name, event in devtools.events
    )


def _take_screenshot(devtools: Devtools) -> bytes:
    metrics = devtools.run_command("Page.getLayoutMetrics")
    page_size: dict[str, Any] = metrics.get("cssContentSize") or metrics["contentSize"]
    height = max(1, min(int(page_size["height"]), MAX_HEIGHT))
    result = devtools.run_command(
        "Page.captureScreenshot",
        format="webp",
        quality=80,
        captureBeyondViewport=True,
        clip={"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 1},
    )
    return base64.b64decode(result["data"])


def _print_pdf(devtools: Devtools) -> bytes:
    result = devtools.run_command("Page.printToPDF", printBackground=True, preferCSSPageSize=False)
    return base64.b64decode(result["data"])
