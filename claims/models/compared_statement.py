from django.db import models


class ComparedStatement(models.Model):
    """A claim whose current wording was compared with all others. `find_duplicates` continues after it."""

    claim = models.OneToOneField("claims.Claim", models.CASCADE, primary_key=True, related_name="+")
    #: `Claim.statement_key` when it was compared. In other words it is compared again.
    statement_key = models.UUIDField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"claim {self.claim_id}"
