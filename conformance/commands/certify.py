"""`portal-conformance certify`: a whole run, and its results as a signed bundle."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from conformance.certificate import bundle, keys
from conformance.certificate.making import Left, left_in, made, terms_of_run
from conformance.commands.judging import judge
from conformance.errors import UsageFault
from conformance.verdict import Verdict


@click.command(context_settings={"show_default": True})
@click.option("--target", metavar="URL", help="Base URL of the server; default: the embedded reference server.")
@click.option("--ws-target", metavar="URL", help="Base URL of its Socket.IO, where that is another.")
@click.option("--profile", metavar="FILE", help="Target profile (TOML).")
@click.option("--level", type=click.Choice(["full", "core"]), default="full", help="Which clauses are certified.")
@click.option(
    "--key", metavar="FILE", required=True, envvar=keys.ENV, show_envvar=True,
    help="The private key (`keygen`); the variable may hold the key itself, in PEM.",
)  # fmt: skip
@click.option(
    "--out",
    metavar="BUNDLE",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"The bundle to write (default: certificate{bundle.SUFFIX} in the report folder).",
)
@click.option("--valid-days", metavar="N", type=click.IntRange(1, 3650), default=365, help="How long it is valid.")
@click.option("--run-url", metavar="URL", default="", help="Where the run can be looked at, for the statement.")
@click.option("--seed", metavar="N", type=int, help="Seed of the generated examples.")
@click.option("--rate", metavar="N/TIME", help="Requests a client, as in 120/min; auto: the profile's.")
@click.option("--report-dir", metavar="DIR", default="reports", help="Where results are written.")
@click.option("-n", "--workers", metavar="N", type=click.IntRange(0), help="Judge in N processes.")
@click.option("-v", "--verbose", is_flag=True, help="One line a scenario.")
@click.option("--allow-production", is_flag=True, help="Judge the public production service, as its owner agreed.")
def command(
    *,
    key: str,
    out: Path | None,
    valid_days: int,
    run_url: str,
    report_dir: str,
    workers: int | None,
    verbose: bool,
    **options: Any,
) -> int:
    """Judge a server by every clause of a level, and sign what came of it.

    The bundle is written for a run that came to its end with a verdict; a certificate is only what is conformant.
    """
    signer = keys.signer_of(key)
    # What judges, and the embedded server, need not know it.
    os.environ.pop(keys.ENV, None)
    path = out or Path(report_dir) / f"certificate{bundle.SUFFIX}"
    if out is not None and not out.parent.is_dir():
        raise UsageFault(f"--out {out}: there is no folder {out.parent}")
    status = judge(
        workers=workers,
        verbose=verbose,
        quiet=False,
        alluredir=None,
        plan=False,
        report_dir=report_dir,
        **_only_given(options),
    )
    if status not in (Verdict.CONFORMANT.exit_status, Verdict.NON_CONFORMANT.exit_status):
        if status == Verdict.INCONCLUSIVE.exit_status:
            click.echo("bundle   none: an inconclusive run has no result that could be signed", err=True)
        return status
    left = left_in(Path(report_dir))
    content = made(left, terms_of_run(left, signed=datetime.now(UTC), valid_days=valid_days, run_url=run_url), signer)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UsageFault(f"--out {path}: cannot be written ({error.strerror})") from None
    _tell(left, path, str(signer.public_key.keyid))
    return Verdict(left.document["verdict"]).exit_status


def _only_given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _tell(left: Left, path: Path, key_id: str) -> None:
    document = left.document
    click.echo(f"bundle   {path}, signed by {key_id}")
    if document["verdict"] != Verdict.CONFORMANT.value:
        click.echo("note     it attests that the target failed: it is no certificate unless conformant")
    elif document["target"]["embedded"]:
        click.echo("note     what was certified is the suite's own embedded server, and the statement says so")
    elif document["level"] == "core":
        click.echo("note     it certifies the core level alone, and the statement says so")
