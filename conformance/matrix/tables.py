"""The matrix as tables: for a terminal, and in Markdown."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from conformance.matrix.kills import Fate, Kill, stale_collateral
from conformance.matrix.trials import Trial
from conformance.redact import elide

_STYLES = {Fate.KILLED: "green", Fate.SURVIVED: "bold red", Fate.MISATTRIBUTED: "bold yellow", Fate.ERROR: "bold red"}

_SHOWN = 3
_WIDE = 200


def show(table: Table) -> None:
    """Print ``table``; where nobody looks and it goes into a file, as wide as its names ask for."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDE)
    console.print(table)


def of_kills(kills: Iterable[Kill]) -> Table:
    """One row a mutant."""
    table = Table(title="Kill matrix", title_justify="left")
    for column in ("mutant", "breaks", "went red", "fate"):
        table.add_column(column, overflow="fold")
    table.add_column("s", justify="right")
    table.add_column("requests", justify="right")
    for kill in kills:
        style = _STYLES[kill.fate]
        table.add_row(
            kill.name,
            " ".join(kill.mutant.breaks),
            " ".join(kill.red),
            f"[{style}]{kill.fate.value}[/{style}]",
            f"{kill.playback.seconds:.1f}",
            str(kill.playback.reached.requests if kill.playback.reached else kill.playback.requests),
        )
    return table


def complaints(kills: Iterable[Kill]) -> list[str]:
    """For each mutant that was not killed for the right reason, why, and what the scenarios said meanwhile."""
    return [
        line
        for kill in kills
        if kill.fate is not Fate.KILLED
        for line in (f"{kill.name}: {kill.fate}: {elide(kill.why, 300)}", *_heard(kill.playback.said().items()))
    ]


def stale(kills: Iterable[Kill]) -> list[str]:
    """A note for each mutant whose collateral did not happen, where every scenario was played."""
    found = stale_collateral(kill for kill in kills if not kill.playback.job.stop)
    return [f"note: {name}: named as collateral, but stayed green: {', '.join(ids)}" for name, ids in found.items()]


def _heard(sayings: Iterable[tuple[str, str]]) -> list[str]:
    return [f"    {name}: {elide(what, 200)}" for name, what in list(sayings)[:_SHOWN]]


def counted(kills: Sequence[Kill]) -> str:
    """How many mutants met which fate, in words."""
    counts = Counter(kill.fate for kill in kills)
    return f"{len(kills)} mutants: " + ", ".join(f"{counts[fate]} {fate}" for fate in Fate if counts[fate])


def markdown(kills: Sequence[Kill], chapter_of: dict[str, str]) -> str:
    """For the README: a row a chapter, by the first requirement that a mutant breaks."""
    chapters = Counter(chapter_of[kill.mutant.breaks[0]] for kill in kills)
    fates = Counter((chapter_of[kill.mutant.breaks[0]], kill.fate) for kill in kills)
    lines = ["| chapter | mutants | killed | survived | misattributed | errors |", "|---|---:|---:|---:|---:|---:|"]
    for chapter in dict.fromkeys(chapter_of.values()):
        if chapters[chapter]:
            cells = " | ".join(str(fates[chapter, fate]) for fate in Fate)
            lines.append(f"| {chapter} | {chapters[chapter]} | {cells} |")
    total = " | ".join(str(sum(kill.fate is fate for kill in kills)) for fate in Fate)
    return "\n".join([*lines, f"| **all** | {len(kills)} | {total} |"])


def of_trials(trials: Iterable[Trial]) -> Table:
    """One row a server."""
    table = Table(title="Variants", title_justify="left")
    table.add_column("variant", overflow="fold")
    table.add_column("verdict")
    table.add_column("s", justify="right")
    table.add_column("requests", justify="right")
    for trial in trials:
        playback = trial.playback
        text = "[green]conformant[/green]" if trial.quiet else f"[bold red]{_accused(trial)}[/bold red]"
        table.add_row(trial.label, text, f"{playback.seconds:.1f}", str(playback.requests))
    return table


def _accused(trial: Trial) -> str:
    return "error" if trial.error else f"{len(trial.alarms)} false alarms"


def false_alarms(trials: Iterable[Trial]) -> list[str]:
    """For each server that is not conformant, of what it was accused."""
    return [
        line
        for trial in trials
        if not trial.quiet
        for line in (
            f"{' + '.join(trial.names)}: {trial.error or _accused(trial)}",
            *(f"    {elide(alarm, 300)}" for alarm in trial.alarms[:_SHOWN]),
        )
    ]


def counted_trials(trials: Sequence[Trial]) -> str:
    """How many servers were judged, how many of them in vain, and how many were not, in words."""
    loud = sum(bool(trial.alarms) for trial in trials)
    failed = sum(bool(trial.error) for trial in trials)
    alone = sum(len(trial.variants) == 1 for trial in trials)
    mixed = f" and {len(trials) - alone} combinations" if alone < len(trials) else ""
    unjudged = f", {failed} could not be judged" if failed else ""
    return f"{alone} variants{mixed}: {loud or 'no'} false alarm{'' if loud == 1 else 's'}{unjudged}"


def markdown_of_trials(trials: Sequence[Trial]) -> str:
    """For the README: variants alone and in combination."""
    kinds = {"alone": [one for one in trials if len(one.variants) == 1]}
    kinds["in combination"] = [one for one in trials if len(one.variants) > 1]
    lines = ["| variants | servers judged | conformant | false alarms |", "|---|---:|---:|---:|"]
    for kind, some in kinds.items():
        quiet, loud = sum(trial.quiet for trial in some), sum(bool(trial.alarms) for trial in some)
        lines.append(f"| {kind} | {quiet + loud} | {quiet} | {loud} |")
    return "\n".join(lines)
