"""The appearance and sidebar of the desk (django-unfold's settings)."""

from collections.abc import Callable
from functools import cache
from typing import Any, Literal

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from factcheck import features

#: Pages below a model's list that the menu leads to directly.
_PAGES_BELOW = (
    "admin:sources_mediaobject_check",
    *("admin:claims_claim_add", "admin:claims_claim_import", "admin:claims_importrun_add"),
)


def build_menu_entry(
    title: StrOrPromise,
    icon: str,
    model: str,
    *,
    queue: str = "",
    permission: str = "",
    pages_below: tuple[str, ...] = _PAGES_BELOW,
) -> dict[str, Any]:
    """Return a menu entry for a model's list, or for one queue of it.

    Args:
        pages_below: pages below the list that have their own entries.
    """
    return {
        "title": title,
        "icon": icon,
        "route": f"admin:{model}_changelist",
        "queue": queue,
        "pages_below": pages_below,
        "permissions": (permission or model.replace("_", ".view_", 1),),
    }


def build_page_entry(title: StrOrPromise, icon: str, name: str, *permissions: str) -> dict[str, Any]:
    """Return a menu entry for a page other than a list, for people with these permissions."""
    return {"title": title, "icon": icon, "route": name, "permissions": permissions}


def _get_style(name: str) -> Callable[[HttpRequest], str]:
    return lambda request: static(f"desk/{name}.css")


def _get_script(name: str) -> Callable[[HttpRequest], str]:
    return lambda request: static(f"desk/{name}.js")


def build_desk_settings(newsroom: str) -> dict[str, Any]:
    """Return the setting UNFOLD for a newsroom of this name."""
    return {
        "SITE_TITLE": _("Editors’ desk"),
        "SITE_HEADER": newsroom,
        "SITE_SUBHEADER": _("Editors’ desk"),
        "SITE_URL": "/",
        "SITE_SYMBOL": "fact_check",
        "SITE_FAVICONS": [
            {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("desk/icon.svg")}
        ],
        "SHOW_HISTORY": True,
        "SHOW_VIEW_ON_SITE": False,  # only published claims have a public page; the claim's page links to it
        "BORDER_RADIUS": "6px",
        "STYLES": [_get_style("desk"), _get_style("compact")],
        "SCRIPTS": [
            _get_script(name)
            for name in ("form_values", "connection", "autosave_store", "autosave", "desk", "openers")
        ],
        "DASHBOARD_CALLBACK": "claims.admin.dashboard.build_dashboard",
        "ACCOUNT": {
            "navigation": lambda request: [
                {"title": _("Change password"), "link": reverse_lazy("account_change_password")},
                {"title": _("Second factor"), "link": reverse_lazy("mfa_index")},
                {"title": _("Sessions"), "link": reverse_lazy("desk-sessions")},
                {"title": _("API tokens"), "link": reverse_lazy("admin:claims_apitoken_changelist")},
                *(
                    {"title": entry["title"], "link": reverse_lazy(entry["route"])}
                    for entry in features.list_menu_entries("account")
                ),
            ]
        },
        "COLORS": {"primary": _INK_COLOURS, "font": _FONT_COLOURS},
        "COMMAND": {"search_callback": "claims.admin.quick_search.search_desk"},
        "SIDEBAR": {"show_search": True, "command_search": True, "navigation": _build_navigation},
    }


def _build_navigation(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        section | {"items": [*section["items"], *features.list_menu_entries(section["name"])]}
        for section in _build_sections()
    ]


def _build_section(
    name: str, title: StrOrPromise, appearance: Literal["separator", "more"], *items: dict[str, Any]
) -> dict[str, Any]:
    return {"name": name, "title": title, appearance: True, "items": list(items)}


