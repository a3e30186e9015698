"""`portal-conformance init`: a commented profile for a target, after a few questions, or without any in scripts."""

import sys
from pathlib import Path

import click
from jinja2 import Environment, PackageLoader, StrictUndefined

from conformance import profile as profiles
from conformance.errors import UsageFault
from conformance.run import checked_url

_DRIVERS = ("control", "accounts")


@click.command(context_settings={"show_default": True})
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default=Path("portal.toml"))
@click.option("--target", metavar="URL", help="Base URL of the server's REST.")
@click.option("--ws-target", metavar="URL", help="Base URL of its Socket.IO, where that is another.")
@click.option("--name", help="What reports call it.")
@click.option("--driver", type=click.Choice(_DRIVERS), help="By the control API, or from accounts that exist.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def command(
    file: Path,
    *,
    target: str | None,
    ws_target: str | None,
    name: str | None,
    driver: str | None,
    force: bool,
) -> int:
    """Write a commented profile to FILE. On a terminal it asks for what no option says."""
    if file.exists() and not force:
        raise UsageFault(f"{file}: is there already; give another name, or replace it by --force")
    url = checked_url(target or _ask("Base URL of REST", "https://portal-api.staging.example"), "--target")
    socket = checked_url(ws_target or _ask("Base URL of Socket.IO", url or ""), "--ws-target")
    chosen = driver or _ask("Users and chats by (control, accounts)", "control")
    if chosen not in _DRIVERS:
        raise UsageFault(f"expected one of {', '.join(_DRIVERS)}, got {chosen!r}")
    text = _written(url=url, ws_url=socket, name=name or _ask("Name in reports", url or ""), driver=chosen)
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise UsageFault(f"{file}: cannot be written ({error.strerror})") from None
    profiles.load(file)
    click.echo(f"{file} is written; fill in what it names, and see how far it goes:")
    click.echo(f"  portal-conformance doctor --profile {file}")
    return 0


def _ask(question: str, default: str) -> str:
    """The answer of whoever sits at the terminal; the default where nobody does."""
    return str(click.prompt(question, default=default)) if sys.stdin.isatty() else default


def _written(**values: str | None) -> str:
    environment = Environment(
        loader=PackageLoader("conformance.commands"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - it writes TOML; values are quoted by _quoted
        keep_trailing_newline=True,
    )
    environment.filters["quoted"] = _quoted
    return environment.get_template("profile.toml.j2").render(**values)


def _quoted(value: str) -> str:
    """A basic string of TOML."""
    escaped = "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in value)
    return '"' + escaped.replace('"', '\\"') + '"' if "\\" not in value else "'" + value.replace("'", "") + "'"
