"""The base of refusals that a person can read."""


class ActionRefused(Exception):
    """An action was refused; the text says why."""
