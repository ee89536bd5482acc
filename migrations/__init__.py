"""The schema's history, and what it takes to bring a database up to date.

How a new revision is called says whether code that is older can go on: adapters/sql/revisions.py.
"""

HEAD = "0003"
"""The revision this code needs; a test compares it with the newest one in `versions`."""

RESTORED = ("0003",)
"""The revisions of which a backup can be restored: all since journals can be followed."""