@cache
def _build_sections() -> list[dict[str, Any]]:
    """Return the menu without entries of features. Sections marked `more` are collapsed."""
    return [
        {
            "name": "desk",
            "items": [
                build_page_entry(_("Desk"), "desk", "admin:index"),
                build_page_entry(_("New claim"), "add_circle", "admin:claims_claim_add", "claims.add_claim"),
                build_page_entry(
                    _("Import an article"),
                    "article_shortcut",
                    "admin:claims_claim_import",
                    *("claims.add_claim", "sources.add_snapshot"),
                ),
                build_page_entry(
                    _("Import a file"), "upload_file", "admin:claims_importrun_add", "claims.run_import"
                ),
            ],
        },
        _build_section(
            "checking",
            _("Checking"),
            "separator",
            build_menu_entry(
                *(_("Triage"), "inbox", "claims_claim"),
                queue="triage",
                permission="claims.triage_claim",
            ),
            build_menu_entry(_("Claims"), "format_quote", "claims_claim"),
            build_menu_entry(_("Verdicts"), "gavel", "claims_verdict"),
            build_menu_entry(
                *(_("Sign-off"), "approval", "claims_verdict"),
                queue="review",
                permission="claims.sign_off_verdict",
            ),
            build_menu_entry(_("Sources"), "article", "sources_source"),
        ),
        _build_section(
            "people",
            _("Newsroom"),
            "separator",
            build_menu_entry(_("People"), "group", "auth_user"),
            build_menu_entry(_("Roles"), "badge", "auth_group"),
            build_menu_entry(_("Audit log"), "policy", "claims_auditrecord"),
            build_menu_entry(_("Background jobs"), "manufacturing", "procrastinate_procrastinatejob"),
        ),
        _build_section(
            "work",
            _("Work"),
            "more",
            build_page_entry(_("Not saved yet"), "edit_note", "desk-unsaved"),
            build_page_entry(
                _("Has this picture been checked?"),
                "image_search",
                "admin:sources_mediaobject_check",
                "sources.view_mediaobject",
            ),
            build_page_entry(_("Check a text"), "fact_check", "check", "claims.view_claim"),
            build_menu_entry(_("Clusters"), "hub", "claims_cluster"),
            build_menu_entry(_("Repeats"), "replay", "claims_repeat", queue="repeats"),
            build_menu_entry(_("Translations"), "translate", "claims_translation"),
            build_menu_entry(_("Saved views"), "bookmarks", "claims_savedview"),
        ),
        _build_section(
            "imports",
            _("Imports"),
            "more",
            build_menu_entry(_("Imports"), "archive", "claims_importrun"),
            build_menu_entry(
                *(_("Labels to map"), "label", "claims_rating"),
                queue="unmapped",
                permission="claims.change_rating",
            ),
            build_menu_entry(
                _("Possible duplicates"), "content_copy", "claims_possibleduplicate", queue="duplicates"
            ),
            build_menu_entry(_("Import problems"), "report", "claims_importproblem"),
        ),
        _build_section(
            "sources",
            _("Sources"),
            "more",
            build_menu_entry(_("Pictures, audio and video"), "perm_media", "sources_mediaobject"),
            build_menu_entry(_("Snapshots"), "photo_camera", "sources_snapshot"),
            build_menu_entry(_("Publishers"), "newspaper", "sources_publisher"),
        ),
        _build_section(
            "reference",
            _("Reference"),
            "more",
            build_menu_entry(_("Claimants"), "record_voice_over", "claims_claimant"),
            build_menu_entry(_("Topics"), "sell", "claims_topic"),
            build_menu_entry(_("Rating scales"), "scale", "claims_ratingscale"),
            build_menu_entry(_("Ratings"), "palette", "claims_rating"),
            build_menu_entry(_("Newsroom pages"), "newsmode", "claims_newsroompage"),
        ),
        _build_section(
            "records",
            _("Records"),
            "more",
            build_menu_entry(_("Publications"), "campaign", "claims_publication"),
            build_menu_entry(_("Transitions"), "history", "claims_transition"),
            build_menu_entry(_("Sign-offs"), "verified", "claims_signoff"),
            build_menu_entry(_("Removals by law"), "visibility_off", "claims_removal"),
        ),
        _build_section(
            "administration",
            _("Administration"),
            "more",
            build_menu_entry(_("Second factors"), "key", "mfa_authenticator"),
            build_menu_entry(_("Second-factor rules"), "lock_person", "claims_secondfactorrule"),
            build_menu_entry(_("Sessions"), "devices", "claims_desksession"),
            build_menu_entry(_("Single sign-on"), "login", "socialaccount_socialaccount"),
            build_menu_entry(_("API tokens"), "vpn_key", "claims_apitoken"),
            build_page_entry(
                _("Languages and features"), "toggle_on", "desk-installation", "auth.change_group"
            ),
            build_menu_entry(_("Matching vectors"), "scatter_plot", "claims_embeddingmodel"),
        ),
    ]


#: Ink blue: far from every colour of the newsroom's scale, so that no button is mistaken for a rating.
_INK_COLOURS = {
    "50": "oklch(96.2% .018 272.3)",
    "100": "oklch(93% .034 272.8)",
    "200": "oklch(87% .065 274)",
    "300": "oklch(78.5% .115 274.7)",
    "400": "oklch(67.3% .182 276.9)",
    "500": "oklch(64% .19 276.9)",
    "600": "oklch(48% .22 276.9)",
    "700": "oklch(42% .2 277)",
    "800": "oklch(37% .17 277.4)",
    "900": "oklch(33% .13 278.7)",
    "950": "oklch(25.7% .09 281.3)",
}

#: One step darker (on dark pages: lighter) than unfold's own, so that small text keeps a contrast of 4.5 to 1.
_FONT_COLOURS = {
    "subtle-light": "var(--color-base-600)",
    "subtle-dark": "var(--color-base-300)",
    "default-light": "var(--color-base-700)",
    "default-dark": "var(--color-base-200)",
    "important-light": "var(--color-base-900)",
    "important-dark": "var(--color-base-100)",
}
