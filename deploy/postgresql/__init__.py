"""PostgreSQL servers of each supported major version, for testing.

`python -m deploy.postgresql 17 -- COMMAND` runs a command with the `DATABASE_URL` of an empty server of that version,
which is deleted when the command ends. `make test POSTGRES=17` runs the tests in this way.
"""
