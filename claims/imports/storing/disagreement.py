"""The reasons why a readable record is not stored."""


class Disagreement(Exception):
    """A record contradicts another record or an editor about the same verdict, so a person must decide."""

    field, code = "rating", "disagreement"


class RetractedClaim(Disagreement):
    """The record is about a verdict that was retracted here."""

    code = "retracted here"
