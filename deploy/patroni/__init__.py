"""A PostgreSQL node: its configuration, and what Patroni does not look at."""
