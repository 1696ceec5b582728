"""Background jobs of the right of reply, imported for the worker."""

from claims.features.reply import open_replies, reply_mails

__all__ = ["open_replies", "reply_mails"]
