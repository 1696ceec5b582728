"""The file store: a local folder, or a bucket of an S3-compatible service."""

import re
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

from django.core.exceptions import ImproperlyConfigured

from factcheck.installation.environment import read_text
from factcheck.installation.private_files import FILE_MODE, FOLDER_MODE

EXAMPLE_URL = "s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-central-1"
#: Where URLs name the bucket: in the path, in the host name, or as the client does by default.
_ADDRESSING_STYLES = {"path", "virtual", "auto"}
_BUCKET_PATTERN = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")


class FileStoreUnavailable(Exception):
    """The file store is not working at present; `str()` is a sentence for an operator."""


def build_disk_store() -> dict[str, Any]:
    """Return the storage of files in MEDIA_ROOT, private on this machine."""
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": FILE_MODE, "directory_permissions_mode": FOLDER_MODE},
    }


def build_store() -> dict[str, Any]:
    """Return the store named by FILES_URL."""
    address, given_options = (
        read_text("FILES_URL", kind="address", shown_default="the folder files in DATA_DIR"),
        read_keys(),
    )
    return build_bucket_store(address, given_options, name="FILES_URL") if address else build_disk_store()


def read_keys() -> dict[str, str]:
    """Read the access keys to buckets from AWS's usual variables. Without keys, boto3 uses the machine's role."""
    keys = {
        "access_key": read_text("AWS_ACCESS_KEY_ID"),
        "secret_key": read_text("AWS_SECRET_ACCESS_KEY", kind="secret"),
        "security_token": read_text("AWS_SESSION_TOKEN", kind="secret"),
    }
    if bool(keys["access_key"]) != bool(keys["secret_key"]):
        raise ImproperlyConfigured("Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY both, or neither.")
    return keys


def build_bucket_store(address: str, key: Mapping[str, str], *, name: str) -> dict[str, Any]:
    """Return the entry of Django's STORAGES for a bucket with a URL like EXAMPLE_URL.

    Raises:
        ImproperlyConfigured: the URL does not have this form; the message begins with `name`.
    """
    try:
        parts = urlsplit(address)
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        endpoint = _check_endpoint(options.pop("endpoint", ""))
    except ValueError:
        raise ImproperlyConfigured(f"{name} cannot be read; write it as {EXAMPLE_URL}.") from None
    region, addressing = options.pop("region", ""), options.pop("addressing", "auto")
    if "@" in parts.netloc:
        raise ImproperlyConfigured(
            f"{name} contains keys; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead."
        )
    if options:
        raise ImproperlyConfigured(
            f"{name} has the options {', '.join(sorted(options))}; only endpoint, region and addressing exist."
        )
    if not _has_bucket_name(parts) or addressing not in _ADDRESSING_STYLES:
        raise ImproperlyConfigured(f"{name} cannot be read; write it as {EXAMPLE_URL}.")
    if find_spec("boto3") is None or find_spec("storages") is None:
        raise ImproperlyConfigured(
            f"{name} needs the packages of requirements/scale.txt (of the wheel: factcheck[scale])."
        )
    return {
        "BACKEND": "factcheck.installation.object_store.ObjectStore",
        "OPTIONS": {
            "bucket_name": parts.netloc,
            "location": parts.path.strip("/"),
            "endpoint_url": endpoint or None,
            "region_name": region or None,
            "addressing_style": addressing,
            **{option: value or None for option, value in key.items()},
        },
    }


def _check_endpoint(address: str) -> str:
    parts = urlsplit(address)
    if address and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0):
        raise ValueError(address)
    return address


def _has_bucket_name(parts: SplitResult) -> bool:
    prefix = parts.path.strip("/")
    has_bucket = parts.scheme == "s3" and not parts.fragment and _BUCKET_PATTERN.fullmatch(parts.netloc)
    return bool(has_bucket) and (
        not prefix or (bool(_PREFIX_PATTERN.fullmatch(prefix)) and ".." not in prefix.split("/"))
    )
