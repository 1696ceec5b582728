"""A PostgreSQL backend for web processes that fails fast instead of waiting."""
