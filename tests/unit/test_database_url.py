"""A URL whose scheme chooses the storage."""

from pathlib import Path

import pytest

from entrypoints.settings.database_url import DatabaseUrl


@pytest.mark.parametrize("text", ["memory:", "memory://"])
def test_memory_has_no_address(text: str) -> None:
    url = DatabaseUrl.parse(text)

    assert url.scheme == "memory"
    with pytest.raises(ValueError, match="no address"):
        _ = url.target


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("sqlite:///data/tasks.db", "data/tasks.db"),
        ("sqlite:////var/lib/tasks.db", "/var/lib/tasks.db"),
        ("sqlite:///with space/%20#.db", "with space/%20#.db"),
    ],
)
def test_an_sqlite_url_names_a_file(text: str, path: str) -> None:
    url = DatabaseUrl.parse(text)

    assert (url.scheme, url.target) == ("sqlite", Path(path))


@pytest.mark.parametrize(
    "scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+asyncpg"]
)
@pytest.mark.parametrize("rest", ["u:p@h:6543/n", "h/n?sslmode=require", "/n?host=%2Ftmp", ""])
def test_a_postgresql_url_is_libpqs(scheme: str, rest: str) -> None:
    url = DatabaseUrl.parse(f"{scheme}://{rest}")

    assert (url.scheme, url.target) == ("postgresql", f"postgresql://{rest}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "memory",
        "sqlite:",
        "sqlite:tasks.db",
        "sqlite://tasks.db",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///tasks.db?mode=ro",
        "postgresql:",
        "postgresql:h/n",
        "postgresql://h:port/n?nonsense=1",
        "host=h dbname=n",
        "mysql://u:p@h/n",
        "file:///tasks.db",
    ],
)
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^must be"):
        DatabaseUrl.parse(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("memory:", "memory (nothing outlives the process)"),
        ("sqlite:///data/tasks.db", "SQLite (data/tasks.db)"),
        ("postgresql://user:password@host/name?options=x", "PostgreSQL"),
    ],
)
def test_people_are_shown_no_more_than_they_need(text: str, shown: str) -> None:
    assert str(DatabaseUrl.parse(text)) == shown
    assert "password" not in repr(DatabaseUrl.parse(text))
