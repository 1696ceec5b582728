"""A PostgreSQL node: its configuration, and checks that Patroni lacks."""
