"""`portal-conformance serve`: the reference server, on loopback only."""

import os
from pathlib import Path

import click

from conformance.reference.chosen import chosen
from conformance.reference.server import serve
from conformance.reference.settings import Ready, Settings

_TOKEN_ENV = "PORTAL_CONTROL_TOKEN"  # noqa: S105 - the name of a variable, not its value


@click.command(context_settings={"show_default": True})
@click.option("--host", default="127.0.0.1", help="A loopback address.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
@click.option("--ws-port", type=click.IntRange(0, 65535), help="A port of its own for Socket.IO; 0 takes a free one.")
@click.option(
    "--control-token", metavar="T", help=f"Opens the control API; by default {_TOKEN_ENV}. None: no control API."
)
@click.option("--redis-url", metavar="URL", help="A real Redis in place of the embedded one.")
@click.option("--bot-key-env", metavar="NAME", help="The variable that holds the key by which a bot logs accounts in.")
@click.option(
    "--accounts",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Accounts and chats to begin with: a profile that lists them.",
)
@click.option("--mutant", metavar="NAME", help="Break what this mutant breaks.")
@click.option("--variant", metavar="NAME", multiple=True, help="Differ from the reference so (repeatable).")
def command(
    *,
    host: str,
    port: int,
    ws_port: int | None,
    control_token: str | None,
    redis_url: str | None,
    bot_key_env: str | None,
    accounts: Path | None,
    mutant: str | None,
    variant: tuple[str, ...],
) -> int:
    """Run the reference server until it is told to end, and say when it answers."""
    token = control_token or os.environ.get(_TOKEN_ENV)
    settings = Settings(
        host=host,
        port=port,
        ws_port=ws_port,
        control_token=token,
        redis_url=redis_url,
        bot_api_key=os.environ.get(bot_key_env) if bot_key_env else None,
        seed=accounts,
    )
    serve(settings, ready=_announce, decisions=chosen(mutant, variant))
    return 0


def _announce(ready: Ready) -> None:
    click.echo(f"ready    REST {ready.url}, Socket.IO {ready.ws_url}")
    click.echo(
        f"judge    pytest --target={ready.url}" + ("" if ready.ws_url == ready.url else f" --ws-target={ready.ws_url}")
    )
