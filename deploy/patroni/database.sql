-- The roles and the database of an installation, made once on the primary:
--     psql --set=password=… --set=owner_password=… --set=public_password=… --file=deploy/patroni/database.sql \
--         "host=… user=postgres dbname=postgres"
\set ON_ERROR_STOP on
-- Who serves owns nothing, and switches no rule off. Who owns the tables migrates them, and does nothing else.
CREATE ROLE factcheck LOGIN PASSWORD :'password';
CREATE ROLE factcheck_owner LOGIN PASSWORD :'owner_password';
-- So the owner sees who holds the table that it is to change. The other way round is what must never be.
GRANT factcheck TO factcheck_owner;
-- What the public reads is read by a role that writes nothing, and whose statements have a time limit: PgBouncer in
-- transaction mode keeps no settings of sessions.
CREATE ROLE factcheck_public LOGIN PASSWORD :'public_password' IN ROLE pg_read_all_data;
ALTER ROLE factcheck_public SET statement_timeout = '5s';
ALTER ROLE factcheck_public SET default_transaction_read_only = on;
CREATE DATABASE factcheck OWNER factcheck_owner ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' TEMPLATE template0;
REVOKE TEMPORARY ON DATABASE factcheck FROM PUBLIC;
\connect factcheck
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;
CREATE EXTENSION IF NOT EXISTS vector;
