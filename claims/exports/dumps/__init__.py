"""Everything published as files with a date, for anybody: written by schedule, served at `/dumps/`.

    kept_dumps   which dumps there are; what is in them; how old ones go
    dump_run     writing one
    tasks        by schedule

Begin with `dump_run`. docs/exports.md describes the files for others, decision 0085 says why they are kept so.
"""
