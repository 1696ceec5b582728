import pgtrigger
from django.db import models
from django.db.models.functions import Now

from claims.models.audit_record import build_record_sql, build_recording_trigger
from factcheck.database.rules import build_truncation_rule

_RECORD_SQL = build_record_sql(
    "'feature_switched'",
    subject="NULL::bigint",
    what="NEW.feature || CASE WHEN NEW.is_on THEN ': on' ELSE ': off' END",
)


class FeatureChoice(models.Model):
    """An administrator's decision that a feature is on or off, which overrides the setting `FEATURES`."""

    feature = models.CharField(max_length=100, unique=True)
    is_on = models.BooleanField()
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        triggers = [
            build_recording_trigger(
                "featurechoice_is_recorded", pgtrigger.Insert | pgtrigger.Update, _RECORD_SQL
            ),
            build_truncation_rule("featurechoice", "Choices of features are changed one by one."),
        ]

    def __str__(self) -> str:
        return self.feature
