"""The whole topology on one machine: `make cluster`, `make cluster ARGS=status`, `make cluster ARGS=stop`.

`machines` defines the machines and their network, `topology` what runs on each, and `daemons` starts and stops the
programs. The configuration is in the neighbouring folders; docs/cluster.md explains how to use it elsewhere. Begin with
`stage`. The programs that serve a newsroom import nothing from here.
"""
