"""The API's description, and a page to read and try it whose assets come from this server."""

from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import msgspec
from litestar.handlers import HTTPRouteHandler

from entrypoints.http.answers import Answer
from entrypoints.http.incoming import Incoming
from entrypoints.http.openapi import document
from entrypoints.http.routing import route

_PAGE = b"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Taskhaven</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

_START = b"""SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#page",
  deepLinking: true,
  persistAuthorization: false,
  syntaxHighlight: { activated: false },
});
"""

# Swagger UI sets styles from its script, and draws its icons from data: addresses.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_ASSETS = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "favicon-32x32.png": "image/png",
}


@dataclass(frozen=True, slots=True)
class DocsRoutes:
    """The handlers; `version` is that of the software, `accounts` whether there are any."""

    version: str
    accounts: bool
    _description: bytes = field(default=b"", init=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self,
            "_description",
            msgspec.json.encode(document(self.version, accounts=self.accounts)),
        )

    def routes(self) -> list[HTTPRouteHandler]:
        """Every handler at its path."""
        return [
            route("GET", "/openapi.json", self.describe),
            route("GET", "/docs", self.page),
            route("GET", "/docs/start.js", self.start),
            route("GET", [f"/docs/{name}" for name in _ASSETS], self.asset),
        ]

    async def describe(self, _: Incoming) -> Answer:
        return Answer(200, {"content-type": "application/json"}, self._description)

    async def page(self, _: Incoming) -> Answer:
        kind = "text/html; charset=utf-8"
        return Answer(200, {"content-type": kind, "content-security-policy": _POLICY}, _PAGE)

    async def start(self, _: Incoming) -> Answer:
        return Answer(200, {"content-type": _ASSETS["swagger-ui-bundle.js"]}, _START)

    async def asset(self, incoming: Incoming) -> Answer:
        name = incoming.scope["path"].rpartition("/")[2]
        headers = {"content-type": _ASSETS[name], "cache-control": "public, max-age=86400"}
        return Answer(200, headers, _asset(name))


@cache
def _asset(name: str) -> bytes:
    """A file of the installed Swagger UI; the package itself need not be imported."""
    spec = find_spec("swagger_ui_bundle")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("swagger-ui-bundle-v2 is not installed")
    (folder,) = Path(spec.submodule_search_locations[0], "vendor").glob("swagger-ui-*")
    return (folder / name).read_bytes()
