"""Where a key set may be: nobody must be able to change it on its way (catalogue T30)."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.settings import Settings
from entrypoints.settings.issuers import key_set_url, read_issuers
from entrypoints.settings.table import BadSetting


@pytest.mark.parametrize(
    "url",
    [
        "https://id.example.org/jwks",
        "https://id.example.org:8443/.well-known/jwks.json?tenant=a",
        "HTTPS://ID.EXAMPLE.ORG/jwks",
        "https://[2001:db8::1]/jwks",
        "http://127.0.0.1:3000/api/auth/jwks",
        "http://127.9.9.9/jwks",
        "http://[::1]:3000/jwks",
        "http://localhost:3000/jwks",
    ],
)
def test_T30_a_key_set_is_behind_https_or_on_this_machine(url: str) -> None:
    assert key_set_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://canary.example.org/jwks",
        "http://10.0.0.1/jwks",
        "http://169.254.169.254/latest/meta-data",
        "http://0.0.0.0/jwks",
        "http://localhost.canary.org/jwks",
        "http://127.0.0.1.canary.org/jwks",
        "http://2130706433/jwks",
        "http://127.1/jwks",
        "http://canary@localhost/jwks",
        "https://canary:password@id.example.org/jwks",
        "https://@id.example.org/jwks",
        "https://:canary@id.example.org/jwks",
        "http://127.0.0.1@canary.org/jwks",
        "http://127.0.0.1\\@canary.org/jwks",
        "file:///etc/canary",
        "file://localhost/canary",
        "ftp://id.example.org/canary",
        "gopher://127.0.0.1/canary",
        "data:application/json,canary",
        "https:///canary",
        "https:canary",
        "//id.example.org/canary",
        "id.example.org/canary",
        "https://id.example.org:99999/canary",
        "https://id.example.org:canary/",
        "https://[::1/canary",
        "https://",
        "",
    ],
)
def test_T30_no_other_address_is_taken(url: str) -> None:
    with pytest.raises(ValueError, match=r"^must be an https:// address") as raised:
        key_set_url(url)
    assert "canary" not in str(raised.value)

    member = {"name": "partner", "issuer": "https://id.example.org", "jwks_url": url}
    with pytest.raises(ValueError, match=r"^must ") as raised:
        read_issuers(json.dumps([member]))
    assert "canary" not in str(raised.value)
    if url:
        with pytest.raises(BadSetting, match=r"^JWT_JWKS_URL must be an https://") as bad:
            Settings.from_mapping({"JWT_ISSUER": "https://id.example.org", "JWT_JWKS_URL": url})
        assert "canary" not in str(bad.value)


@given(st.text())
def test_any_text_is_an_address_or_a_ValueError(text: str) -> None:
    for scheme in ("", "https://", "http://"):
        with suppress(ValueError):
            assert key_set_url(scheme + text) == scheme + text
