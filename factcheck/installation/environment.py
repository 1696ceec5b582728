"""Typed environment variables with clear errors, read by settings.py.

An invalid value raises `ImproperlyConfigured` with a sentence that names the variable. Instead of any variable NAME,
NAME_FILE may name a file that contains the value. `ENVIRONMENT` lists every variable that was read.
docs/environment-variables.md documents exactly these variables, and a test compares the two lists.
"""

import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict


@dataclass(frozen=True)
class Variable:
    """An environment variable: its kind and its default."""

    kind: str
    default: str


ENVIRONMENT: dict[str, Variable] = {}

#: The maximum size of a value in bytes. Reading stops there, because the file may be an endless pipe or device.
MAX_FILE_BYTES = 64_000


def read_text(name: str, default: str = "", *, kind: str = "text", shown_default: str | None = None) -> str:
    """Read a text. An empty value counts as unset, as in `NAME= make demo` and Compose files."""
    ENVIRONMENT[name] = Variable(kind, default if shown_default is None else shown_default)
    return (_read_file(name) or os.environ.get(name, "")).strip() or default


def _read_file(name: str) -> str:
    """Return the content of the file in NAME_FILE, which Docker, Kubernetes and systemd use for secrets."""
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return ""
    if os.environ.get(name, "").strip():
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set; leave one of them out.")
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise ImproperlyConfigured(f"{name}_FILE names {path}, which is too long for a value.")
        value = content.decode().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}_FILE names {path}, which cannot be read: {error.strerror}."
        ) from None
    except UnicodeDecodeError:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which is not UTF-8 text.") from None
    if not value or not value.isprintable():
        raise ImproperlyConfigured(f"{name}_FILE names {path}; it must contain the value, in one line.")
    return value


def read_flag(name: str, *, default: bool = False) -> bool:
    """Read a switch: 1, true, yes, on or 0, false, no, off."""
    value = read_text(name, "1" if default else "0", kind="switch").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; it is a switch, so write 1 or 0.")


def read_number(
    name: str, default: int, *, minimum: int, maximum: int, shown_default: str | None = None
) -> int:
    """Read a whole number between `minimum` and `maximum`, inclusive."""
    value = read_text(name, str(default), kind="number", shown_default=shown_default)
    if not value.isascii() or not value.isdigit() or not minimum <= int(value) <= maximum:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; it must be a whole number from {minimum} to {maximum}."
        )
    return int(value)


class Rate(NamedTuple):
    """A number of requests in a period."""

    limit: int
    seconds: int


_PERIOD_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


def read_rate(name: str, default: str, *, shown_default: str | None = None) -> Rate | None:
    """Read a limit such as 600/minute; None if it is `0` or `off`."""
    value = read_text(name, default, kind="rate", shown_default=shown_default)
    if value.lower() in {"0", "off"}:
        return None
    count, _, period = value.partition("/")
    if not re.fullmatch(r"[1-9][0-9]{0,8}", count, re.ASCII) or period not in _PERIOD_SECONDS:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; write a number of requests and a period, such as 600/minute "
            f"({', '.join(_PERIOD_SECONDS)}), or off."
        )
    return Rate(int(count), _PERIOD_SECONDS[period])


def read_words(name: str, default: str = "", *, shown_default: str | None = None) -> list[str]:
    """Read a list separated by commas."""
    return [
        word.strip()
        for word in read_text(name, default, kind="list", shown_default=shown_default).split(",")
        if word.strip()
    ]


def read_choice(
    name: str, default: str, choices: Callable[[], set[str]], *, shown_default: str | None = None
) -> str:
    """Read a word that must be in the set that `choices` returns; `choices` is only called if the variable is set."""
    value = read_text(name, default, kind="word", shown_default=shown_default)
    if value != default and value not in choices():
        raise ImproperlyConfigured(f"{name} is {value!r}, which is not one of its values.")
    return value


def is_schedule(value: str) -> bool:
    """Return whether the value is a crontab schedule of five fields."""
    from croniter import croniter  # noqa: PLC0415  slow to load, and most installations keep the default

    return croniter.is_valid(value) and len(value.split()) == 5


def read_url(name: str, default: str = "", *, shown_default: str | None = None) -> str:
    """Read an absolute http(s) URL without a final slash."""
    value = read_text(name, default, kind="address", shown_default=shown_default)
    if not value:
        return value
    try:
        parts = urlsplit(value)
        is_usable = parts.scheme in {"http", "https"} and parts.hostname and (parts.port or True)
        is_usable = is_usable and not (parts.query or parts.fragment)
    except ValueError:
        is_usable = False
    if not is_usable:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; write a complete address such as https://facts.example.org."
        )
    return value.rstrip("/")


