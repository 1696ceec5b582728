from django.utils.translation import gettext_lazy as _

from factcheck.desk import build_menu_entry
from factcheck.features import Feature


class Reply(Feature):
    name = "claims.features.reply"
    verbose_name = _("Right of reply")
    summary = _("Requests for a reply from everyone a verdict names, required before publication.")
    section = "claims.features.reply.section.SECTION"
    requirement = "claims.features.reply.requirement.REQUIREMENT"
    counting_signoffs = "claims.features.reply.requirement.select_signoffs_after_replies"
    receivers = {
        "claims.newsroom.signals.draft_saved": "claims.features.reply.admin.reply_panel.store_reason",
        "claims.management.demo.signals.verdict_drafted": "claims.features.reply.demo.add_requests",
    }
    newsroom_rows = "claims.features.reply.wording.ensure_templates"
    menu = {
        "checking": [build_menu_entry(_("Awaiting replies"), "reply", "reply_replyrequest", queue="awaited")],
    }
    queues = "claims.features.reply.queues.QUEUES"
    panels = {"claims.verdict": "claims.features.reply.admin.reply_panel.build_replies_panel"}
    roles = {
        "Fact-checker": [
            *(f"reply.{verb}_replyrequest" for verb in ("view", "add", "change", "delete")),
            "reply.view_replytemplate",
        ],
        "Editor": [f"reply.{verb}_replytemplate" for verb in ("add", "change", "delete")],
    }
    openapi_enums = {
        "ReplyChannelEnum": "claims.features.reply.models.ReplyRequest.Channel",
        "ReplyShownEnum": "claims.features.reply.models.ReplyRequest.AnswerDisplay",
    }
    notifications = dict.fromkeys(("answered", "answer_overdue"), "")
