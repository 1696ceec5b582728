"""What the project knows of PostgreSQL: rules and history as triggers, bulk copies, connections for public reads.

Begin with `rules` (docs/extending.md). `embedded/` is the server that comes with the packages.
"""
