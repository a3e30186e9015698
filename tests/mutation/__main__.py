"""Changes the suite bit by bit, and fails where its tests do not notice."""

import os
import time
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import changes
import click
import survivors
import trying

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SLACK = 2.0
"""How many times as long as unchanged, libraries included, and how many seconds more the tests of a change may take."""


@click.command()
@click.argument("names", metavar="[MODULE]...", nargs=-1)
@click.option("--jobs", "-n", default=os.cpu_count(), show_default=True, help="How many changes are tried at once.")
def main(names: Sequence[str], jobs: int) -> None:
    """Try every change of the given modules and packages, or of all that pyproject.toml names."""
    listed = survivors.load(HERE / "survivors.toml")
    tried: set[survivors.Key] = set()
    survived: list[survivors.Key] = []
    for module, tests in _chosen(names):
        began = time.monotonic()
        keys, unnoticed = _try(module, tests, jobs)
        tried |= keys
        survived += unnoticed
        seconds = time.monotonic() - began
        click.echo(f"{module}: {len(keys)} changes, {len(unnoticed)} unnoticed, {seconds:.0f} s")
    wrong = list(survivors.faults(tried, survived, listed))
    click.echo(f"{len(tried)} changes, {len(survived)} unnoticed; {len(wrong)} faults of survivors.toml")
    if wrong:
        raise click.ClickException("\n\n".join(("survivors.toml", *wrong)))


def _chosen(names: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mutation"]["tests"]
    for module, tests in table.items():
        if not names or any(module == name or module.startswith(f"{name}.") for name in names):
            yield module, [str(ROOT / test) for test in tests]


def _try(module: str, tests: Sequence[str], jobs: int) -> tuple[set[survivors.Key], list[survivors.Key]]:
    """The keys of all changes of a module, and of those that no test noticed."""
    unchanged = trying.baseline(tests)
    if unchanged.status != trying.UNNOTICED:
        raise click.ClickException(f"{module}: its tests fail as it is: pytest's exit status is {unchanged.status}")
    trying.warm(unchanged.loaded)
    source = trying.origin_of(module).read_text("utf-8")
    every = list(changes.changes_of(module, source))
    limit = unchanged.seconds * SLACK + SLACK
    # As it is, once more: what is noticed there is how changes are tried, and nothing in them.
    sources = [source, *(one.source for one in every)]
    control, *found = trying.statuses(module, sources, tests, seconds=limit, jobs=jobs)
    if control != trying.UNNOTICED or trying.BROKEN.intersection(found):
        raise click.ClickException(f"{module}: pytest itself fails, with {control} as it is and {set(found)} changed")
    unnoticed = {_key(one) for one, status in zip(every, found, strict=True) if status == trying.UNNOTICED}
    return {_key(one) for one in every}, sorted(unnoticed)


def _key(change: changes.Change) -> survivors.Key:
    return change.module, change.where, change.was, change.becomes


if __name__ == "__main__":
    main()
