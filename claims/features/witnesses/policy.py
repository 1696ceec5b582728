"""How many cosignatures a checkpoint needs, and warnings if there are too few.

Only active witnesses count. `COSIGNATURES_REQUIRED` sets how many of them must cosign; by default all.
"""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from claims.features.witnesses.models import Witness, WitnessedLog
from claims.ledger.proofs.witness_policy import WitnessPolicy

#: How long a witness may be unreachable before the desk shows a warning.
GRACE_PERIOD = timedelta(days=1)

#: SQL for the time since which there have been too few cosignatures: when the first checkpoint with too few was signed
#: or, if later, the last witness was added. NULL while there are enough. Both parameters are COSIGNATURES_REQUIRED.
TOO_FEW_SINCE_SQL = """
    WITH policy AS (
        SELECT CASE %s WHEN 0 THEN count(*) ELSE least(%s, count(*)) END AS required, max(created_at) AS since
        FROM witnesses_witness WHERE active
    ), trusted AS (
        -- The ledger is signed once a day at least, so a checkpoint was new when the last witness was added.
        SELECT id FROM claims_checkpoint AS signed
        WHERE log = 'ledger' AND signed_at > (SELECT since FROM policy) - interval '2 days'
            AND (SELECT required FROM policy) <= (
                SELECT count(*) FROM witnesses_cosignature JOIN witnesses_witness ON witnesses_witness.id = witness_id
                WHERE checkpoint_id = signed.id AND active
            )
        ORDER BY id DESC LIMIT 1
    )
    SELECT greatest(signed_at, (SELECT since FROM policy)) FROM claims_checkpoint
    WHERE (SELECT required FROM policy) > 0 AND log = 'ledger' AND id > coalesce((SELECT id FROM trusted), 0)
    ORDER BY id LIMIT 1
"""


def load_witness_policy() -> WitnessPolicy:
    """Return the number of required cosignatures and our witnesses' keys, for dumps and evidence packs."""
    keys = tuple(Witness.objects.filter(active=True).values_list("verifier_key", flat=True))
    return WitnessPolicy(min(settings.COSIGNATURES_REQUIRED or len(keys), len(keys)), keys)


def list_desk_concerns() -> list[str]:
    """Return warnings for administrators: that a witness has seen another history, or that there have been
    too few cosignatures for a day."""
    concerns = [
        _("Witness %(name)s: %(problem)s") % {"name": witness.name, "problem": witness.failure}
        for witness in Witness.objects.filter(active=True, sees_two_histories=True)
    ]
    concerns += [
        _("The ledger %(name)s, which we witness, may have two histories: we refused a checkpoint.")
        % {"name": log.name}
        for log in WitnessedLog.objects.exclude(refusal="").filter(active=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT since FROM ({TOO_FEW_SINCE_SQL}) AS lacking (since)"  # noqa: S608
            " WHERE since < now() - make_interval(secs => %s)",
            (settings.COSIGNATURES_REQUIRED, settings.COSIGNATURES_REQUIRED, GRACE_PERIOD.total_seconds()),
        )
        if row := cursor.fetchone():
            moment = date_format(localtime(row[0]), "DATETIME_FORMAT")
            concerns.append(
                _("Too few witnesses have cosigned the ledger since %(moment)s.") % {"moment": moment}
            )
    return concerns
