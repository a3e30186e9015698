"""What a load run shows on a terminal."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.redact import elide, printable

_WIDE = 160
_OUTCOMES = {"passed": "green", "failed": "bold red", "blocked": "yellow"}
_VERDICTS = {"conformant": "bold green", "non-conformant": "bold red", "inconclusive": "yellow"}


def show(results: Mapping[str, Any], path: Path) -> None:
    """Print the summary of a results document."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(width=_WIDE, highlight=False)
    if results["requirements"]:
        console.print(_clauses(results))
    for line, style in _lines(results, path):
        # As text: nothing that a target said is markup.
        console.print(Text(printable(line), style=style), soft_wrap=True)


def _clauses(results: Mapping[str, Any]) -> Table:
    table = Table(title="Under load", title_justify="left")
    for column in ("clause", "level", "outcome"):
        table.add_column(column)
    for one in results["requirements"]:
        table.add_row(one["id"], one["level"], Text(one["outcome"], style=_OUTCOMES.get(one["outcome"], "")))
    return table


def _lines(results: Mapping[str, Any], path: Path) -> Iterator[tuple[str, str]]:
    for check in results["checks"]:
        if not check["held"]:
            yield f"broken   {', '.join(check['requirements'])}: {check['title']}: {check['observed']}", "red"
    for one in results["blocked"]:
        yield f"open     {one['title']}: {elide(one['why'], 300)}", "yellow"
    for one in results["observations"]:
        yield f"observed {one['requirement']}: {one['title']}: {one['observed']}", ""
    if results["left_out"]:
        yield f"left out {', '.join(one['id'] for one in results['left_out'])} (the results say why)", ""
    yield from _figures(results)
    for one in results["leftovers"]:
        yield f"left     {one}", "yellow"
    yield f"results  {path}", ""
    yield f"verdict  {results['verdict'].upper()}: {results['reason']}", _VERDICTS[results["verdict"]]


def _figures(results: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    plan, rates = results["plan"], results["rates"]
    yield f"target   {results['target']['name'] or results['target']['url']}", ""
    joined = results["counts"].get("joined", 0)
    yield f"load     {joined} of {plan['users']} members in {plan['chats']} chats, seed {plan['seed']}", ""
    yield f"rates    a second {rates['sent']:g} sent, {rates['accepted']:g} accepted, {rates['heard']:g} heard", ""
    for what, told in results["latency_ms"].items():
        times = ", ".join(f"{name} {value:g}" for name, value in told.items() if name != "number")
        yield f"{what:<8} {times} ms, of {told['number']}", ""
    for one in results["generators"]:
        yield from _generator(one)


def _generator(one: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    memory = one["memory"]
    grew = f", {memory[0]['mib']:g} to {memory[-1]['mib']:g} MiB" if memory else ""
    cost = f"{one['cpu']:.0%} of a core{grew}, held up {one['held_up_s']:g} s at most"
    yield f"worker {one['worker']} {one['members']} members, {cost}", ""
    if one["busy"]:
        yield (
            f"worker {one['worker']} was too busy: latencies are its own, and no more members than that fit on a core",
            "yellow",
        )
