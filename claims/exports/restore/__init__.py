"""A ledger restored from a lossless export: the same ids, versions, texts and bytes.

    checking     reads all of it first: is it whole, and does it fit what is here?
    things       what entries mention
    entries      the entries, understood
    judging      which verdicts come and go with them
    replaying    the entries in their order, with the verdicts and moves that they tell of
    settling     what claims say, where they appear and what they are about
    running      all of it together

Decision 0011 says why it is done so.
"""

from claims.exports.restore.checks import Refused, Restored
from claims.exports.restore.restore_run import recognise, restore

__all__ = ["Refused", "Restored", "recognise", "restore"]
