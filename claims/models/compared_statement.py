from django.db import models


class ComparedStatement(models.Model):
    """That a claim was compared, in these words, with all that were there. `find_duplicates` goes on behind it."""

    claim = models.OneToOneField("claims.Claim", models.CASCADE, primary_key=True, related_name="+")
    #: `Claim.statement_key` when it was compared. In other words it is compared again.
    statement_key = models.UUIDField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"claim {self.claim_id}"
