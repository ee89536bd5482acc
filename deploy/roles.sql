-- The roles of a PostgreSQL that holds nothing but Taskhaven: one owns the schema and migrates it,
-- one serves, one makes backups. None can do more than that. Run it as an administrator in the
-- database that is to hold the tasks; running it again changes passwords, and mends what was altered.
--
--   export OWNER_PASSWORD=… APP_PASSWORD=… BACKUP_PASSWORD=…
--   psql --dbname=taskhaven --file=deploy/roles.sql
--
-- The passwords come from the environment, which others cannot read as they can arguments (psql 14
-- or newer). They may be SCRAM verifiers, which no log of statements can give away. Other names for
-- the roles: -v owner=… -v app=… -v backup=…
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
\getenv backup_password BACKUP_PASSWORD
\if :{?owner}
\else
  \set owner taskhaven_owner
\endif
\if :{?app}
\else
  \set app taskhaven_app
\endif
\if :{?backup}
\else
  \set backup taskhaven_backup
\endif

BEGIN;

SELECT format('CREATE ROLE %I', role) FROM unnest(ARRAY[:'owner', :'app', :'backup']) AS role
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec

ALTER ROLE :"owner" LOGIN NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
ALTER ROLE :"app" LOGIN NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
ALTER ROLE :"backup" LOGIN NOCREATEDB NOCREATEROLE PASSWORD :'backup_password';

-- What PostgreSQL gives to everybody: connections, temporary tables, the schema.
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO :"owner", :"app", :"backup";

-- Whoever gives something away must be a member of the new owner, but a superuser.
GRANT :"owner" TO CURRENT_USER;
GRANT CREATE ON DATABASE :"DBNAME" TO :"owner";
ALTER SCHEMA public OWNER TO :"owner";
REVOKE CREATE ON DATABASE :"DBNAME" FROM :"owner";

-- What another role has migrated before.
SELECT format('ALTER TABLE public.%I OWNER TO %I', tablename, :'owner')
FROM pg_tables WHERE schemaname = 'public' AND tableowner <> :'owner' \gexec
SELECT format('ALTER FUNCTION %s OWNER TO %I', f.oid::regprocedure, :'owner')
FROM pg_proc AS f WHERE f.pronamespace = 'public'::regnamespace
AND f.proowner <> :'owner'::regrole \gexec

-- Alembic would make this table itself; here it is made first, for the service to read only.
SET LOCAL ROLE :"owner";
CREATE TABLE IF NOT EXISTS public.alembic_version (
    version_num varchar(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY);

GRANT USAGE ON SCHEMA public TO :"app", :"backup";
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, :"app", :"backup";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"app";
REVOKE INSERT, UPDATE, DELETE ON public.alembic_version FROM :"app";
GRANT SELECT ON ALL TABLES IN SCHEMA public TO :"backup";
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC, :"app", :"backup";
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO :"app";

-- The same for what later migrations make.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"app";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO :"app";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO :"backup";
RESET ROLE;

-- Here rather than in the connection, so that they hold behind a pooler too.
ALTER ROLE :"owner" IN DATABASE :"DBNAME" SET search_path = public, pg_temp;
ALTER ROLE :"backup" IN DATABASE :"DBNAME" SET search_path = public, pg_temp;
ALTER ROLE :"app" IN DATABASE :"DBNAME" SET search_path = public, pg_temp;
ALTER ROLE :"app" IN DATABASE :"DBNAME" SET timezone = 'UTC';
ALTER ROLE :"app" IN DATABASE :"DBNAME" SET statement_timeout = '5s';
ALTER ROLE :"app" IN DATABASE :"DBNAME" SET idle_in_transaction_session_timeout = '10s';

COMMIT;
