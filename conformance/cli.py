"""The command `portal-conformance`; each subcommand's module is imported when it is called."""

import importlib
import sys

import click

from conformance import __version__
from conformance.errors import ConfigurationFault, ConformanceError

USAGE = 4
_COMMANDS = {
    "run": "Judge a server; without --target, the embedded reference server.",
    "gate": "Judge a server as a CI gate, which lets known failures pass.",
    "report": "Show the results of a run as a page again, or as HAR.",
    "certify": "Judge a server by all clauses, and sign the results as a bundle.",
    "verify": "Check a bundle, and judge its records again.",
    "keygen": "Make a key pair to sign certificates with.",
    "summary": "Print results as Markdown.",
    "badge": "Draw a badge of a verdict.",
    "diff": "Hold two results against each other.",
    "serve": "Run the reference server, on loopback only.",
    "init": "Write a profile for a target, commented.",
    "doctor": "Check a target step by step, and what can be judged with a profile.",
    "fleet": "Judge many targets side by side, and compare them.",
    "load": "Load a server with many members, and judge what holds meanwhile.",
    "requirements": "List the requirements.",
    "explain": "Tell all about one requirement.",
    "roles": "Show who may do what, and which clause says so.",
    "mutants": "Judge servers that break clauses: the kill matrix.",
    "variants": "Judge servers that only differ: no false alarm.",
}


class _Lazy(click.Group):
    """Commands by name; imported only when one is called, so that --help is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"conformance.commands.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Lazy)
@click.version_option(__version__, prog_name="portal-conformance")
def group() -> None:
    """Judge whether a server keeps the public contract of Portal's end-to-end encrypted chat.

    Exit status: 0 conformant, 1 non-conformant, 2 inconclusive, 4 wrong usage; of a gate: 0 passed, 1 failed.
    """


def main() -> None:
    """Run the command line; a user's mistake is one sentence and exit status 4, never a traceback."""
    try:
        status = group.main(standalone_mode=False)
    except click.exceptions.Abort:
        status = 2
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        status = 0
    except click.ClickException as error:
        error.show()
        status = USAGE
    except ConfigurationFault as error:
        click.echo(f"Error: {error}", err=True)
        status = USAGE
    except ConformanceError as error:
        click.echo(f"Error: {error}", err=True)
        status = 2
    sys.exit(status)
