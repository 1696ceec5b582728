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
#: The prefix of a browser's folder. Folders older than this are abandoned.
PROFILE, ABANDONED = "factcheck-browser-", 3600.0
_LAUNCH_SCRIPT = str(Path(__file__).with_name("launch.py"))
#: The browser's environment: no secrets, no database.
_INHERITED_VARIABLES = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "FONTCONFIG_PATH")

_ARGUMENTS = (
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
    # Only through the proxy: no UDP, no local name resolution, and no exception for this machine.
    "--disable-quic",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-features=DialMediaRouteProvider,DnsOverHttps,MediaRouter,OptimizationHints,Translate",
)


@dataclass(frozen=True, slots=True)
class BrowserLimits:
    """The limits for one page."""

    seconds: float = 30.0
    memory: int = 1_500_000_000
    """Bytes used by all its processes together; shared memory counts once."""
    disk: int = 200_000_000
    """Bytes in its folder."""
    output: int = 40_000_000
    """Bytes of one picture or PDF."""
    network: int = 150_000_000
    """Bytes received."""


class BrowserLimitExceeded(Exception):
    """The browser was stopped because it exceeded a limit; `str()` describes which."""


class Chromium:
    """A running browser."""

    def __init__(self, process: subprocess.Popen[bytes], devtools: Devtools, profile: Path) -> None:
        self.process = process
        self.devtools = devtools
        self.profile = profile
        self.excess = ""

    def watch(self, limits: BrowserLimits, has_ended: threading.Event) -> None:
        """Stop the browser as soon as it exceeds a limit."""
        ends_at = time.monotonic() + limits.seconds
        while not has_ended.wait(POLL_SECONDS):
            if time.monotonic() > ends_at:
                self.excess = "time"
            elif _measure_memory(self.process.pid) > limits.memory:
                self.excess = "memory"
            elif _measure_disk(self.profile) > limits.disk:
                self.excess = "disk"
            if self.excess:
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
    program: str, proxy: str, limits: BrowserLimits, *, sandbox: bool = True
) -> Iterator[Chromium]:
    """Start a browser that uses the proxy, and remove its files afterwards.

    Raises:
        BrowserLimitExceeded: it used too much, even if another error followed from that.
    """
    _forget_abandoned()
    profile = Path(tempfile.mkdtemp(prefix=PROFILE))
    its_reads, our_writes = os.pipe()
    our_reads, its_writes = os.pipe()
    try:
        process = _start_process(program, proxy, limits, profile, its_reads, its_writes, sandbox=sandbox)
    except OSError:
        os.close(our_reads)
        os.close(our_writes)
        shutil.rmtree(profile, ignore_errors=True)
        raise
    finally:
        os.close(its_reads)
        os.close(its_writes)
    ends_at = time.monotonic() + limits.seconds
    # Base64 makes the output a third longer.
    devtools = Devtools(our_reads, our_writes, ends_at=ends_at, longest=limits.output * 4 // 3 + 100_000)
    browser, has_ended = Chromium(process, devtools, profile), threading.Event()
    watcher = threading.Thread(target=browser.watch, args=(limits, has_ended), daemon=True)
    watcher.start()
    try:
        yield browser
    except Exception as error:
        # Set by whichever side notices the timeout first.
        if excess := browser.excess or ("time" if time.monotonic() >= ends_at else ""):
            raise BrowserLimitExceeded(excess) from error
        raise
    finally:
        has_ended.set()
        watcher.join()
        browser.kill()
        process.wait()
        os.close(our_reads)
        os.close(our_writes)
        shutil.rmtree(profile, ignore_errors=True)


def _start_process(
    program: str,
    proxy: str,
    limits: BrowserLimits,
    profile: Path,
    reads: int,
    writes: int,
    *,
    sandbox: bool,
) -> "subprocess.Popen[bytes]":
    arguments = [*_ARGUMENTS, f"--proxy-server={proxy}", f"--user-data-dir={profile}"]
    if not sandbox:
        arguments.append("--no-sandbox")
    launch_arguments = [str(reads), str(writes), str(limits.disk), str(round(limits.seconds) + 10)]
    return subprocess.Popen(
        [sys.executable, "-I", "-S", _LAUNCH_SCRIPT, *launch_arguments, program, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[reads, writes],
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
    """Return the private memory of a process and its children; shared memory counts once."""
    total = 0
    with suppress(psutil.Error):
        first = psutil.Process(process)
        total = first.memory_info().rss
        for child in first.children(recursive=True):
            with suppress(psutil.Error):
                memory = child.memory_info()
                total += memory.rss - getattr(memory, "shared", 0)
    return total


def _measure_disk(folder: Path) -> int:
    size = 0
    for place, _folders, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                size += (Path(place) / name).lstat().st_size
    return size


def _forget_abandoned() -> None:
    """Remove profile folders left behind by killed workers."""
    oldest = time.time() - ABANDONED
    for folder in Path(tempfile.gettempdir()).glob(f"{PROFILE}*"):
        with suppress(OSError):
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)
