from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func


class StatementKey(Func):
    """The normal form of a statement, ignoring letter case, quotation marks, spaces and full stops."""

    function = "claims_statement_key"
    arity = 1
    output_field = models.UUIDField()


class StatementWords(Func):
    """The words of a statement, roughly: in lower case, without punctuation."""

    function = "claims_statement_words"
    arity = 1
    output_field = ArrayField(models.TextField())
