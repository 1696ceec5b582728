"""Why a record that could be read is not stored."""


class Disagreement(Exception):
    """Another record says something else of the same verdict. Which one is right is for a person to say."""

    field, code = "rating", "disagreement"
