"""Restore a ledger from a lossless export, with the same ids, versions, texts and bytes.

    checks              reads all of it first: is it whole, and does it fit what is here?
    mentioned_rows      what entries mention
    restored_entries    the entries, understood
    verdict_succession  which verdicts come and go with them
    replay              the entries in their order, with their verdicts and moves
    final_states      what claims say, where they appear and what they are about
    restore_run         all of it together

Decision 0011 says why it is done so.
"""

from claims.exports.restore.checks import RestoreCounts, RestoreRefused
from claims.exports.restore.restore_run import recognise, restore

__all__ = ["RestoreCounts", "RestoreRefused", "recognise", "restore"]
