"""The four roles of a newsroom as Django groups, and checks of a person's role."""

from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_stubs_ext import StrOrPromise

from claims.models import OfferedPermission
from claims.newsroom.refusals import NotInRole
from factcheck import features

_EDIT_VERBS = ("view", "add", "change")

#: Role → permissions, as `app.codename`. Each role includes the permissions of the previous one.
CONTRIBUTOR = [
    *(
        f"claims.{verb}_{model}"
        for verb in _EDIT_VERBS
        for model in ("claim", "appearance", "claimmedia", "claimant")
    ),
    *(f"sources.{verb}_{model}" for verb in _EDIT_VERBS for model in ("source", "publisher", "mediaobject")),
    *(
        f"claims.view_{model}"
        for model in ("topic", "rating", "ratingscale", "verdict", "evidence", "signoff")
    ),
    *(f"claims.view_{model}" for model in ("transition", "publication")),
    "claims.view_savedview",
    *(f"claims.{verb}_translation" for verb in (*_EDIT_VERBS, "delete", "submit")),
    "claims.delete_appearance",
    "claims.delete_claimmedia",
    "sources.view_snapshot",
    "sources.add_snapshot",
]
FACT_CHECKER = [
    *CONTRIBUTOR,
    *(f"claims.{verb}_{model}" for verb in ("add", "change", "delete") for model in ("verdict", "evidence")),
    "claims.read_drafts",
    "claims.triage_claim",
    *(f"claims.view_{model}" for model in ("cluster", "repeat")),
    "claims.submit_verdict",
    "claims.sign_off_verdict",
    "claims.sign_off_translation",
]
EDITOR = [
    *FACT_CHECKER,
    *(f"claims.{verb}_topic" for verb in ("add", "change")),
    *(f"claims.{verb}_{model}" for verb in ("add", "change") for model in ("rating", "ratingscale")),
    *(f"claims.{verb}_cluster" for verb in ("add", "change", "publish")),
    "claims.change_repeat",
    "claims.delete_claim",
    "claims.merge_claim",
    "claims.republish_claim",
    "claims.publish_verdict",
    "claims.retract_verdict",
    "claims.publish_translation",
    "claims.retract_translation",
    *(f"claims.view_{model}" for model in ("importrun", "importproblem", "possibleduplicate")),
    "claims.run_import",
    "claims.undo_import",
    "claims.share_savedview",
    "claims.view_newsroompage",
    "claims.add_newsroompage",
]
ADMINISTRATOR = [
    *EDITOR,
    # Two administrators are needed to publish the newsroom's own archive.
    "claims.import_house_archive",
    *(f"claims.delete_{model}" for model in ("claimant", "topic", "rating", "ratingscale", "savedview")),
    *(f"sources.delete_{model}" for model in ("source", "publisher", "mediaobject")),
    *(f"auth.{verb}_user" for verb in _EDIT_VERBS),
    "auth.view_group",
    "auth.change_group",
    "claims.view_embeddingmodel",
    # Reset lost second factors, and set who needs one.
    "mfa.view_authenticator",
    "mfa.delete_authenticator",
    "claims.view_secondfactorrule",
    "claims.change_secondfactorrule",
    "claims.view_desksession",
    "claims.end_desksession",
    "claims.view_auditrecord",
    # Two administrators are needed.
    *(f"claims.{verb}_removal" for verb in ("view", "add", "delete")),
    *(f"claims.{verb}_apitoken" for verb in ("view", "change")),
]
ROLES = {
    "Contributor": CONTRIBUTOR,
    "Fact-checker": FACT_CHECKER,
    "Editor": EDITOR,
    "Administrator": ADMINISTRATOR,
}
_DISPLAY_NAMES: dict[str, StrOrPromise] = {
    "Contributor": pgettext_lazy("role", "Contributor"),
    "Fact-checker": pgettext_lazy("role", "Fact-checker"),
    "Editor": pgettext_lazy("role", "Editor"),
    "Administrator": pgettext_lazy("role", "Administrator"),
}


_SENTENCES: dict[str, StrOrPromise] = {
    "Contributor": gettext_lazy("writes down claims and sources, and translates."),
    "Fact-checker": gettext_lazy(
        "also decides what is checked, writes verdicts and signs off those of others."
    ),
    "Editor": gettext_lazy("also publishes, corrects and retracts, merges claims and imports files."),
    "Administrator": gettext_lazy("also invites people, assigns roles and connects other systems."),
}


def describe_role(role: Group) -> str:
    """Return what a role may do; "" for custom roles."""
    return str(_SENTENCES.get(role.name, ""))


def get_role_name(role: Group) -> str:
    """Return the display name of a role; custom roles keep their own names."""
    return str(_DISPLAY_NAMES.get(role.name, role.name))


def require_permission(by: User, permission: str, action_name: str) -> None:
    """Raise NotInRole unless the person's role has the permission. `action_name` describes the action in words."""
    if not by.has_perm(permission):
        raise NotInRole(_("Your role does not include this: %(what)s.") % {"what": action_name})


def ensure_roles(**signal: Any) -> None:
    """Create missing groups, and add permissions that a newer version gives to a role.

    A permission that an administrator removed is not added again: each permission is given to a role once.
    """
    for role, names in _build_roles().items():
        group, created = Group.objects.get_or_create(name=role)
        offered_permissions = set(
            OfferedPermission.objects.filter(role=group).values_list("permission", flat=True)
        )
        new_permissions = [
            permission for permission in _find_permissions(names) if permission.pk not in offered_permissions
        ]
        # A group of this name that was never offered permissions is an administrator's own.
        if created or offered_permissions:
            group.permissions.add(*new_permissions)
        OfferedPermission.objects.bulk_create(
            [OfferedPermission(role=group, permission=permission) for permission in new_permissions],
            ignore_conflicts=True,
        )


def _build_roles() -> dict[str, list[str]]:
    """Return the permissions of each role, including those added by features."""
    roles, added_permissions = {}, []
    for role, names in ROLES.items():
        added_permissions += [
            name for feature in features.list_installed() for name in feature.roles.get(role, ())
        ]
        roles[role] = [*names, *added_permissions]
    return roles


def _find_permissions(names: list[str]) -> list[Permission]:
    codenames = {name.partition(".")[2] for name in names}
    rows = Permission.objects.filter(codename__in=codenames).select_related("content_type")
    return [row for row in rows if f"{row.content_type.app_label}.{row.codename}" in names]
