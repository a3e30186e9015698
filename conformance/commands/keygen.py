"""`portal-conformance keygen`: a key pair to sign certificates with."""

from pathlib import Path

import click

from conformance.certificate import keys


@click.command(context_settings={"show_default": True})
@click.option(
    "--out",
    metavar="FILE",
    default="portal-certify.key",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the private key is written; the public one goes beside it, as .pub.",
)
def command(*, out: Path) -> int:
    """Make an Ed25519 key pair. The private key is never shown, and nothing is overwritten."""
    key_id = keys.write_pair(out)
    click.echo(f"private  {out}: keep it to yourself; whoever has it can certify in your name")
    click.echo(f"public   {keys.public_path(out)}: publish it where your customers trust you")
    click.echo(f"key id   {key_id}")
    return 0
