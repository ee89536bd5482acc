"""Tasks, the journal, and the one write path through both."""

import sqlalchemy as sa
from alembic import op

from adapters.sql.types import COUNT, DAY, ID, INSTANT, JSON, KEY, POSITION, RANK, TEXT

revision = "0001"
down_revision = None

# Takes an array of changes and a receipt, so that batches and replays are arguments and never
# second paths. The counter comes first: its row lock lines up an owner's writers, so that positions
# are in commit order and writers of several tasks cannot deadlock. Whatever fails undoes all of it.
APPLY_CHANGES = """
CREATE FUNCTION apply_changes(
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
            p_owner, current, change.previous, change.id, change.version, change.action,
            change.updated_at, change.by_id, change.changed);
    END LOOP;
    RETURN current;
END
$$
"""


def upgrade() -> None:
    op.create_table(
        "owners",
        sa.Column("owner_id", KEY, nullable=False),
        sa.Column("position", POSITION, nullable=False),
        sa.Column("present", COUNT, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", name="owners_pkey"),
        sqlite_strict=True,
    )
    op.create_table(
        "tasks",
        sa.Column("owner_id", KEY, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("title_key", KEY, nullable=False),
        sa.Column("description", TEXT),
        sa.Column("search_text", TEXT, nullable=False),
        sa.Column("priority", RANK, nullable=False),
        sa.Column("due_day", DAY),
        sa.Column("due_at", INSTANT),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("completed_at", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("version", COUNT, nullable=False),
        sa.Column("deleted_at", INSTANT),
        sa.Column("position", POSITION, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "id", name="tasks_pkey"),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 500", name="tasks_title_length"),
        sa.CheckConstraint("length(description) <= 16384", name="tasks_description_length"),
        sa.CheckConstraint("priority BETWEEN 0 AND 4", name="tasks_priority_known"),
        sa.CheckConstraint("due_day IS NULL OR due_at IS NULL", name="tasks_due_once"),
        sa.CheckConstraint(
            "due_day >= '1970-01-01' AND due_day < '3000-01-01'", name="tasks_due_day_range"
        ),
        sa.CheckConstraint(
            "due_at >= '1970-01-01T00:00:00.000000Z' AND due_at < '3000-01-01T00:00:00.000000Z'",
            name="tasks_due_at_range",
        ),
        sa.CheckConstraint("version >= 1", name="tasks_version_counts"),
        sa.CheckConstraint("position >= 1", name="tasks_position_counts"),
        sa.CheckConstraint("updated_at >= created_at", name="tasks_updated_after_created"),
        sqlite_strict=True,
    )
    present = "deleted_at IS NULL"
    _index("tasks_present", [], present)
    _index("tasks_by_updated_at", ["updated_at"], present)
    _index("tasks_by_due_day", ["due_day"], f"{present} AND due_day IS NOT NULL")
    _index("tasks_by_due_at", ["due_at"], f"{present} AND due_at IS NOT NULL")
    _index("tasks_without_due", [], f"{present} AND due_day IS NULL AND due_at IS NULL")
    op.create_table(
        "journal",
        sa.Column("owner_id", KEY, nullable=False),
        sa.Column("position", POSITION, autoincrement=False, nullable=False),
        sa.Column("previous", POSITION),
        sa.Column("task_id", ID, nullable=False),
        sa.Column("version", COUNT, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", KEY, nullable=False),
        sa.Column("changed", JSON, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "position", name="journal_pkey"),
        sa.CheckConstraint("position >= 1", name="journal_position_counts"),
        sa.CheckConstraint("previous < position", name="journal_previous_before"),
        sqlite_strict=True,
    )
    op.create_table(
        "receipts",
        sa.Column("owner_id", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("digest", KEY, nullable=False),
        sa.Column("answer", TEXT, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "key", name="receipts_pkey"),
        sqlite_strict=True,
    )
    op.create_index("receipts_by_expiry", "receipts", ["expires_at"])
    if op.get_context().dialect.name == "postgresql":
        op.execute(APPLY_CHANGES)


def _index(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(
        name, "tasks", ["owner_id", *columns, "id"], postgresql_where=where, sqlite_where=where
    )


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION apply_changes(text, jsonb, integer, integer, jsonb)")
    for table in ("receipts", "journal", "tasks", "owners"):
        op.drop_table(table)
