"""The docs page reads nothing but this server, and its policy sees to that (contract §1)."""

import re

import pytest

from tests.http.api import Api

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
}


def policy(header: str) -> dict[str, list[str]]:
    """What each directive of a content security policy allows."""
    directives = [directive.split() for directive in header.split(";")]
    return {name: allowed for name, *allowed in directives}


def attributes(page: str) -> list[str]:
    """Every address that a page loads from or leads to."""
    return re.findall(r'(?:src|href|action)="([^"]*)"', page)


async def test_the_page_and_all_it_loads_come_from_this_server(api: Api) -> None:
    page = await api.client.get("/docs")

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    addresses = attributes(page.text)
    assert len(addresses) == 4
    for address in addresses:
        assert address.startswith("/docs/")
        asset = await api.client.get(address)
        assert asset.status_code == 200
        assert asset.content
        assert asset.headers["content-type"] == TYPES[address[address.rindex(".") :]]


async def test_nothing_in_them_leads_elsewhere(memory_api: Api) -> None:
    page = (await memory_api.client.get("/docs")).text
    start = (await memory_api.client.get("/docs/start.js")).text
    style = (await memory_api.client.get("/docs/swagger-ui.css")).text

    assert "//" not in page.replace("<!doctype html>", "")
    assert re.findall(r'url: "([^"]*)"', start) == ["/openapi.json"]
    assert "//" not in start
    assert all(address.startswith("data:") for address in re.findall(r"url\(['\"]?([^)]*)", style))
    assert "@import" not in style


async def test_the_policy_allows_what_the_page_needs_and_no_more(memory_api: Api) -> None:
    page = await memory_api.client.get("/docs")

    allowed = policy(page.headers["content-security-policy"])

    assert allowed == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    assert not re.search(r"<script(?! src=)|\son\w+=|javascript:", page.text)


@pytest.mark.parametrize(
    "path", ["/docs/../pyproject.toml", "/docs/package.json", "/docs/%2e%2e/x"]
)
async def test_nothing_else_is_served_from_there(memory_api: Api, path: str) -> None:
    assert (await memory_api.client.get(path)).status_code == 404
