"""Compare this suite with Schemathesis, and with Hypothesis on the schemas alone, on the mutants that REST shows.

    python tests/peers/compare.py PATH-OF-SCHEMATHESIS [--only NAME] [--level core] [-n 2]

Schemathesis lives in an environment of its own; `tox -e peers` makes one. What was found is noted in a journal: a run
that was cut off goes on where it ended.
"""

import argparse
import json
import logging
import multiprocessing
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from conformance import __version__
from conformance.catalogue import loader
from conformance.catalogue.records import Tier
from conformance.errors import UsageFault
from conformance.matrix.choosing import matching
from conformance.matrix.watched import counted
from conformance.reference.mutants.index import mutants
from peers import arena, clauses, document, suite

SEED = 20261124
EXAMPLES = 50
CONTROLS = 2
"""How many more seeds a server that keeps the contract is asked by: what it is accused of there is no finding."""


_BATCH = 50


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare; exit status 0 where the suite finds every mutant and the controls are clean."""
    # Told to end, it ends what it started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    given = _parsed(arguments)
    terms = arena.Terms(str(Path(given.schemathesis).absolute()), SEED, given.examples)
    try:
        chosen = _chosen(given.only, Tier(given.level))
        journal = arena.Journal(Path(given.journal), _terms(terms))
    except (UsageFault, ValueError) as fault:
        print(f"error: {fault}", file=sys.stderr)
        return 4
    _ours(chosen, journal, given.workers)
    _theirs(chosen, journal, terms, given.workers)
    found = document.made(chosen, journal, terms=_terms(terms), level=given.level, workers=given.workers)
    folder = Path(given.report_dir)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "peers.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (folder / "peers.md").write_text(document.page(found), "utf-8")
    print(document.table(found))
    return 0 if found["summary"]["all"]["suite"]["found"] == len(chosen) and not document.alarms(found) else 1


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("schemathesis", metavar="PATH", help="the program, in an environment of its own")
    parser.add_argument("--only", metavar="NAME|ID", action="append", default=[], help="these mutants (globs)")
    parser.add_argument("--level", choices=["core", "full"], default="full")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="of an operation, for Schemathesis")
    parser.add_argument("-n", "--workers", type=int, default=2, help="so many at once")
    parser.add_argument("--journal", metavar="FILE", default="reports/peers.jsonl")
    parser.add_argument("--report-dir", metavar="DIR", default="reports")
    return parser.parse_args(arguments)


def _chosen(only: Sequence[str], tier: Tier) -> list[clauses.Visible]:
    of_level = clauses.of_tier(mutants(), loader.load(), tier)
    named = matching(only, of_level, lambda one: (one.name, *one.breaks))
    return clauses.visible(named, clauses.read())


def _terms(terms: arena.Terms) -> dict[str, Any]:
    said = subprocess.run([terms.program, "--version"], capture_output=True, text=True, check=True).stdout
    versions = {"suite": __version__, "edition": loader.load().edition, "schemathesis": said.split()[-1]}
    return {**versions, "seed": terms.seed, "examples": terms.examples}


def _ours(chosen: Sequence[clauses.Visible], journal: arena.Journal, workers: int) -> None:
    left = [one for one in chosen if journal.found("suite", one.mutant.name) is None]
    if not left:
        return
    preflight = suite.preflight_of_a_run()
    journal.note(["preflight"], {"requests": preflight})
    # In batches, so that what is found is noted while the rest is played.
    with counted("the suite", len(left)) as told:
        for batch in (left[first : first + _BATCH] for first in range(0, len(left), _BATCH)):
            for one, finding in suite.play(batch, loader.load(), workers, preflight, told):
                journal.note(["suite", one.mutant.name], finding.as_json())


def _theirs(chosen: Sequence[clauses.Visible], journal: arena.Journal, terms: arena.Terms, workers: int) -> None:
    bouts = {
        ("control", str(by), *asks): arena.Bout(None, asks, arena.Terms(terms.program, terms.seed + by, terms.examples))
        for asks in sorted({one.asks for one in chosen})
        for by in range(1 + CONTROLS)
    }
    bouts |= {("peers", one.mutant.name): arena.Bout(one.mutant.name, one.asks, terms) for one in chosen}
    left = {what: bout for what, bout in bouts.items() if journal.found(*what) is None}
    # The controls first, and then in no order: a comparison that is cut off is one of a sample.
    left = dict(sorted(left.items(), key=lambda one: (one[0][0], random.Random(str(one[0])).random())))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["conformance.matrix.warm", "peers.arena"])
    with (
        # A server that is asked for nonsense warns of it, hundreds of times.
        ProcessPoolExecutor(workers, mp_context=context, initializer=logging.disable) as pool,
        counted("the peers", max(1, len(left))) as told,
    ):
        waiting = {pool.submit(arena.fight, bout): what for what, bout in left.items()}
        try:
            for done in as_completed(waiting):
                journal.note(waiting[done], done.result())
                told(waiting[done][-1])
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


if __name__ == "__main__":
    sys.exit(main())
