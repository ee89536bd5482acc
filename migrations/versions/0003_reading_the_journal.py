"""What reading the journal needs: a horizon, the trash in order, several steps of one task."""

import sqlalchemy as sa
from alembic import op

from adapters.sql.types import POSITION

revision = "0003"
down_revision = "0002"

# A `previous` below 0 counts back from the entry itself: a step of the same write, whose position
# nobody knew before.
APPLY_CHANGES = """
CREATE OR REPLACE FUNCTION apply_changes(
    p_owner text, p_changes jsonb, p_gain integer, p_most integer, p_receipt jsonb) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    change record;
    current bigint;
    total integer;
BEGIN
    INSERT INTO owners AS o (owner_id, position, present)
    VALUES (p_owner, jsonb_array_length(p_changes), p_gain)
    ON CONFLICT (owner_id) DO UPDATE
    SET position = o.position + EXCLUDED.position, present = o.present + p_gain
    RETURNING o.position - jsonb_array_length(p_changes), o.present INTO current, total;

    IF p_gain > 0 AND total > p_most THEN
        RAISE EXCEPTION 'the owner has as many tasks as allowed' USING ERRCODE = 'TH003';
    END IF;

    IF p_receipt IS NOT NULL THEN
        INSERT INTO receipts AS old (owner_id, key, digest, answer, made_at, expires_at)
        SELECT p_owner, r.key, r.digest, r.answer, r.made_at, r.expires_at
        FROM jsonb_to_record(p_receipt) AS r (
            key text, digest text, answer text, made_at timestamptz, expires_at timestamptz)
        ON CONFLICT (owner_id, key) DO UPDATE
        SET digest = EXCLUDED.digest, answer = EXCLUDED.answer, made_at = EXCLUDED.made_at,
            expires_at = EXCLUDED.expires_at
        WHERE old.expires_at <= EXCLUDED.made_at;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the key has a receipt' USING ERRCODE = 'TH002';
        END IF;
    END IF;

    FOR change IN
        SELECT * FROM jsonb_to_recordset(p_changes) AS c (
            id uuid, title text, title_key text, description text, search_text text,
            priority smallint, due_day date,
            due_at timestamptz, tags jsonb, completed_at timestamptz, created_at timestamptz,
            updated_at timestamptz, version integer, deleted_at timestamptz,
            previous bigint, action text, by_id text, changed jsonb)
    LOOP
        current := current + 1;
        IF change.version = 1 THEN
            INSERT INTO tasks (
                owner_id, id, title, title_key, description, search_text, priority, due_day, due_at,
                tags, completed_at, created_at, updated_at, version, deleted_at, position)
            VALUES (
                p_owner, change.id, change.title, change.title_key, change.description,
                change.search_text, change.priority, change.due_day, change.due_at, change.tags,
                change.completed_at, change.created_at, change.updated_at, 1, change.deleted_at,
                current);
        ELSE
            UPDATE tasks SET
                title = change.title, title_key = change.title_key,
                description = change.description, search_text = change.search_text,
                priority = change.priority, due_day = change.due_day, due_at = change.due_at,
                tags = change.tags, completed_at = change.completed_at,
                updated_at = change.updated_at, version = change.version,
                deleted_at = change.deleted_at, position = current
            WHERE owner_id = p_owner AND id = change.id AND version = change.version - 1;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'the task is no longer in the version before the change'
                    USING ERRCODE = 'TH001';
            END IF;
        END IF;
        INSERT INTO journal (
            owner_id, position, previous, task_id, version, action, at, by_id, changed)
        VALUES (
            p_owner, current,
            CASE WHEN change.previous < 0 THEN current + change.previous ELSE change.previous END,
            change.id, change.version, change.action,
            change.updated_at, change.by_id, change.changed);
    END LOOP;
    RETURN current;
END
$$
"""


def upgrade() -> None:
    op.add_column("owners", sa.Column("horizon", POSITION, nullable=False, server_default="0"))
    _index("tasks_trashed", ["owner_id", "deleted_at", "id"])
    _index("tasks_trashed_by_age", ["deleted_at"])
    if op.get_context().dialect.name == "postgresql":
        op.execute(APPLY_CHANGES)


def _index(name: str, columns: list[str]) -> None:
    where = sa.text("deleted_at IS NOT NULL")
    op.create_index(name, "tasks", columns, postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    op.drop_index("tasks_trashed_by_age", "tasks")
    op.drop_index("tasks_trashed", "tasks")
    op.drop_column("owners", "horizon")
