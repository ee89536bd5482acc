#!/bin/sh
# Run once by PostgreSQL's image, on a new volume: makes the roles. The passwords go by the
# environment, never on a command line.
set -eu
psql --no-psqlrc --username="${POSTGRES_USER:-postgres}" --dbname="$POSTGRES_DB" <<'SQL'
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
\getenv backup_password BACKUP_PASSWORD
\ir /etc/taskhaven/roles.sql
SQL