def read_folder_path(name: str, default: Path, *, shown_default: str) -> Path:
    """Read a folder; `~` is the home folder, and relative paths start at the working directory."""
    try:
        return (
            Path(read_text(name, str(default), kind="folder", shown_default=shown_default))
            .expanduser()
            .absolute()
        )
    except RuntimeError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from None


def read_postgresql(name: str, *, shown_default: str = "the embedded server") -> dict[str, Any] | None:
    """Read a postgresql:// URL as connection settings; None if the variable is not set.

    libpq's own parser, which knows every form of such a URL (sockets, sslmode, …), reads it.
    """
    value = read_text(name, kind="address", shown_default=shown_default)
    return _parse_postgresql(name, value) if value else None


def read_several_postgresql(name: str) -> list[dict[str, Any]]:
    """Read several PostgreSQL URLs, separated by white space because a URL may contain commas."""
    return [_parse_postgresql(name, value) for value in read_text(name, kind="addresses").split()]


def _parse_postgresql(name: str, value: str) -> dict[str, Any]:
    example = "postgresql://user:password@host:5432/factcheck"
    if not value.startswith(("postgresql://", "postgres://")):
        raise ImproperlyConfigured(f"{name} must be the address of a PostgreSQL database, such as {example}.")
    try:
        parameters = cast(dict[str, Any], conninfo_to_dict(value))
    except ProgrammingError as error:
        # libpq's message may repeat the password; its first words state the fault.
        reason = str(error).split('"')[0].strip().rstrip(":")
        raise ImproperlyConfigured(f"{name} cannot be read ({reason}); write it as {example}.") from None
    if not all(port.isdigit() for port in parameters.get("port", "0").split(",")):
        raise ImproperlyConfigured(f"{name} has a port that is not a number; write it as {example}.")
    if not parameters.get("dbname"):
        raise ImproperlyConfigured(f"{name} names no database; write it as {example}.")
    return {
        "NAME": parameters.pop("dbname"),
        "USER": parameters.pop("user", ""),
        "PASSWORD": parameters.pop("password", ""),
        "HOST": parameters.pop("host", ""),
        "PORT": parameters.pop("port", ""),
        "OPTIONS": parameters,
    }


def read_mail_settings(name: str, *, mail_folder: Path | None = None) -> dict[str, Any]:
    """Return the mail settings: smtp://, smtp+tls:// (STARTTLS) or smtps://user:password@host:port.

    Args:
        mail_folder: the folder for emails if the variable is not set; None to print emails on the terminal.
    """
    value = read_text(
        name, kind="address", shown_default="printed on the terminal; a page of the desk in the demo"
    )
    if not value and mail_folder:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": mail_folder,
        }
    if not value:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    error = ImproperlyConfigured(f"{name} must look like smtp+tls://user:password@mail.example.org:587.")
    try:
        parts = urlsplit(value)
        port = parts.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[parts.scheme]
    except (KeyError, ValueError):
        raise error from None
    if not parts.hostname:
        raise error
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 20,
    }


def read_secret(name: str, secret_file: Path, *, may_create: bool) -> str:
    """Return the key that signs sessions. Only the demo creates its own key, once, in a private file."""
    value = read_text(name, kind="secret", shown_default="none; the demo makes its own")
    if value:
        return value
    try:
        if may_create and not secret_file.exists():
            _create_secret(secret_file)
        elif not secret_file.exists():
            raise ImproperlyConfigured(
                f"{name} is not set. Set it to a long random text, the same for every process and start; "
                "to try things out on this machine, run `make demo` or set FACTCHECK_DEMO=1."
            )
        return secret_file.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name} is not set, and its file {secret_file} cannot be used: {error.strerror}. "
            "Set DATA_DIR to a folder of your own."
        ) from None


def _create_secret(secret_file: Path) -> None:
    secret_file.parent.mkdir(parents=True, exist_ok=True)
    part_file = secret_file.with_name(f"{secret_file.name}.{os.getpid()}")
    part_file.touch(mode=0o600, exist_ok=False)
    part_file.write_text(secrets.token_urlsafe(50))
    try:
        os.link(
            part_file, secret_file
        )  # unlike a rename, this never replaces a key that another process has just made
    except FileExistsError:
        pass
    finally:
        part_file.unlink()
