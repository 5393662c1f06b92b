"""A PostgreSQL server of the tests' own: made in a temporary folder, on a free local port, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


def programs() -> Path | None:
    """The folder of the newest installed server's programs, or ``None``."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@dataclass(frozen=True, slots=True)
class Server:
    """A server that can be stopped and started again: what it has kept is in the system's cache at least."""

    programs: Path
    folder: Path
    port: int
    account: str | None
    durable: bool = False  # whether a transaction waits for the disk: else it outlives a crash, but no power cut

    @property
    def url(self) -> str:
        """Of its database."""
        return f"postgresql://study@127.0.0.1:{self.port}/postgres"

    def start(self, *, wait: bool = True) -> None:
        """Begin to serve."""
        options = f"-p {self.port} {_OPTIONS} -c fsync={'on' if self.durable else 'off'}"
        how = "--wait" if wait else "--no-wait"
        self._run("pg_ctl", "start", how, *self._data(), f"--log={self.folder / 'log'}", f"--options={options}")

    def stop(self) -> None:
        """End at once, as in a crash: connections break, and the next start recovers from the log."""
        self._run("pg_ctl", "stop", "--mode=immediate", *self._data())

    def create(self) -> None:
        """Make its files."""
        self._run("initdb", "--auth=trust", "--username=study", "--encoding=UTF8", *self._data())

    def _data(self) -> tuple[str]:
        return (f"--pgdata={self.folder / 'data'}",)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.programs / program), *arguments],
            check=True,
            user=self.account,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        )


_OPTIONS = "-c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=300"


@contextmanager
def running(bin_folder: Path, *, durable: bool = False) -> Iterator[Server]:
    """A server that runs. It refuses to run as root, so another account is borrowed then."""
    folder = Path(tempfile.mkdtemp(prefix="study-postgres-"))
    account = _account()
    if account:
        shutil.chown(folder, account)
    found = Server(bin_folder, folder, _free_port(), account, durable)
    try:
        found.create()
        found.start()
        try:
            yield found
        finally:
            found.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server(bin_folder: Path, *, durable: bool = False) -> Iterator[str]:
    """Run a server and give its database's URL."""
    with running(bin_folder, durable=durable) as found:
        yield found.url


def _account() -> str | None:
    if os.geteuid() != 0:
        return None
    accounts = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in accounts else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
