"""`portal-conformance verify`: a bundle, checked and judged again, offline."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path

import click

from conformance import relation
from conformance.certificate import bundle, keys
from conformance.certificate.verifying import Verification, verified
from conformance.errors import UsageFault
from conformance.redact import elide
from conformance.verdict import Verdict

_SHOWN = 40


@click.command("verify")
@click.argument("file", metavar="BUNDLE", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--key", metavar="PUB", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="The public key of whom you trust (.pub).",
)  # fmt: skip
@click.option("--at", metavar="DATE", help="As on that day, in UTC, rather than today.")
def command(file: Path, *, key: Path, at: str | None) -> int:
    """Check a certificate, and judge its records again: nothing is asked of any server.

    Exit status: 0 valid and conformant, 1 valid and non-conformant, 2 not valid, 4 wrong usage.
    """
    moment = _moment(at)
    found = verified(bundle.read(file), keys.public_key(key), at=moment)
    for line in _told(found, str(file)):
        click.echo(line)
    return found.exit_status


def _moment(at: str | None) -> datetime:
    """The last second of the day that was asked about; this moment where none was."""
    if at is None:
        return datetime.now(UTC)
    try:
        day = datetime.strptime(at, "%Y-%m-%d").date()  # noqa: DTZ007 - only its day is taken
    except ValueError:
        raise UsageFault(f"--at: expected a day such as 2026-12-31, got {at!r}") from None
    return datetime.combine(day, time(23, 59, 59), tzinfo=UTC)


def _told(found: Verification, name: str) -> Iterator[str]:
    for one in found.findings[:_SHOWN]:
        yield f"wrong    {elide(one, 600)}"
    if len(found.findings) > _SHOWN:
        yield f"wrong    and {len(found.findings) - _SHOWN} findings more"
    if found.terms is not None and found.kinds:
        yield from _about(found)
    if found.findings:
        yield f"verify   NOT VALID: {name} proves nothing"
        return
    assert found.verdict is not None
    said = "a certificate" if found.verdict is Verdict.CONFORMANT else "no certificate: it attests a failure"
    yield f"verify   VALID, {found.verdict.value.upper()}: {said}"


def _about(found: Verification) -> Iterator[str]:
    terms = found.terms
    assert terms is not None
    target = elide(str(terms.target["name"] or terms.target["url"]))
    own = ", the suite's own embedded server" if terms.target["embedded"] else ""
    yield f"target   {target}{own}, {elide(str(terms.target['url']))}"
    yield f"judged   {terms.level} level, edition {terms.edition}, suite {elide(terms.suite)}, seed {terms.seed}"
    yield f"signed   {terms.signed.isoformat()}, valid until {terms.expires.isoformat()}"
    yield f"checks   {_figures(found.kinds)}"


def _figures(kinds: Counter[str]) -> str:
    again = sum(kinds[one] for one in relation.EVALUATED)
    each = ", ".join(f"{kinds[one]} by {one}" for one in relation.EVALUATED)
    return f"{kinds.total()} checks: {again} evaluated again ({each}), {kinds[relation.STATED]} as stated"
