"""PostgreSQL features: rules and history as triggers, bulk copies, read connections.

Begin with `rules` (docs/extending.md). `embedded/` is the server that comes with the packages.
"""
