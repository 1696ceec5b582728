"""Taking back what an import brought."""

from django.contrib.auth.models import User

from claims.models import ImportRun


def obstacles(run: ImportRun) -> list[str]:
    """What stands in the way of undoing it, in sentences."""
    raise NotImplementedError


def undo(run: ImportRun, *, by: User) -> None:
    """Undo it. Raises IllegalMove or NotAllowed."""
    raise NotImplementedError
