"""``python -m studysite.port``: say at once, in plain words, that the port cannot be used."""

from __future__ import annotations

import os
import socket
import sys

HOST = os.environ.get("HOST", "127.0.0.1")
PORT = os.environ.get("PORT", "8000")


def check() -> None:
    """Exit with a message where nothing can listen on HOST and PORT."""
    if not PORT.isdecimal() or not 0 < int(PORT) < 65536:
        sys.exit(f"PORT={PORT} is not a port: choose a number from 1 to 65535.")
    family = socket.AF_INET6 if ":" in HOST else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST.strip("[]"), int(PORT)))
        except OSError as error:
            sys.exit(
                f"Port {PORT} on {HOST} cannot be used: {error.strerror}.\n"
                f"If the site is running already, open http://{HOST}:{PORT}/ in a browser.\n"
                f"To use another port: make run PORT={int(PORT) % 65535 + 1}"
            )


if __name__ == "__main__":
    check()
