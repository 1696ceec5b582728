"""A browser extension in Chromium: its button in the toolbar is pressed, and the window that it opens is driven.

Playwright knows neither. The DevTools protocol does: `Extensions.triggerAction` is a press of the button, with what
that permits (`activeTab`), and messages go to the window by `Target.sendMessageToTarget`.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.helpers.browser import NAMES, PATIENCE

#: How often is looked whether something has happened, in milliseconds.
_GLANCE = 50


class Extension:
    """An extension that a browser has loaded."""

    def __init__(self, context: BrowserContext) -> None:
        assert context.browser is not None
        self.context = context
        self.devtools = context.browser.new_browser_cdp_session()
        (loaded,) = self.devtools.send("Extensions.getExtensions")["extensions"]
        self.id = loaded["id"]

    def open(self, name: str) -> Page:
        """A page of the extension in a tab."""
        page = self.context.new_page()
        page.goto(f"chrome-extension://{self.id}/{name}")
        return page

    def press(self, page: Page) -> "Popup":
        """Press its button in the toolbar while this page is shown."""
        page.bring_to_front()
        tabs = self._targets("tab")
        (tab,) = [each for each in tabs if each["url"] == page.url]
        self.devtools.send("Extensions.triggerAction", {"id": self.id, "targetId": tab["targetId"]})
        for _ in range(PATIENCE // _GLANCE):
            opened = [each for each in self._targets("page") if each["url"].endswith(f"{self.id}/popup.html")]
            if opened:
                return Popup(self, page, opened[0]["targetId"])
            page.wait_for_timeout(_GLANCE)
        raise AssertionError("The button opened no window.")

    def has(self, target: str) -> bool:
        """Whether a window of it is open."""
        return any(each["targetId"] == target for each in self._targets("page"))

    def _targets(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.devtools.send("Target.getTargets", {"filter": [{"type": kind}]})[
            "targetInfos"
        ]
        return found


class Popup:
    """The window of the button."""

    def __init__(self, extension: Extension, page: Page, target: str) -> None:
        self.extension, self.devtools = extension, extension.devtools
        self.page, self.target = page, target
        self.answers: dict[int, Any] = {}
        self.asked = 0
        self.devtools.on("Target.receivedMessageFromTarget", self._hear)
        self.session = self.devtools.send("Target.attachToTarget", {"targetId": target})["sessionId"]
        while not self._is_there():
            page.wait_for_timeout(_GLANCE)

    def _is_there(self) -> bool:
        """Whether its page has come. What it was asked before may be answered by an error."""
        found = self._answer("document.readyState === 'complete' && !!document.querySelector('main a')")
        return "result" in found and found["result"]["result"].get("value") is True

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in it."""
        answer = self._answer(expression)
        assert "exceptionDetails" not in answer["result"], answer
        return answer["result"]["result"].get("value")

    def _answer(self, expression: str) -> Any:
        """What the browser says of an expression."""
        self.asked += 1
        question = {
            "id": self.asked,
            "method": "Runtime.evaluate",
            "params": {"expression": expression, "returnByValue": True, "awaitPromise": True},
        }
        sent = {"sessionId": self.session, "message": json.dumps(question)}
        self.devtools.send("Target.sendMessageToTarget", sent)
        for _ in range(PATIENCE // _GLANCE):
            if self.asked in self.answers:
                return self.answers.pop(self.asked)
            self.page.wait_for_timeout(_GLANCE)
        raise AssertionError(f"{expression} was never answered.")

    def click(self, selector: str) -> None:
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def text(self, selector: str) -> str:
        return str(self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText"))

    def said(self) -> str:
        """What it answers, once it has."""
        for _ in range(PATIENCE // _GLANCE):
            if not self.evaluate("document.querySelector('button').disabled") and (
                words := self.text("#answer")
            ):
                return words
            self.page.wait_for_timeout(_GLANCE)
        raise AssertionError("It says nothing.")

    def close(self) -> None:
        """Close it, and wait until it is gone, so that it is not mistaken for the next one."""
        self.devtools.send("Target.closeTarget", {"targetId": self.target})
        self.devtools.remove_listener("Target.receivedMessageFromTarget", self._hear)
        while self.extension.has(self.target):
            self.page.wait_for_timeout(_GLANCE)

    def _hear(self, event: dict[str, Any]) -> None:
        if event["sessionId"] == self.session:
            answer = json.loads(event["message"])
            if "id" in answer:
                self.answers[answer["id"]] = answer


@contextmanager
def extension_in(browser: Browser, folder: Path, profile: Path) -> Iterator[Extension]:
    """Another instance of this browser, with this unpacked extension and nothing else."""
    context = browser.browser_type.launch_persistent_context(
        profile,
        executable_path=next(filter(None, map(shutil.which, NAMES))),
        chromium_sandbox=os.geteuid() != 0,
        ignore_default_args=["--disable-extensions"],
        args=[
            f"--disable-extensions-except={folder}",
            f"--load-extension={folder}",
            "--enable-unsafe-extension-debugging",
        ],
    )
    context.set_default_timeout(PATIENCE)
    yield Extension(context)
    context.close()
