"""The function that reads C2PA manifests in the confined process (`factcheck.confinement.zygote`).

A manifest may name the URL where it is stored, and a certificate the URL for checking it. No URL is requested.
"""

from pathlib import Path
from typing import Any

import orjson

from factcheck.confinement.limits import forbid_opening_files

try:
    from c2pa import C2paError, Context, Reader, Settings
except (ImportError, OSError, RuntimeError):  # the library does not exist for this machine
    Reader = None

_OFFLINE_SETTINGS = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True}}


def prepare() -> None:
    """Do nothing, because the library is already loaded."""


def handle_request(message: bytes) -> bytes:
    request = orjson.loads(message)
    if Reader is None:
        return orjson.dumps({"state": "not_read_here"})
    with Path(request["path"]).open("rb") as file:
        # Even if an attacker takes over this process through a decoder, it has neither files nor connections.
        forbid_opening_files()
        return orjson.dumps(_read(file, request["media_type"], request["anchors"]))


def _read(file: Any, media_type: str, anchors: str) -> dict[str, Any]:
    reader_settings: dict[str, Any] = dict(_OFFLINE_SETTINGS)
    if anchors:
        reader_settings["trust"] = {"trust_anchors": anchors}
    try:
        reader = Reader.try_create(media_type, file, context=Context(Settings.from_dict(reader_settings)))
        if reader is None:
            return {"state": "none"}
        with reader:
            return {
                "state": "read",
                "store": orjson.loads(reader.json()),
                "validation_state": str(reader.get_validation_state()),
                "is_embedded": bool(reader.is_embedded()),
            }
    except C2paError as error:
        return {"state": "unreadable", "reason": str(error)[:500]}
