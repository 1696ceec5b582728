"""The whole topology on one machine: `make cluster`, `make cluster ARGS=status`, `make cluster ARGS=stop`.

`machines` says which machines there are and how they reach each other, `topology` what runs on each, `daemons` starts
and ends it. The configuration is that of the folders beside this one; docs/cluster.md explains how to use it
elsewhere. Begin reading in `stage`. Nothing here is imported by what serves a newsroom.
"""
