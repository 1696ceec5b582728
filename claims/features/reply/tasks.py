"""Imports the background jobs of the right of reply, so that the worker finds them."""

from claims.features.reply import open_replies, reply_mails

__all__ = ["open_replies", "reply_mails"]
