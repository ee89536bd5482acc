"""Column types, for the tables and for the migrations.

SQLite keeps instants and days as the contract's text, whose order is that of time.
"""

from sqlalchemy import BigInteger, Date, DateTime, Integer, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

KEY = Text(collation="C").with_variant(Text(), "sqlite")
"""Text that is compared byte by byte."""

TEXT = Text()
ID = Uuid().with_variant(Text(), "sqlite")
INSTANT = DateTime(timezone=True).with_variant(Text(), "sqlite")
DAY = Date().with_variant(Text(), "sqlite")
JSON = JSONB().with_variant(Text(), "sqlite")
RANK = SmallInteger().with_variant(Integer(), "sqlite")
COUNT = Integer()
POSITION = BigInteger().with_variant(Integer(), "sqlite")
