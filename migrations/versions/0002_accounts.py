"""Accounts of our own, their sessions, and how often things were tried."""

import sqlalchemy as sa
from alembic import op

from adapters.sql.types import COUNT, ID, INSTANT, KEY, TEXT

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("owner_id", KEY, nullable=False),
        sa.Column("email", TEXT),
        sa.Column("email_key", KEY),
        sa.Column("name", TEXT),
        sa.Column("password_hash", TEXT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("disabled_at", INSTANT),
        sa.Column("erased_at", INSTANT),
        sa.Column("version", COUNT, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", name="accounts_pkey"),
        sa.UniqueConstraint("email_key", name="accounts_email"),
        sa.CheckConstraint(
            "erased_at IS NOT NULL OR "
            "(email IS NOT NULL AND email_key IS NOT NULL AND password_hash IS NOT NULL)",
            name="accounts_whole_or_erased",
        ),
        sa.CheckConstraint("version >= 1", name="accounts_version_counts"),
        sqlite_strict=True,
    )
    was_erased = sa.text("erased_at IS NOT NULL")
    op.create_index(
        "accounts_erased",
        "accounts",
        ["erased_at"],
        postgresql_where=was_erased,
        sqlite_where=was_erased,
    )
    op.create_table(
        "sessions",
        sa.Column("owner_id", KEY, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("salt", KEY, nullable=False),
        sa.Column("digest", KEY, nullable=False),
        sa.Column("turn", COUNT, nullable=False),
        sa.Column("agent", TEXT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("refreshed_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "id", name="sessions_pkey"),
        sa.CheckConstraint("turn >= 0", name="sessions_turn_counts"),
        sqlite_strict=True,
    )
    op.create_index("sessions_by_expiry", "sessions", ["expires_at"])
    op.create_table(
        "tallies",
        sa.Column("key", KEY, nullable=False),
        sa.Column("count", COUNT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("version", COUNT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="tallies_pkey"),
        sa.CheckConstraint("count >= 0", name="tallies_count_counts"),
        sqlite_strict=True,
    )
    op.create_index("tallies_by_age", "tallies", ["last_at"])


def downgrade() -> None:
    for table in ("tallies", "sessions", "accounts"):
        op.drop_table(table)
