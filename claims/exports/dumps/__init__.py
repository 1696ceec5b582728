"""Dumps: everything published as dated files for the public, written by schedule and served at `/dumps/`.

    kept_dumps   which dumps there are; what is in them; how old ones go
    dump_run     writing one
    tasks        by schedule

Begin with `dump_run`. docs/exports.md describes the files for others, decision 0085 says why they are kept so.
"""
