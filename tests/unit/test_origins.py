"""The pages that may call, as browsers name them."""

import pytest

from entrypoints.settings import Settings
from entrypoints.settings.table import BadSetting


def origins(text: str) -> tuple[str, ...]:
    return Settings.from_mapping({"CORS_ORIGINS": text}).cors_origins


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://app.example.com", ("https://app.example.com",)),
        ("https://App.Example.com:443/path?q#f", ("https://app.example.com",)),
        ("http://localhost:3000/", ("http://localhost:3000",)),
        ("http://[::1]:5173", ("http://[::1]:5173",)),
        ("http://a.test:80 , https://b.test:8443,", ("http://a.test", "https://b.test:8443")),
    ],
)
def test_an_address_is_reduced_to_its_origin(text: str, expected: tuple[str, ...]) -> None:
    assert origins(text) == expected


def test_the_address_of_better_auth_is_read_too() -> None:
    settings = Settings.from_mapping({"BETTER_AUTH_URL": "https://app.example.com/api/auth"})

    assert settings.cors_origins == ("https://app.example.com",)


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "null",
        "https://*.example.com",
        "app.example.com",
        "ftp://example.com",
        "https://",
        "https://user@example.com",
        "https://example.com:port",
        "https://a.test https://b.test",
        "https://[::1",
    ],
)
def test_O01_what_is_no_single_origin_stops_the_start(text: str) -> None:
    with pytest.raises(BadSetting, match=r"^CORS_ORIGINS must "):
        origins(text)
