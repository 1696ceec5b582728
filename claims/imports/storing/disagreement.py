"""The reasons why a readable record is not stored."""


class Disagreement(Exception):
    """Another record, or an editor, says something else of the same verdict. Which is right is for a person to say."""

    field, code = "rating", "disagreement"


class RetractedClaim(Disagreement):
    """The record is of a verdict that was retracted here."""

    code = "retracted here"
