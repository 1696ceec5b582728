"""Django's PostgreSQL backend for processes that answer requests: one that cannot have what it needs says so soon."""
