"""Teamwork's pages at the desk, and its additions to the pages of claims and verdicts."""

from claims.features.teamwork.admin import (
    assignment_pages,
    assignment_rule,
    chat_channel,
    comment,
    notification,
    work_panels,
)
