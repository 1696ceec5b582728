"""The base of refusals that a person can read."""


class Refused(Exception):
    """Something did not happen; the text says why."""
