"""Teamwork: assignments, due dates, comments, notifications and chat channels.

Adds to the core: assignments of claims and verdicts, rules that assign new claims, a board and a calendar; comments and
mentions on claims; notifications at the desk, by mail, in a daily digest and in chats; a note of colleagues who have
the same page open; a card and a queue on the dashboard, columns and filters of lists, a step of triage, a part of the
timeline; jobs for reminders and sending; ten tables. The feature receives the signals in `claims.newsroom.signals`: the
core reports what happened and whom it concerns, without knowing how people are notified.

Begin with `joins`, then `assignments`, `comments` and `notifications`.
"""
