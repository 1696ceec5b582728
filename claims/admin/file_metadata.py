"""The metadata and content credentials of a picture file, in words for editors.

Anybody can write anything into a file, and a signature says who signed, not what is so: nothing here reads as proof.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from factcheck.list_phrases import listed

#: What an editor looks for first, by its name in the metadata.
_LABELS: Mapping[str, StrOrPromise] = {
    "taken_at": gettext_lazy("Date taken"),
    "place": gettext_lazy("Place"),
    "camera": gettext_lazy("Camera"),
    "software": gettext_lazy("Program"),
    "creator": gettext_lazy("By"),
    "caption": gettext_lazy("Caption in the file"),
}
_STATES: Mapping[str, StrOrPromise] = {
    "unreadable": gettext_lazy("There are credentials, but they are damaged or too complex to read."),
    "not_read_here": gettext_lazy("There may be credentials; this installation does not read them."),
}
_VALIDATIONS: Mapping[str, StrOrPromise] = {
    "trusted": gettext_lazy("The signature is valid, and the signer is on this newsroom’s list."),
    "valid": gettext_lazy("The signature is valid; the signer is not on any list of this newsroom."),
    "invalid": gettext_lazy(
        "The signature is not valid: the file was changed after signing, or signed incorrectly."
    ),
}


def render_metadata(metadata: Mapping[str, Any]) -> SafeString:
    """Render the file's own record of when, where and with what it was made."""
    lines = [
        (str(label), _format_value(metadata[name])) for name, label in _LABELS.items() if metadata.get(name)
    ]
    return _render_lines(lines)


def render_credentials(provenance: Mapping[str, Any]) -> SafeString:
    """Return who signed the file's credentials, and whether they are valid."""
    if provenance.get("state") != "read":
        words = _STATES.get(str(provenance.get("state")), gettext_lazy("They could not be read."))
        return _render_lines([("", str(words))])
    signed = [str(provenance[name]) for name in ("signed_by", "signed_at") if provenance.get(name)]
    actions = [str(each.get("action", "")) for each in provenance.get("actions", [])]
    told = [
        ("", str(_VALIDATIONS.get(str(provenance.get("validation")), ""))),
        (_("Signed"), listed(signed)),
        (_("Made with"), str(provenance.get("claim_generator", ""))),
        (_("Actions"), listed(filter(None, actions))),
        ("", _("A signature shows who vouches for the file, not that the scene in it is real.")),
    ]
    return _render_lines([(label, words) for label, words in told if words])


def _format_value(value: Any) -> str:
    """Format a place by its degrees."""
    if isinstance(value, Mapping):
        degrees = [value[name] for name in ("latitude", "longitude") if name in value]
        return listed(f"{each:.5f}" if isinstance(each, float) else str(each) for each in degrees)
    return listed(value) if isinstance(value, list) else str(value)


def _render_lines(told: list[tuple[str, str]]) -> SafeString:
    return format_html_join(
        "",
        '<p class="desk-quiet">{}<span dir="auto">{}</span></p>',
        ((f"{label}: " if label else "", words) for label, words in told),
    )
