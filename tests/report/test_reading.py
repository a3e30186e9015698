"""Results files that are read again, and the command for it: whatever is wrong with one is one sentence."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import ResultsFault
from conformance.report import reading
from conformance.report.page import NOT_ENDED

from .made import broken_document

Document = dict[str, Any]


def file(folder: Path, content: Document | str | bytes) -> Path:
    path = folder / "results.json"
    text = json.dumps(content) if isinstance(content, dict) else content
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def report(*arguments: object) -> tuple[int, str, str]:
    command = [str(Path(sys.executable).with_name("portal-conformance")), "report", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


def test_a_results_file_is_what_was_written(tmp_path: Path) -> None:
    assert reading.read(file(tmp_path, broken_document())) == broken_document()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "is no JSON, or was cut off"),
        (b"\xff\xfe\x00", "is no JSON"),
        (json.dumps(broken_document())[:-20], "was cut off"),
        ("[" * 100_000, "is no JSON"),
        ('{"format": NaN}', "is no JSON"),
        ('{"format": 1e999}', "is no JSON"),
        ("[]", "is no results file of the format"),
        ("null", "is no results file of the format"),
        ("{}", "is no results file of the format"),
        ('{"format": "portal-conformance-mutants/1"}', "is no results file of the format"),
        ('{"format": "portal-conformance-results/2"}', "is no results file of the format"),
        ('{"format": "portal-conformance-results/1"}', "made by another version: catalogue: missing"),
    ],
)
def test_what_is_no_results_file_is_a_fault_in_a_sentence(content: str | bytes, why: str, tmp_path: Path) -> None:
    with pytest.raises(ResultsFault) as caught:
        reading.read(file(tmp_path, content))
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def without_a_member(document: Document) -> None:
    del document["scenarios"][0]["checks"]


def with_a_word_for_a_number(document: Document) -> None:
    document["scenarios"][0]["wire"] = [{"kind": "http", "index": "first"}]


def with_a_verdict_and_no_end(document: Document) -> None:
    del document["end"]


@pytest.mark.parametrize("change", [without_a_member, with_a_word_for_a_number, with_a_verdict_and_no_end])
def test_what_was_changed_is_told_with_its_place(change: Callable[[Document], None], tmp_path: Path) -> None:
    document = broken_document()
    change(document)
    with pytest.raises(ResultsFault, match="was changed, or made by another version"):
        reading.read(file(tmp_path, document))


def test_of_many_faults_some_are_told(tmp_path: Path) -> None:
    with pytest.raises(ResultsFault, match=r"and \d+ more$"):
        reading.read(file(tmp_path, {"format": "portal-conformance-results/1"}))


@pytest.mark.parametrize("path", ["nowhere.json", "."])
def test_a_file_that_cannot_be_read(path: str, tmp_path: Path) -> None:
    with pytest.raises(ResultsFault, match=r"cannot be read \(.+\): give the results\.json of a run"):
        reading.read(tmp_path / path)


def test_the_command_writes_the_page_beside_the_results(tmp_path: Path) -> None:
    status, said, wrong = report(file(tmp_path, broken_document()))
    assert (status, wrong) == (0, "")
    assert said.split() == ["page", str(tmp_path / "report.html")]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["report.html", "results.json"]
    assert "SEND-MUTED" in (tmp_path / "report.html").read_text("utf-8")


def test_the_command_writes_where_it_is_told_and_a_har_where_it_is_asked(tmp_path: Path) -> None:
    page, har = tmp_path / "a.html", tmp_path / "b.har"
    status, said, _ = report(file(tmp_path, broken_document()), "--output", page, "--har", har)
    assert status == 0
    assert [line.split()[0] for line in said.splitlines()] == ["page", "har"]
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert json.loads(har.read_text("utf-8"))["log"]["version"] == "1.2"


def test_a_run_that_did_not_end_is_rendered_as_one(tmp_path: Path) -> None:
    document = {name: value for name, value in broken_document().items() if name not in {"end", "verdict"}}
    assert report(file(tmp_path, {**document, "verdict": "inconclusive"}))[0] == 0
    assert NOT_ENDED in (tmp_path / "report.html").read_text("utf-8")


@pytest.mark.parametrize("arguments", [("results.json", "--output", "no/such/folder/x.html"), ("nowhere.json",), ()])
def test_a_mistake_is_a_sentence_and_exit_status_4(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file(tmp_path, broken_document())
    monkeypatch.chdir(tmp_path)
    status, _, wrong = report(*arguments)
    assert status == 4
    assert "Error: " in wrong
    assert "Traceback" not in wrong
