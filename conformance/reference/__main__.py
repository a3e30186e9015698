"""``python -m conformance.reference``: start one server, say where, serve until told to end."""

import argparse
import json
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from conformance.errors import UsageFault
from conformance.reference.chosen import chosen
from conformance.reference.server import serve
from conformance.reference.settings import Ready, Settings

_USAGE_STATUS = 4
_TOKEN_VARIABLE = "PORTAL_CONTROL_TOKEN"  # noqa: S105 - the name of a variable, not a token


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve; the exit status."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        given = _parsed(arguments)
        decisions = chosen(given.mutant, given.variant)
        serve(_settings(given), ready=_announce, decisions=decisions)
    except UsageFault as fault:
        print(f"error: {fault}", file=sys.stderr)  # noqa: T201 - a command speaks through its streams
        return _USAGE_STATUS
    return 0


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m conformance.reference", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--ws-port", type=int, help="a port of its own for Socket.IO; 0 takes a free one")
    parser.add_argument("--redis-url", help="a real Redis in place of the embedded one")
    parser.add_argument("--control-token", help=f"opens the control API; by default {_TOKEN_VARIABLE}")
    parser.add_argument("--bot-api-key-env", metavar="NAME", help="the variable that holds the bot's API key")
    parser.add_argument("--accounts", type=Path, metavar="FILE", help="accounts and chats to begin with (TOML)")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when the standard input does")
    parser.add_argument("--mutant", metavar="NAME", help="break what this mutant breaks")
    parser.add_argument("--variant", metavar="NAME", action="append", default=[], help="differ so (repeatable)")
    return parser.parse_args(arguments)


def _settings(given: argparse.Namespace) -> Settings:
    return Settings(
        host=given.host,
        port=given.port,
        ws_port=given.ws_port,
        redis_url=given.redis_url,
        control_token=given.control_token or os.environ.get(_TOKEN_VARIABLE) or None,
        bot_api_key=os.environ.get(given.bot_api_key_env) if given.bot_api_key_env else None,
        seed=given.accounts,
        exit_with_stdin=given.exit_with_stdin,
    )


def _announce(ready: Ready) -> None:
    print(json.dumps({"event": "ready", **asdict(ready)}), flush=True)  # noqa: T201 - the line callers wait for


if __name__ == "__main__":
    sys.exit(main())
