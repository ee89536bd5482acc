"""SQLite: the embedded default, one file, durable, shared by several processes of one machine."""
