"""PostgreSQL servers of each supported major version, for testing.

`python -m deploy.postgresql 17 -- COMMAND` runs a command with `DATABASE_URL` leading to an empty server of that
version, which is gone when the command ends; `make test POSTGRES=17` does so with the tests.
"""
