"""The service on a PostgreSQL where it may do no more than it has to (`deploy/roles.sql`)."""
