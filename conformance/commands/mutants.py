"""`portal-conformance mutants`: the suite against servers that break clauses, and the kill matrix."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from conformance.catalogue import loader
from conformance.catalogue.records import Tier
from conformance.errors import UsageFault
from conformance.matrix import documents, existence, page, tables
from conformance.matrix.choosing import matching
from conformance.matrix.covering import sampled
from conformance.matrix.kills import (
    Fate,
    Kill,
    functions_of,
    job_for,
    judge,
    judge_by_stories,
    second_look,
    tier_of,
    told_job,
)
from conformance.matrix.pool import Pace, play_all
from conformance.matrix.watched import counting
from conformance.reference.lies import Mutant
from conformance.reference.mutants.index import mutants
from conformance.reference.variants.index import variants
from conformance.run import DEFAULT_SEED

# A server in the same process answers in milliseconds: what has not come in two seconds does not come. A variant may be
# slow on purpose, and is waited for as any target.
_EVENT_S, _ANSWER_S = 2.0, 6.0
_SAMPLE = 200
_NAMES = {"on variants": "mutants-on-variants", "stories": "mutants-by-stories"}


@click.command(context_settings={"show_default": True})
@click.option("--only", metavar="NAME|ID", multiple=True, help="These mutants, or those of these ids (globs).")
@click.option("--full", is_flag=True, help="Every scenario against every mutant.")
@click.option(
    "--level",
    type=click.Choice(["core", "full"]),
    default="core",
    help="The mutants, and with --full the scenarios, of this level.",
)
@click.option(
    "--on-variants",
    metavar="[N]",
    type=click.IntRange(1),
    is_flag=False,
    flag_value=_SAMPLE,
    help=f"N pairs of a mutant and a variant beneath it; without a number {_SAMPLE}.",
)
@click.option("--exploration", is_flag=True, help="The stories of the exploration alone, against every mutant.")
@click.option("--seed", metavar="N", type=int, default=DEFAULT_SEED, help="With --on-variants: which pairs are drawn.")
@click.option("-n", "--workers", metavar="N", type=click.IntRange(1), help="So many at once; default: two a core.")
@click.option("--same-as", metavar="FILE", help="The JSON of an earlier run, which has to have found the same.")
@click.option("--json", "as_json", is_flag=True, help="Print the matrix as JSON.")
@click.option("--markdown", is_flag=True, help="Print a table for a README.")
@click.option("--report-dir", metavar="DIR", default="reports", help="Where the page and the JSON are written.")
def command(
    *,
    only: tuple[str, ...],
    full: bool,
    level: str,
    on_variants: int | None,
    exploration: bool,
    seed: int,
    workers: int | None,
    same_as: str | None,
    as_json: bool,
    markdown: bool,
    report_dir: str,
) -> int:
    """Judge every mutant; exit status 0 where each is killed for the right reason, 1 where not, 2 on errors."""
    before = documents.earlier(Path(same_as)) if same_as else None
    if sum(map(bool, (full, on_variants, exploration))) > 1:
        raise UsageFault("--full, --on-variants and --exploration exclude each other")
    began = time.monotonic()
    chosen = matching(only, mutants(), lambda one: (one.name, *one.breaks))
    if full or not (only or exploration):
        chosen = _of_level(chosen, Tier(level))
    servers = _servers(chosen, on_variants, seed)
    pace = Pace(workers or 0) if on_variants else Pace(workers or 0, event_timeout_s=_EVENT_S, timeout_s=_ANSWER_S)
    kills = _explored(chosen, pace) if exploration else _killed(servers, full=Tier(level) if full else None, pace=pace)
    mode = "full" if full else "on variants" if on_variants else "stories" if exploration else "targeted"
    found = documents.of_kills(kills, mode=mode, tier=level, seconds=time.monotonic() - began)
    idle = existence.unexplained(functions_of(kills), documents.victims(found)) if full and not only else []
    found["existence"] = idle
    found["stories"] = documents.found_by_stories(Path(report_dir) / f"{_NAMES['stories']}.json")
    stem = Path(report_dir) / _NAMES.get(mode, "mutants")
    documents.write(found, stem.with_suffix(".json"))
    stem.with_suffix(".html").write_text(page.of_mutants(found, loader.load()), "utf-8")
    changed = documents.differences(found, before) if before else []
    _tell(kills, found, changed, as_json=as_json, markdown=markdown)
    return _status([one for one in kills if one.mutant.told or not exploration], [*idle, *changed])


def _of_level(chosen: Sequence[Mutant], level: Tier) -> list[Mutant]:
    """The mutants that break nothing beyond ``level``."""
    catalogue = loader.load()
    left = [one for one in chosen if level is Tier.FULL or tier_of(one, catalogue) is level]
    if not left:
        raise UsageFault("--level core: these mutants break what the full level judges (add --level full)")
    return left


def _servers(chosen: Sequence[Mutant], on_variants: int | None, seed: int) -> list[tuple[Mutant, tuple[str, ...]]]:
    if not on_variants:
        return [(mutant, ()) for mutant in chosen]
    if not variants():
        raise UsageFault("--on-variants: there are no variants")
    return [(mutant, (variant.name,)) for mutant, variant in sampled(chosen, variants(), on_variants, seed)]


def _killed(servers: Sequence[tuple[Mutant, tuple[str, ...]]], *, full: Tier | None, pace: Pace) -> list[Kill]:
    """Judge the servers: by every scenario of the level ``full``, or else by those of what each breaks."""
    catalogue = loader.load()
    jobs = [
        job_for(mutant, full=full is not None, tier=full or tier_of(mutant, catalogue), on=on) for mutant, on in servers
    ]
    with counting("mutants", len(jobs)) as told:
        playbacks = play_all(jobs, pace, told=told)
    again = {one.job.name: job for one in playbacks if (job := second_look(one))}
    with counting("once more, by every scenario", len(again)) as told:
        looked = {one.job.name: one for one in play_all(again.values(), pace, told=told)}
    playbacks = [looked.get(one.job.name, one) for one in playbacks]
    return [judge(mutant, playback, catalogue) for (mutant, _), playback in zip(servers, playbacks, strict=True)]


def _explored(chosen: Sequence[Mutant], pace: Pace) -> list[Kill]:
    """Judge the servers by the stories of the exploration alone."""
    catalogue = loader.load()
    with counting("mutants, by stories", len(chosen)) as told:
        playbacks = play_all([told_job(one) for one in chosen], pace, told=told)
    return [judge_by_stories(mutant, playback, catalogue) for mutant, playback in zip(chosen, playbacks, strict=True)]


def _tell(
    kills: Sequence[Kill], found: dict[str, Any], changed: Sequence[str], *, as_json: bool, markdown: bool
) -> None:
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    if markdown:
        chapters = {one.id: one.chapter for one in loader.load().requirements.values()}
        click.echo(tables.markdown(kills, chapters))
        return
    tables.show(tables.of_kills(kills))
    for line in (*tables.complaints(kills), *tables.stale(kills), *found["existence"], *changed):
        click.echo(line)
    click.echo(f"{tables.counted(kills)}; matrix {found['digest']}")


def _status(kills: Sequence[Kill], complaints: Sequence[str]) -> int:
    fates = {kill.fate for kill in kills}
    if Fate.ERROR in fates:
        return 2
    return 0 if fates <= {Fate.KILLED} and not complaints else 1
