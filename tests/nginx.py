"""nginx before the service, set up by `deploy/nginx.conf`."""

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.ports import free_port, is_taken

PATIENCE = 20.0  # seconds for what takes less than one
CONFIGURATION = Path(__file__).parents[1] / "deploy" / "nginx.conf"
_AROUND = """\
daemon off;
pid {folder}/pid;
error_log {folder}/error.log notice;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/taskhaven.conf;
}}
"""


class Nginx:
    """nginx before these instances, for the length of a block; `url` is its https address.

    `instances` are what the upstream's lines say after `server`.
    """

    def __init__(self, instances: Sequence[str]) -> None:
        self._instances = instances
        self.port, self.plain_port = free_port(), free_port()
        self.url = f"https://127.0.0.1:{self.port}"

    @staticmethod
    def missing() -> str | None:
        """Why it cannot run here, or None when it can."""
        return None if shutil.which("nginx") else "the program nginx is not on the PATH"

    def __enter__(self) -> Self:
        # Below /tmp and open to all: a worker of root's nginx is another account.
        self._folder = Path(tempfile.mkdtemp(prefix="taskhaven-nginx-", dir="/tmp"))
        self._folder.chmod(0o755)
        self._write()
        checked = subprocess.run(
            [*self._command, "-t"], capture_output=True, text=True, check=False
        )
        self.checked = checked.stderr
        assert checked.returncode == 0, checked.stderr
        self._process = subprocess.Popen(self._command, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while not is_taken(self.port):
            assert self._process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)
        shutil.rmtree(self._folder)

    @property
    def pid(self) -> int:
        """That of its master, which reads its configuration again at SIGHUP."""
        return self._process.pid

    @property
    def upstream(self) -> Path:
        """The file that names the instances."""
        return self._folder / "taskhaven-upstream.conf"

    @property
    def log(self) -> str:
        """All that it said."""
        return (self._folder / "error.log").read_text()

    @property
    def _command(self) -> list[str]:
        return ["nginx", "-p", str(self._folder), "-c", str(self._folder / "nginx.conf")]

    def _write(self) -> None:
        """The file as it is, but for what it says is to be filled in, and the ports."""
        text = re.sub(r"^ *listen \[::\].*\n", "", CONFIGURATION.read_text(), flags=re.MULTILINE)
        text = text.replace("listen 443 ", f"listen 127.0.0.1:{self.port} ")
        text = text.replace("listen 80;", f"listen 127.0.0.1:{self.plain_port};")
        text = text.replace("/etc/nginx/tls", str(self._folder))
        (self._folder / "taskhaven.conf").write_text(text)
        lines = "".join(f"server {instance};\n" for instance in self._instances)
        (self._folder / "taskhaven-upstream.conf").write_text(lines)
        (self._folder / "nginx.conf").write_text(_AROUND.format(folder=self._folder))
        _certificate(self._folder)


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tasks.example.com")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "privkey.pem").write_bytes(secret)
    (folder / "fullchain.pem").write_bytes(made.public_bytes(Encoding.PEM))
