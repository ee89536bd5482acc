"""What PostgreSQL and SQLite share: tables, statements, rows and the compare-and-set loop.

SQLAlchemy describes the tables and compiles each statement once; the adapters hand the compiled
text to their drivers (docs/decisions/0003).
"""
