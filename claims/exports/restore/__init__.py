"""Restore a ledger from a lossless export, with the same ids, versions, texts and bytes.

    checks              reads the whole export first: is it complete, and does it fit this database?
    restored_entries    the parsed entries
    verdict_succession  the verdicts that each entry adds and removes
    replay              records the entries in order, with their verdicts and moves
    final_states      sets claims, appearances and media to their newest state
    restore_run         runs a restore with all of these

Decision 0011 gives the reasons.
"""

from claims.exports.restore.checks import RestoreCounts, RestoreRefused
from claims.exports.restore.restore_run import restore
