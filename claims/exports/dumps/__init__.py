"""Dumps: everything published as dated files for the public, written on a schedule and served at `/dumps/`.

    kept_dumps   the stored dumps, their content, and the removal of old ones
    dump_run     writes a dump
    tasks        write dumps on a schedule

Begin with `dump_run`. docs/exports.md describes the files for their users; decision 0085 explains how they are stored.
"""
