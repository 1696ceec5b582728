"""The base class of errors that tell a person why an action was refused."""


class ActionRefused(Exception):
    """An action was refused; `str()` is a sentence for a person that says why."""
