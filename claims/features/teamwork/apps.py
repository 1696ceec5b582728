from django.utils.translation import gettext_lazy as _

from factcheck.desk import build_menu_entry, build_page_entry
from factcheck.features import Feature

_BOARD, _CALENDAR = "admin:teamwork_assignment_board", "admin:teamwork_assignment_calendar"


class Teamwork(Feature):
    name = "claims.features.teamwork"
    verbose_name = _("Teamwork")
    summary = _("Assignments with due dates, comments, notifications and chat channels.")
    receivers = {
        "claims.newsroom.signals.moved": "claims.features.teamwork.assignments.release_finished_work",
        "claims.newsroom.signals.claims_added": "claims.features.teamwork.assignment_rules.apply_rules",
        "claims.newsroom.signals.import_finished": "claims.features.teamwork.assignment_rules.queue_rules_after_import",
        "claims.newsroom.signals.notified": "claims.features.teamwork.joins.deliver_notification",
    }
    menu = {
        "desk": [
            build_page_entry(_("Board"), "view_kanban", _BOARD, "teamwork.view_assignment"),
            build_page_entry(_("Calendar"), "calendar_month", _CALENDAR, "teamwork.view_assignment"),
        ],
        "work": [
            build_menu_entry(
                *(_("Work"), "assignment_ind", "teamwork_assignment"), pages_below=(_BOARD, _CALENDAR)
            ),
            build_menu_entry(_("Assignment rules"), "rule", "teamwork_assignmentrule"),
        ],
        "records": [
            build_menu_entry(_("Comments"), "forum", "teamwork_comment", permission="claims.view_claim"),
        ],
        "administration": [build_menu_entry(_("Chat channels"), "chat", "teamwork_chatchannel")],
        "account": [
            build_page_entry(
                _("Notification settings"), "notifications", "admin:teamwork_notification_preferences"
            )
        ],
    }
    roles = {
        "Fact-checker": ["teamwork.view_assignment", "teamwork.take_work"],
        "Editor": [
            "teamwork.assign_work",
            *(f"teamwork.{verb}_assignmentrule" for verb in ("view", "add", "change", "delete")),
        ],
        "Administrator": [
            *(f"teamwork.{verb}_chatchannel" for verb in ("view", "add", "change", "delete")),
            "teamwork.withdraw_comment",
        ],
    }
    queues = "claims.features.teamwork.queues.QUEUES"
    dashboard_cards = "claims.features.teamwork.queues.list_cards"
    triage_step = "claims.features.teamwork.admin.triage_step.ASSIGN_STEP"
    timeline = "claims.features.teamwork.admin.claim_timeline.COMMENTS"
    undo_obstacles = "claims.features.teamwork.joins.list_undo_obstacles"
    demo = "claims.features.teamwork.demo.add_work"
