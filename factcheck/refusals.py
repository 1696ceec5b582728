"""The base of refusals that a person can read."""


class Refused(Exception):
    """An action was refused; the text says why."""
