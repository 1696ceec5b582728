from django.utils.translation import gettext_lazy as _

from factcheck.desk import build_menu_entry
from factcheck.features import Feature


class Complaints(Feature):
    name = "claims.features.complaints"
    verbose_name = _("Complaints")
    summary = _("Readers’ complaints, with deadlines, and readers’ requests to check something.")
    receivers = {
        "claims.ledger.signals.entries_added": "claims.features.complaints.ledger_followers.apply_new_entries"
    }
    menu = {
        "checking": [
            build_menu_entry(
                *(_("Readers’ requests"), "live_help", "complaints_readerrequest"),
                permission="complaints.answer_readerrequest",
            ),
            build_menu_entry(
                *(_("Complaints"), "contact_support", "complaints_complaint"),
                permission="complaints.answer_complaint",
            ),
        ]
    }
    roles = {
        # Fact-checkers may read the readers' messages, but not see who sent them.
        "Fact-checker": [
            "complaints.view_complaint",
            "complaints.view_readerrequest",
            "complaints.answer_readerrequest",
        ],
        "Editor": ["complaints.answer_complaint", "complaints.view_contactdetails"],
    }
    api_index = {"complaints": "complaints", "requests": "requests"}
    queues = "claims.features.complaints.queues.QUEUES"
    notifications = dict.fromkeys(("complained", "complaint_given", "complaint_late"), "complaints_complaint")
    demo = "claims.features.complaints.demo.add_messages"
