"""`portal-conformance variants`: the suite against servers that differ and break nothing."""

import json
import time
from collections.abc import Sequence
from pathlib import Path

import click

from conformance.catalogue.records import Tier
from conformance.errors import SuiteFault
from conformance.matrix import documents, page, tables
from conformance.matrix.choosing import matching
from conformance.matrix.covering import covering_rows, uncovered
from conformance.matrix.pool import Pace, play_all
from conformance.matrix.trials import Trial, job_for, judge
from conformance.matrix.watched import counting
from conformance.reference.lies import Variant
from conformance.reference.variants.index import variants

_DEADLINES_S = {Tier.CORE: 300.0, Tier.FULL: 1200.0}


@click.command(context_settings={"show_default": True})
@click.option("--only", metavar="NAME", multiple=True, help="These variants (repeatable, globs).")
@click.option("--pairs", is_flag=True, help="Combinations as well, in which each two that go together meet.")
@click.option("--combined", is_flag=True, help="The combinations alone: every variant is in some of them.")
@click.option("--level", type=click.Choice(["core", "full"]), default="core", help="Which clauses are judged.")
@click.option("-n", "--workers", metavar="N", type=click.IntRange(1), help="So many at once; default: two a core.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--markdown", is_flag=True, help="Print a table for a README.")
@click.option("--report-dir", metavar="DIR", default="reports", help="Where the page and the JSON are written.")
def command(
    *,
    only: tuple[str, ...],
    pairs: bool,
    combined: bool,
    level: str,
    workers: int | None,
    as_json: bool,
    markdown: bool,
    report_dir: str,
) -> int:
    """Judge every variant; exit status 0 where each is conformant, 1 on a false alarm, 2 on errors."""
    began = time.monotonic()
    chosen = matching(only, variants(), lambda one: (one.name,))
    servers = _servers(chosen, alone=not combined, mixed=pairs or combined)
    trials = _tried(servers, tier=level, pace=_pace(level, workers))
    found = documents.of_trials(trials, tier=level, seconds=time.monotonic() - began)
    documents.write(found, Path(report_dir) / "variants.json")
    (Path(report_dir) / "variants.html").write_text(page.of_variants(found), "utf-8")
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    elif markdown:
        click.echo(tables.markdown_of_trials(trials))
    else:
        _print(trials, found)
    return _status(trials)


def _pace(tier: str, workers: int | None) -> Pace:
    """Slow variants in one combination add up, and the full level asks it four times as much."""
    return Pace(workers or 0, deadline_s=_DEADLINES_S[Tier(tier)])


def _servers(chosen: Sequence[Variant], *, alone: bool, mixed: bool) -> list[tuple[Variant, ...]]:
    singles: list[tuple[Variant, ...]] = [(variant,) for variant in chosen] if alone else []
    return [*singles, *_combinations(chosen)] if mixed else singles


def _combinations(chosen: Sequence[Variant]) -> list[tuple[Variant, ...]]:
    rows = covering_rows(chosen)
    if forgotten := uncovered(chosen, rows):
        raise SuiteFault(f"the combinations leave out {len(forgotten)} pairs, such as {' + '.join(forgotten[0])}")
    # Of two that are about the same choice, one may meet nobody: it is a row of its own.
    return [row for row in rows if row]


def _tried(servers: Sequence[tuple[Variant, ...]], *, tier: str, pace: Pace) -> list[Trial]:
    jobs = [job_for(server, tier=tier) for server in servers]
    with counting("variants", len(jobs)) as told:
        playbacks = play_all(jobs, pace, told=told)
    return [judge(server, playback) for server, playback in zip(servers, playbacks, strict=True)]


def _print(trials: Sequence[Trial], found: dict[str, object]) -> None:
    tables.show(tables.of_trials(trials))
    for line in tables.false_alarms(trials):
        click.echo(line)
    click.echo(f"{tables.counted_trials(trials)}; findings {found['digest']}")


def _status(trials: Sequence[Trial]) -> int:
    if any(trial.error for trial in trials):
        return 2
    return 0 if all(trial.quiet for trial in trials) else 1
