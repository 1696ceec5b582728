"""PostgreSQL features: rules and history as triggers, bulk copies, read connections.

Begin with `rules` (docs/extending.md). `embedded/` runs the server that is installed as a package.
"""
