#!/bin/sh
# Run once by PostgreSQL's image, on a new volume: makes the roles. The passwords go by the
# environment, never on a command line.
set -eu
psql --no-psqlrc --username="${POSTGRES_USER:-postgres}" --dbname="$POSTGRES_DB" \
    --file=/etc/taskhaven/roles.sql
