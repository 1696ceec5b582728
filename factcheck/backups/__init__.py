"""Backups of an installation with the embedded server, in one folder with everything needed to restore it.

    backup_folder    where everything stands in it, and that one at a time writes there
    backup_run       one backup, from the first byte to the removal of what is too old
    base_backups     PostgreSQL's own programs, which copy, check and put together
    generations      what was backed up when, and which of them are kept
    kept_files       the files, each once, under the hash of its contents; and a journal of which was where when
    log_gaps         what is missing of the log
    timelines        which backups and how much of the log belong to one history of the database
    restoration      a new installation out of a backup, as it was at a moment
    examination      whether everything in the folder is what it was
    freshness        how old the newest backup is, for checks and for the desk
    gauges           what metrics say of backups
    tasks            what the worker does by schedule

May import `factcheck.database`. Begin with `backup_run`. docs/backups.md says what operators need to know.
"""
