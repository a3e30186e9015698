"""What Schemathesis is asked to do, and what its events are read as."""

import contextlib
import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from peers import contract, fuzzer
from peers.finding import Finding

SEND = "POST /v1/portal/chats/{chat_id}/messages"
BEGUN: dict[str, Any] = {"EngineStarted": {"timestamp": 100.0}}
ENDED: dict[str, Any] = {"EngineFinished": {"timestamp": 109.0}}
PROBED: dict[str, Any] = {"PhaseFinished": {"phase": {"name": "probing"}, "payload": {"probes": [{}, {}]}}}


def scenario(*cases: tuple[float, str, str]) -> dict[str, Any]:
    """One scenario: when each request was made, a check on its answer, and what became of that."""
    named = {f"case-{at}": (at, check, status) for at, check, status in cases}
    recorder = {
        "label": SEND,
        "checks": {
            name: [{"name": "not_a_server_error", "status": "success"}, {"name": check, "status": status}]
            for name, (_, check, status) in named.items()
        },
        "interactions": {name: {"timestamp": at} for name, (at, _, _) in named.items()},
    }
    return {"ScenarioFinished": {"phase": "coverage", "recorder": recorder}}


def test_the_first_failure_by_time_counts_with_all_requests_up_to_it() -> None:
    late = scenario((104.0, "ignored_auth", "failure"), (103.0, "status_code_conformance", "failure"))
    early = scenario((101.0, "ignored_auth", "success"), (102.0, "ignored_auth", "success"))
    found = fuzzer.first_finding([BEGUN, PROBED, early, late, ENDED])
    assert found == Finding((f"status_code_conformance of {SEND}",), requests=3, seconds=3.0)


def test_without_a_failure_all_was_in_vain() -> None:
    passed = scenario((101.0, "ignored_auth", "success"), (102.5, "ignored_auth", "skip"))
    assert fuzzer.first_finding([BEGUN, PROBED, passed, ENDED]) == Finding(requests=2, seconds=2.5)


def test_a_story_without_a_request_is_none() -> None:
    empty = {"ScenarioFinished": {"phase": "stateful", "recorder": {"label": "Stateful tests"}}}
    assert fuzzer.first_finding([BEGUN, empty, ENDED]) == Finding()


def test_a_run_that_was_cut_off_or_went_wrong_says_so() -> None:
    assert fuzzer.first_finding([BEGUN]).error == "cut off"
    broken = {"NonFatalError": {"value": {"type": "Timeout"}}}
    assert fuzzer.first_finding([BEGUN, broken, ENDED]).error.startswith("NonFatalError")
    without_links = {"NonFatalError": {"value": {"type": "NoLinksFound", "message": "no stories are to be told"}}}
    assert fuzzer.first_finding([BEGUN, without_links, ENDED]).error == ""


def test_it_is_asked_for_the_operations_alone_with_seed_and_bound() -> None:
    words = fuzzer.command(Path("openapi.json"), "http://here", ("ban", "send"), seed=7, examples=50)
    line = " ".join(words)
    assert "--include-operation-id ban --include-operation-id send" in line
    assert "--url http://here" in line
    assert "--seed 7" in line
    assert "--max-examples 50" in line


IMPOSTOR = """#!{python}
import json, pathlib, sys
for line in sys.stdin:
    told = json.loads(line)
    folder = pathlib.Path(told["folder"])
    (folder / "log.txt").write_text("no such option")
    (folder / "told.json").write_text(line)
    if {events!r}:
        (folder / "events.ndjson").write_text({events!r})
    print({status}, flush=True)
"""


@contextlib.contextmanager
def room(folder: Path, status: int, *events: dict[str, Any]) -> Iterator[fuzzer.Room]:
    """A room in which somebody else answers."""
    python = folder / "python"
    lines = "".join(f"{json.dumps(event)}\n" for event in events)
    python.write_text(IMPOSTOR.format(python=sys.executable, status=status, events=lines), "utf-8")
    python.chmod(0o700)
    with contextlib.closing(fuzzer.Room(folder / "schemathesis")) as made:
        yield made


def test_the_events_of_a_run_are_read_whatever_its_status(tmp_path: Path) -> None:
    failed = scenario((101.0, "ignored_auth", "failure"))
    with room(tmp_path, 1, BEGUN, failed, ENDED) as made:
        found = made.play(["run"], {"session": "s"}, tmp_path)
    assert found == Finding((f"ignored_auth of {SEND}",), requests=1, seconds=1.0)


def test_a_run_that_has_no_end_or_did_not_begin_says_so(tmp_path: Path) -> None:
    with room(tmp_path, -signal.SIGALRM, BEGUN) as made:
        assert made.play(["run"], {"session": "s"}, tmp_path).error == "it did not come to an end in 180 s"
    (tmp_path / "events.ndjson").unlink()
    with room(tmp_path, 2) as made:
        assert made.play(["run"], {"session": "s"}, tmp_path).error == "it did not begin: no such option"


def test_it_is_warmed_up_without_hooks_and_to_the_end(tmp_path: Path) -> None:
    words = fuzzer.command(Path("openapi.json"), "http://here", ["send"], seed=1, examples=5)
    with room(tmp_path, 0, ENDED) as made:
        made.warm_up(words, {"session": "s"}, tmp_path)
    told = json.loads((tmp_path / "told.json").read_text("utf-8"))
    config = Path(told["words"][1]).read_text("utf-8")
    assert "hooks" in (fuzzer.ROOM / "schemathesis.toml").read_text("utf-8")
    assert "hooks" not in config
    assert "[auth.openapi]" in config
    assert told["stays"]
    assert "--continue-on-failure" in told["words"]


def test_links_go_to_operations_of_the_document_and_carry_the_chat(tmp_path: Path) -> None:
    read = json.loads(fuzzer.document(tmp_path).read_text("utf-8"))
    links = [
        link
        for path in read["paths"].values()
        for one in path.values()
        if "operationId" in one
        for link in one["responses"].get("200", {}).get("links", {}).values()
    ]
    assert {link["operationId"] for link in links} <= contract.operations().keys()
    assert len(links) > 10
    assert {link["parameters"]["chat_id"] for link in links} == {"$request.path.chat_id"}


def test_ids_are_integers_for_it(tmp_path: Path) -> None:
    parts = json.loads(fuzzer.document(tmp_path).with_name("parts.json").read_text("utf-8"))
    assert parts["$defs"]["opaque-id"] == {"type": "integer", "minimum": 1, "maximum": 10**12}
