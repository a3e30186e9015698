"""How a reference server is started, and what it says once it answers."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

COOKIE = "psession"
"""The cookie that carries a session."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a server is started with; the secrets never show in its repr."""

    host: str = "127.0.0.1"
    port: int = 0
    ws_port: int | None = None
    """A second port for Socket.IO alone; without it one port serves both."""
    redis_url: str | None = field(default=None, repr=False)
    """A real Redis; without it one lives inside the process."""
    control_token: str | None = field(default=None, repr=False)
    """Opens the control API; without it the server has none."""
    bot_api_key: str | None = field(default=None, repr=False)
    """What a login by a bot's key has to show; without it no key is right."""
    seed: Path | None = None
    """A file of accounts and chats to begin with."""
    exit_with_stdin: bool = False
    """End when the standard input does, so that no server outlives who started it."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Where a started server answers: REST, and Socket.IO."""

    url: str
    ws_url: str


def is_loopback(host: str) -> bool:
    """Whether ``host`` can only be reached from this machine: the server lends out accounts."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
