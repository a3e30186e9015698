"""One mutant before both peers: a server of its own for each, with the same stage on it."""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from reference import actors

from conformance.matrix.apart import NoServer, serving_apart
from conformance.matrix.jobs import Job
from conformance.reference.settings import Ready, Settings
from peers import baseline, contract, fuzzer, stage
from peers.finding import Finding

HONEST = "reference"
"""What the server is called that keeps the contract."""

_BOT_KEY = "no-bot-is-asked"
_WARMING = 5


@dataclass(frozen=True, slots=True)
class Terms:
    """How the peers are asked to look: the program, the seed, and how many examples an operation gets."""

    program: str
    seed: int
    examples: int


@dataclass(frozen=True, slots=True)
class Bout:
    """One server before both; ``mutant`` is None where it keeps the contract."""

    mutant: str | None
    asks: tuple[str, ...]
    terms: Terms


_Contender = Callable[[Ready, Mapping[str, Any], Path, Bout], Finding]


def fight(bout: Bout) -> dict[str, Any]:
    """What each finds, as JSON values by its name."""
    return {name: _on_its_own(contender, bout).as_json() for name, contender in CONTENDERS.items()}


def _on_its_own(contender: _Contender, bout: Bout) -> Finding:
    job = Job(bout.mutant or HONEST, bout.mutant)
    settings = Settings(control_token=actors.CONTROL_TOKEN, bot_api_key=_BOT_KEY)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="portal-peers-") as folder,
            serving_apart(job, settings) as ready,
            stage.world(ready.url, ready.ws_url) as world,
        ):
            return contender(ready, stage.set_on(world), Path(folder), bout)
    except NoServer as error:
        return Finding(error=f"the server did not start: {error}")
    except stage.BROKEN as error:
        return Finding(error=f"the stage could not be set: {type(error).__name__} {error}"[:300])


def _schemathesis(ready: Ready, there: Mapping[str, Any], folder: Path, bout: Bout) -> Finding:
    words = fuzzer.command(
        fuzzer.document(folder), ready.url, bout.asks, seed=bout.terms.seed, examples=bout.terms.examples
    )
    return _room(bout.terms.program).play(words, there, folder)


@cache
def _room(program: str) -> fuzzer.Room:
    """The room of this process, warmed up on a server that keeps the contract."""
    room = fuzzer.Room(Path(program))

    def warm_up(ready: Ready, there: Mapping[str, Any], folder: Path, bout: Bout) -> Finding:
        words = fuzzer.command(fuzzer.document(folder), ready.url, bout.asks, seed=bout.terms.seed, examples=_WARMING)
        room.warm_up(words, there, folder)
        return Finding()

    _on_its_own(warm_up, Bout(None, tuple(_operations()), Terms(program, 0, _WARMING)))
    return room


def _baseline(ready: Ready, there: Mapping[str, Any], _: Path, bout: Bout) -> Finding:
    asked, terms = [_operations()[name] for name in bout.asks], bout.terms
    return baseline.play(ready.url, asked, there, number=terms.seed, examples=2 * terms.examples)


@cache
def _operations() -> Mapping[str, contract.Operation]:
    return contract.operations()


CONTENDERS: Mapping[str, _Contender] = {"schemathesis": _schemathesis, "baseline": _baseline}


class Journal:
    """What was found so far, a line each, so that a run that was cut off goes on where it ended."""

    def __init__(self, path: Path, terms: Mapping[str, Any]) -> None:
        """Read what is at ``path``; raises `ValueError` where that was found on other terms."""
        self._path = path
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        if not lines:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._write({"terms": terms})
        elif json.loads(lines[0])["terms"] != terms:
            raise ValueError(f"{path} is of a comparison on other terms: remove it, or name another by --journal")
        self._found = {tuple(one["what"]): one["found"] for one in map(json.loads, lines[1:])}

    def note(self, what: Sequence[str], found: Mapping[str, Any]) -> None:
        """Write down what was found."""
        self._found[tuple(what)] = found
        self._write({"what": list(what), "found": found})

    def found(self, *what: str) -> Mapping[str, Any] | None:
        """What was found of it; None where it is still to be done."""
        return self._found.get(what)

    def _write(self, line: Mapping[str, Any]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
