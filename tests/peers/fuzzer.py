"""Schemathesis on one server: its command, and what its events tell of the first failure.

It lives in an environment of its own: beside the suite it would change how Hypothesis prints.
"""

import json
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from conformance import schemas
from peers.finding import Finding

ROOM = Path(__file__).with_name("room")
_MOST_SECONDS = 180


_FOLLOWS = {
    "send": ("delete", "history", "delete_last", "delete_mine"),
    **dict.fromkeys(
        ("mute", "unmute", "ban", "unban", "kick", "clear", "delete", "delete_last", "delete_mine"), ("send",)
    ),
}
"""What has to do with a chat after what was done in it: the links that make stories of requests."""


def document(folder: Path) -> Path:
    """The OpenAPI document with its schemas, where the opaque ids are what they are on this server: integers.

    It has links, which the stateful phase goes by: the document by itself has none.
    """
    copied = Path(shutil.copytree(schemas.folder(), folder / "schemas"))
    parts = copied / "parts.json"
    read = json.loads(parts.read_text("utf-8"))
    read["$defs"]["opaque-id"] = {"type": "integer", "minimum": 1, "maximum": 10**12}
    parts.write_text(json.dumps(read), "utf-8")
    described = copied / "openapi.json"
    described.write_text(json.dumps(linked(json.loads(described.read_text("utf-8")))), "utf-8")
    return described


def linked(openapi: dict[str, Any]) -> dict[str, Any]:
    """The document with a link from what is done in a chat to what follows on it there."""
    operations = [one for path in openapi["paths"].values() for one in path.values() if "operationId" in one]
    for one in operations:
        follows = {name: _link(name) for name in _FOLLOWS.get(one["operationId"], ())}
        if follows:
            one["responses"]["200"]["links"] = follows
    return openapi


def _link(name: str) -> dict[str, Any]:
    body = {"requestBody": {"ids": ["$response.body#/id"]}} if name == "delete" else {}
    return {"operationId": name, "parameters": {"chat_id": "$request.path.chat_id"}, **body}


def command(described: Path, url: str, asks: Sequence[str], *, seed: int, examples: int) -> list[str]:
    """What the program is told; the events go into the folder in which it runs."""
    chosen = [word for one in asks for word in ("--include-operation-id", one)]
    return [
        "--config-file",
        str(ROOM / "schemathesis.toml"),
        "run",
        str(described),
        "--url",
        url,
        "--report",
        "ndjson",
        "--report-ndjson-path",
        "events.ndjson",
        "--no-color",
        "--request-timeout",
        "10",
        "--max-examples",
        str(examples),
        "--seed",
        str(seed),
        *chosen,
    ]


class Room:
    """Schemathesis, warmed up in a process of its own, in which it is run again and again."""

    def __init__(self, program: Path) -> None:
        """Start it; ``program`` is the command, in the environment in which it lives."""
        words = [str(program.with_name("python")), str(ROOM / "warm.py")]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def warm_up(self, words: Sequence[str], stage: Mapping[str, Any], folder: Path) -> None:
        """Run it once, in the process that stays: without hooks, which would stay too."""
        config = folder / "warm.toml"
        lines = (ROOM / "schemathesis.toml").read_text("utf-8").splitlines()
        config.write_text("\n".join(one for one in lines if not one.startswith("hooks")), "utf-8")
        cold = [str(config) if one == str(ROOM / "schemathesis.toml") else one for one in words]
        self._run([*cold, "--continue-on-failure", "--max-failures", "1000000"], stage, folder, stays=True)

    def play(self, words: Sequence[str], stage: Mapping[str, Any], folder: Path) -> Finding:
        """Run it in ``folder`` on what ``stage`` tells, to its first failure or its end."""
        status = self._run(words, stage, folder, stays=False)
        events = folder / "events.ndjson"
        if status == -signal.SIGALRM:
            return Finding(error=f"it did not come to an end in {_MOST_SECONDS} s", seconds=_MOST_SECONDS)
        if not events.exists():
            said = (folder / "log.txt").read_text("utf-8", "replace").strip()
            return Finding(error=f"it did not begin: {said[-300:]}")
        # Not splitlines: what was generated has line ends of every kind.
        return first_finding(json.loads(line) for line in events.read_text("utf-8").split("\n") if line)

    def close(self) -> None:
        """End it: it reads to the end of its input."""
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()
        self._process.wait()

    def _run(self, words: Sequence[str], stage: Mapping[str, Any], folder: Path, *, stays: bool) -> int:
        told = folder / "stage.json"
        told.write_text(json.dumps(stage), "utf-8")
        environment = {"PORTAL_SESSION": stage["session"], "PORTAL_STAGE": str(told)}
        environment["PORTAL_HOOKS"] = str(ROOM / "hooks.py")
        line = {"words": list(words), "environment": environment, "folder": str(folder)}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({**line, "stays": stays, "seconds": _MOST_SECONDS}) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def first_finding(events: Iterable[Mapping[str, Any]]) -> Finding:
    """The first failure that the events tell of, and how many requests it took; all of them where there is none.

    The two by which it feels out what a server is like are not counted: they ask for nothing of the document.
    """
    began, ended, fault = 0.0, False, ""
    asked: list[float] = []
    failed: list[tuple[float, str]] = []
    for event in events:
        name, told = next(iter(event.items()))
        began = told["timestamp"] if name == "EngineStarted" else began
        ended = ended or name == "EngineFinished"
        fault = fault or _fault(name, told)
        if name == "ScenarioFinished":
            asked += [one["timestamp"] for one in told["recorder"].get("interactions", {}).values()]
            failed += _failed(told["recorder"])
    if failed:
        first = min(at for at, _ in failed)
        kinds = tuple(sorted({kind for at, kind in failed if at == first}))
        return Finding(kinds, sum(at <= first for at in asked), first - began)
    last = max(asked, default=began)
    return Finding(requests=len(asked), seconds=last - began, error="" if ended and not fault else fault or "cut off")


def _failed(recorder: Mapping[str, Any]) -> Iterator[tuple[float, str]]:
    """When each request was made on whose answer a check failed, and which check of which operation."""
    label = recorder["label"]
    for case, checks in recorder.get("checks", {}).items():
        for check in checks:
            if check["status"] == "failure":
                yield recorder["interactions"][case]["timestamp"], f"{check['name']} of {label}"


def _fault(name: str, told: Mapping[str, Any]) -> str:
    if name not in {"NonFatalError", "FatalError"} or told.get("value", {}).get("type") == "NoLinksFound":
        return ""
    return f"{name}: {json.dumps(told, default=str)[:300]}"
