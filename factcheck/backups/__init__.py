"""Backups of an installation with the embedded server, in one folder with everything needed to restore it.

    backup_folder    the layout of the folder, and its lock for one writer at a time
    backup_run       one backup, from the first byte to the removal of expired ones
    base_backups     PostgreSQL's own programs, which copy, verify and combine
    generations      the existing backups, and which of them to keep
    kept_files       the files, each stored once by hash, and a journal of their paths over time
    log_gaps         missing parts of the log
    timelines        which backups and which part of the log belong to one history of the database
    restoration      a new installation from a backup, as of a given moment
    examination      verifies that the folder's files are unchanged
    freshness        the age of the newest backup, for system checks and the desk
    gauges           metrics of backups
    tasks            the worker's scheduled jobs

May import `factcheck.database`. Begin with `backup_run`. docs/backups.md is for operators.
"""
