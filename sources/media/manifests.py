"""Content Credentials (C2PA): the manifest of a file, its signer, and its validity.

A valid signature shows who vouches for the statements, and that the file is unchanged. It does not show that the scene
is real or that the statements are true, and most files have no manifest. So nothing here is called "authentic".
"""

from functools import cache
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings

from factcheck.confinement.confined import ConfinedModule, LimitExceeded
from factcheck.confinement.limits import Allowance
from sources.media.signatures import MediaFormat

MANIFEST_LIMITS = Allowance(memory=768 * 2**20, seconds=30.0, output=16 * 2**20)
#: The maximum number of entries in a list, of characters in a value, and of bytes in a stored manifest.
_MAX_ENTRIES, _MAX_TEXT_LENGTH, _MAX_MANIFEST_LENGTH = 50, 500, 200_000
_READABLE_TYPES = {
    *("image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/avif", "image/heic"),
    *(
        "image/heif",
        "video/mp4",
        "video/quicktime",
        "video/x-msvideo",
        "audio/mp4",
        "audio/mpeg",
        "audio/wav",
    ),
    "audio/flac",
}


def read_manifest(path: Path, kind: MediaFormat) -> dict[str, Any]:
    """Return the file's manifest for editors, or {}.

    `state` is `read`, `unreadable` (the manifest is damaged, or reading it exceeded a limit) or `not_read_here`. A
    manifest that was read has `validation` (`valid`: the signature is correct; `trusted`: the signer is also on this
    installation's list; `invalid`), `problems` (codes of C2PA), `signed_by`, `signed_at`, `claim_generator`, `title`,
    `actions` and `ingredients`.
    """
    if kind.media_type not in _READABLE_TYPES:
        return {}
    anchors = settings.C2PA_TRUST_ANCHORS
    request = {
        "path": str(path),
        "media_type": kind.media_type,
        "anchors": anchors.read_text() if anchors else "",
    }
    try:
        result = orjson.loads(_get_reader().send_request(orjson.dumps(request)))
    except LimitExceeded:
        return {"state": "unreadable", "problems": ["out_of_bounds"]}
    if result["state"] == "none":
        return {}
    if result["state"] != "read":
        return {
            "state": result["state"],
            **({"problems": [_clean_text(result["reason"])]} if "reason" in result else {}),
        }
    return _summarise(result)


def _summarise(result: dict[str, Any]) -> dict[str, Any]:
    store = result["store"] if isinstance(result["store"], dict) else {}
    manifests = store.get("manifests") or {}
    active = manifests.get(store.get("active_manifest")) or {}
    signature = active.get("signature_info") or {}
    generators = active.get("claim_generator_info") or []
    summary = {
        "state": "read",
        "validation": result["validation_state"].lower(),
        "problems": _list_problems(store),
        "signed_by": _clean_text(signature.get("issuer") or signature.get("common_name") or ""),
        "certificate_of": _clean_text(signature.get("common_name") or ""),
        "signed_at": _clean_text(signature.get("time") or ""),
        "claim_generator": _describe_generator(active.get("claim_generator"), generators),
        "title": _clean_text(active.get("title") or ""),
        "actions": _list_actions(active),
        "ingredients": [
            {
                "title": _clean_text(ingredient.get("title") or ""),
                "relationship": _clean_text(ingredient.get("relationship") or ""),
            }
            for ingredient in _keep_dicts(active.get("ingredients"))
        ],
        "manifests": len(manifests),
        "is_embedded": result["is_embedded"],
    }
    known_values = {name: value for name, value in summary.items() if value not in ("", [], {})}
    # The whole manifest, for experts, unless it is too large.
    serialised = orjson.dumps(store)
    if len(serialised) <= _MAX_MANIFEST_LENGTH and b"\\u0000" not in serialised:
        known_values["store"] = store
    return known_values


def _list_problems(store: dict[str, Any]) -> list[str]:
    results = (store.get("validation_results") or {}).get("activeManifest") or {}
    statuses = [*_keep_dicts(store.get("validation_status")), *_keep_dicts(results.get("failure"))]
    return list(dict.fromkeys(_clean_text(status.get("code") or "") for status in statuses))[:_MAX_ENTRIES]


def _describe_generator(name: object, generators: object) -> str:
    names = [
        " ".join(filter(None, [_clean_text(generator.get("name")), _clean_text(generator.get("version"))]))
        for generator in _keep_dicts(generators)
    ]
    return ", ".join(filter(None, names)) or _clean_text(name)


def _list_actions(manifest: dict[str, Any]) -> list[dict[str, str]]:
    """Return the recorded actions in order (created, edited and so on), with their tools."""
    actions = []
    for assertion in _keep_dicts(manifest.get("assertions")):
        if str(assertion.get("label", "")).startswith("c2pa.actions"):
            for action in _keep_dicts((assertion.get("data") or {}).get("actions")):
                agent = action.get("softwareAgent")
                descriptions = {
                    "action": _clean_text(action.get("action")),
                    "when": _clean_text(action.get("when")),
                    "software": _clean_text(agent.get("name") if isinstance(agent, dict) else agent),
                    "digital_source_type": _clean_text(action.get("digitalSourceType")),
                }
                actions.append({name: value for name, value in descriptions.items() if value})
    return actions[:_MAX_ENTRIES]


def _keep_dicts(values: object) -> list[dict[str, Any]]:
    return (
        [value for value in values if isinstance(value, dict)][:_MAX_ENTRIES]
        if isinstance(values, list)
        else []
    )


def _clean_text(value: object) -> str:
    return "".join(filter(str.isprintable, str(value)))[:_MAX_TEXT_LENGTH] if value else ""


@cache
def _get_reader() -> ConfinedModule:
    return ConfinedModule("sources.media.manifest_process", MANIFEST_LIMITS)
