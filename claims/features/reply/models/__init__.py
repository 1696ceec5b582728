"""Requests for reply with their templates, and the feature's rules for verdicts, sign-offs and publications."""

from .core_rules import AnsweredPublication, AnsweredSignOff, AnsweredVerdict
from .reply_request import ReplyRequest
from .reply_template import ReplyTemplate
