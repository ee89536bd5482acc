PRAGMA journal_mode = WAL;
CREATE TABLE tasks (
    id integer PRIMARY KEY,
    user_id text NOT NULL,
    title text NOT NULL,
    description text,
    priority text NOT NULL,
    due_date text,
    tags text NOT NULL,
    completed integer NOT NULL,
    created_at text NOT NULL,
    updated_at text NOT NULL
) STRICT;
CREATE INDEX tasks_by_user ON tasks (user_id, created_at DESC, id DESC);
