from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func


class StatementKey(Func):
    """What the same statement has in common however it is typed: letter case, quotation marks, spaces, full stops."""

    function = "claims_statement_key"
    arity = 1
    output_field = models.UUIDField()


class StatementWords(Func):
    """The words of a statement, roughly: in lower case, without the signs that stand beside words."""

    function = "claims_statement_words"
    arity = 1
    output_field = ArrayField(models.TextField())
