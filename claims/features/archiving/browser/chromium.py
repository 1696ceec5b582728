"""Start, watch and stop one browser process per page."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from claims.features.archiving.browser.devtools import Devtools

#: How often the browser's resource use is checked.
POLL_SECONDS = 0.2
#: The start of a profile folder's name, and the age in seconds from which the folder counts as abandoned.
PROFILE_PREFIX, ABANDONED_SECONDS = "factcheck-browser-", 3600.0
_LAUNCH_SCRIPT = str(Path(__file__).with_name("launch.py"))
#: The browser's environment: no secrets, no database.
_INHERITED_VARIABLES = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "FONTCONFIG_PATH")

_BROWSER_ARGUMENTS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-notifications",
    "--disable-sync",
    "--hide-scrollbars",
    "--metrics-recording-only",
    "--mute-audio",
    "--password-store=basic",
    "--use-mock-keychain",
    "--disk-cache-size=50000000",
    # Network access only through the proxy: no UDP, no local name resolution, and no exception for this machine.
    "--disable-quic",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-features=DialMediaRouteProvider,DnsOverHttps,MediaRouter,OptimizationHints,Translate",
)


@dataclass(frozen=True, slots=True)
class PageLimits:
    """The limits on time, memory and output when taking pictures of one page."""

    seconds: float = 30.0
    memory_bytes: int = 1_500_000_000
    """The bytes that all processes of the browser use together; shared memory is counted once."""
    disk_bytes: int = 200_000_000
    """The bytes in the browser's folder."""
    output_bytes: int = 40_000_000
    """The bytes of one screenshot or PDF."""
    network_bytes: int = 150_000_000
    """The bytes received from the network."""


class BrowserLimitExceeded(Exception):
    """The browser was stopped because it exceeded a limit; `str()` names that limit."""


class Chromium:
    """A running browser."""

    def __init__(self, process: subprocess.Popen[bytes], devtools: Devtools, profile: Path) -> None:
        self.process = process
        self.devtools = devtools
        self.profile = profile
        self.exceeded_limit = ""

    def watch(self, limits: PageLimits, is_finished: threading.Event) -> None:
        """Stop the browser as soon as it exceeds a limit."""
        ends_at = time.monotonic() + limits.seconds
        while not is_finished.wait(POLL_SECONDS):
            if time.monotonic() > ends_at:
                self.exceeded_limit = "time"
            elif _measure_memory(self.process.pid) > limits.memory_bytes:
                self.exceeded_limit = "memory"
            elif _measure_disk(self.profile) > limits.disk_bytes:
                self.exceeded_limit = "disk"
            if self.exceeded_limit:
                self.kill()
                return

    def kill(self) -> None:
        """Kill the browser and all processes it started, whatever their process group."""
        with suppress(psutil.Error):
            for child in psutil.Process(self.process.pid).children(recursive=True):
                with suppress(psutil.Error):
                    child.kill()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


@contextmanager
def start_chromium(
    program: str, proxy: str, limits: PageLimits, *, sandbox: bool = True
) -> Iterator[Chromium]:
    """Start a browser that uses the proxy, and remove the browser's files afterwards.

    Raises:
        BrowserLimitExceeded: the browser exceeded a limit; this replaces any error that the limit caused.
    """
    _remove_abandoned_profiles()
    profile = Path(tempfile.mkdtemp(prefix=PROFILE_PREFIX))
    browser_input, our_output = os.pipe()
    our_input, browser_output = os.pipe()
    try:
        process = _start_process(
            program, proxy, limits, profile, browser_input, browser_output, sandbox=sandbox
        )
    except OSError:
        os.close(our_input)
        os.close(our_output)
        shutil.rmtree(profile, ignore_errors=True)
        raise
    finally:
        os.close(browser_input)
        os.close(browser_output)
    deadline = time.monotonic() + limits.seconds
    # Base64 makes the output a third longer.
    devtools = Devtools(
        our_input, our_output, ends_at=deadline, max_message_bytes=limits.output_bytes * 4 // 3 + 100_000
    )
    browser, is_finished = Chromium(process, devtools, profile), threading.Event()
    watcher = threading.Thread(target=browser.watch, args=(limits, is_finished), daemon=True)
    watcher.start()
    try:
        yield browser
    except Exception as error:
        # Set by whichever side notices the timeout first.
        if exceeded_limit := browser.exceeded_limit or ("time" if time.monotonic() >= deadline else ""):
            raise BrowserLimitExceeded(exceeded_limit) from error
        raise
    finally:
        is_finished.set()
        watcher.join()
        browser.kill()
        process.wait()
        os.close(our_input)
        os.close(our_output)
        shutil.rmtree(profile, ignore_errors=True)


def _start_process(
    program: str,
    proxy: str,
    limits: PageLimits,
    profile: Path,
    read_end: int,
    write_end: int,
    *,
    sandbox: bool,
) -> "subprocess.Popen[bytes]":
    arguments = [*_BROWSER_ARGUMENTS, f"--proxy-server={proxy}", f"--user-data-dir={profile}"]
    if not sandbox:
        arguments.append("--no-sandbox")
    launch_arguments = [
        str(read_end),
        str(write_end),
        str(limits.disk_bytes),
        str(round(limits.seconds) + 10),
    ]
    return subprocess.Popen(
        [sys.executable, "-I", "-S", _LAUNCH_SCRIPT, *launch_arguments, program, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[read_end, write_end],
        start_new_session=True,
        cwd=profile,
        env={
            **{name: os.environ[name] for name in _INHERITED_VARIABLES if name in os.environ},
            "HOME": str(profile),
            "TMPDIR": str(profile),
            "XDG_CONFIG_HOME": str(profile),
            "XDG_CACHE_HOME": str(profile),
        },
    )


def _measure_memory(process: int) -> int:
    """Return the private memory of a process and its children, in bytes; shared memory is counted once."""
    total_bytes = 0
    with suppress(psutil.Error):
        browser = psutil.Process(process)
        total_bytes = browser.memory_info().rss
        for child in browser.children(recursive=True):
            with suppress(psutil.Error):
                memory = child.memory_info()
                total_bytes += memory.rss - getattr(memory, "shared", 0)
    return total_bytes


def _measure_disk(folder: Path) -> int:
    total_bytes = 0
    for path, _subfolders, file_names in os.walk(folder):
        for name in file_names:
            with suppress(OSError):
                total_bytes += (Path(path) / name).lstat().st_size
    return total_bytes


def _remove_abandoned_profiles() -> None:
    """Remove profile folders left behind by killed workers."""
    oldest_kept = time.time() - ABANDONED_SECONDS
    for folder in Path(tempfile.gettempdir()).glob(f"{PROFILE_PREFIX}*"):
        with suppress(OSError):
            if folder.stat().st_mtime < oldest_kept:
                shutil.rmtree(folder, ignore_errors=True)
