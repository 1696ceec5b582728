from django.utils.translation import gettext_lazy as _

from factcheck.desk import build_menu_entry
from factcheck.features import Feature


class Witnesses(Feature):
    name = "claims.features.witnesses"
    verbose_name = _("Witnesses")
    summary = _("Newsrooms that confirm for one another that everyone is shown the same history.")
    requires = ("federation",)
    claim_page = "claims.features.witnesses.claim_page.list_witnesses"
    cosigned_note = "claims.features.witnesses.submission.build_cosigned_note"
    witness_policy = "claims.features.witnesses.policy.load_witness_policy"
    verification = "claims.features.witnesses.verification.check_cosignatures"
    desk_concerns = "claims.features.witnesses.policy.list_desk_concerns"
    gauges = "claims.features.witnesses.gauges.METRIC_QUERIES"
    menu = {
        "administration": [
            build_menu_entry(_("Witnesses"), "visibility", "witnesses_witness"),
            build_menu_entry(_("Witnessed ledgers"), "fact_check", "witnesses_witnessedlog"),
        ]
    }
    roles = {
        "Administrator": [
            *(f"witnesses.{verb}_witness" for verb in ("view", "add", "change", "delete")),
            *(f"witnesses.{verb}_witnessedlog" for verb in ("view", "add", "change")),
        ]
    }
    demo = "claims.features.witnesses.demo.add_witnesses"
