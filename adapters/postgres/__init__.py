"""PostgreSQL, also behind a pooler and sharded: one statement a write, no session state."""
