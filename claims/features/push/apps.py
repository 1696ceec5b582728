from django.utils.translation import gettext_lazy as _

from factcheck.features import Feature


class Push(Feature):
    name = "claims.features.push"
    verbose_name = _("Browser notifications")
    summary = _(
        "Notifications in the browsers of readers who follow a claim, sent through the browser makers’ push services."
    )
    preset = "all"
    requires = ("complaints", "corrections")
