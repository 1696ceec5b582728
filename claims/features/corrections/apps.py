from django.utils.translation import gettext_lazy as _

from factcheck.desk import build_menu_entry
from factcheck.features import Feature


class FollowedCorrections(Feature):
    name = "claims.features.corrections"
    verbose_name = _("Corrections that reach readers")
    summary = _(
        "Emails to readers when a claim is corrected, and requests for correction to other publications."
    )
    requires = ("complaints",)
    receivers = {
        "claims.features.complaints.signals.person_forgotten": (
            "claims.features.corrections.subscriptions.delete_subscriptions"
        ),
        "claims.features.complaints.signals.person_exported": (
            "claims.features.corrections.subscriptions.export_subscriptions"
        ),
    }
    menu = {
        "work": [build_menu_entry(_("Requests for correction"), "outgoing_mail", "corrections_rectification")]
    }
    roles = {
        "Fact-checker": ["corrections.view_rectification"],
        "Editor": ["corrections.add_rectification", "corrections.change_rectification"],
    }
    correction_effects = "claims.features.corrections.admin.correction_mail.describe_mail"
    queues = "claims.features.corrections.admin.queues.QUEUES"
    demo = "claims.features.corrections.demo.add_requests"
