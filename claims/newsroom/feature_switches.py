"""The switches of features at the desk. `factcheck.features` reads them in every process."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import FeatureChoice
from claims.newsroom.refusals import NotPossible
from claims.newsroom.roles import require_permission
from factcheck import features
from factcheck.database import clock
from factcheck.list_phrases import join_words

#: The permission to switch features.
PERMISSION = "auth.change_group"


def read_choices() -> dict[str, bool]:
    """Return whether each switched feature is on, by label."""
    return dict(FeatureChoice.objects.values_list("feature", "is_on"))


def switch_feature(label: str, *, is_on: bool, by: User) -> None:
    """Switch a feature on or off, in all processes within seconds, and record the switch in the audit log.

    Raises:
        NotPossible: another active feature requires this one, or this one requires a feature that is off.
        NotAllowed: the person is not an administrator.
    """
    require_permission(by, PERMISSION, _("switch features"))
    if label not in {feature.label for feature in features.list_installed()}:
        raise NotPossible(_("This feature does not exist."))
    if features.is_off(label) is is_on and (obstacle := find_obstacle(label)):
        raise NotPossible(obstacle)
    with transaction.atomic():
        FeatureChoice.objects.update_or_create(
            feature=label, defaults={"is_on": is_on, "changed_at": clock.get_database_time()}
        )
    features.reload_choices()


def find_obstacle(label: str) -> str:
    """Return the reason why a feature cannot be switched now; empty if it can."""
    active_labels = {feature.label for feature in features.list_switched_on()}
    if label in active_labels:
        dependants = [feature for feature in features.list_switched_on() if label in feature.requires]
        return (
            _("First switch off: %(features)s.") % {"features": _list_names(dependants)} if dependants else ""
        )
    missing_features = [
        features.find_feature(name)
        for name in features.find_feature(label).requires
        if name not in active_labels
    ]
    return (
        _("First switch on: %(features)s.") % {"features": _list_names(missing_features)}
        if missing_features
        else ""
    )


def _list_names(named_features: list[features.Feature]) -> str:
    return join_words(str(feature.verbose_name) for feature in named_features)
