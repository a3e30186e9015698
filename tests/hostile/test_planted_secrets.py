"""A target that plants secrets everywhere: no artefact shows one; and where the suite itself slips, it says so."""

import json
import re
from pathlib import Path

import pytest

from conformance.reference.settings import Ready

from .planting import PLACES, Planting, forms
from .playing import TOKEN, Ran, Runner
from .proxy import proxy

# A plugin that stands for a mistake of the suite: it puts a secret where no mask is.
SLIPS = {
    "a file of its own": """
def pytest_sessionfinish(session):
    folder = pathlib.Path(session.config.option.portal_report_dir or "reports")
    said = base64.b64encode(b"u:" + TOKEN.encode()).decode()
    folder.joinpath("story-slip.json").write_text(json.dumps({"said": said}))
""",
    "the records": """
def pytest_runtest_logreport(report):
    if hasattr(report, "portal"):
        report.portal["title"] = f"the title of {TOKEN}"
""",
}
_PLUGIN = """
import base64, json, os, pathlib, pytest
TOKEN = os.environ["PORTAL_CONTROL_TOKEN"]
@pytest.hookimpl(tryfirst=True)"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_no_artefact_shows_what_a_target_gave_back(honest: Ready, tmp_path: Path, workers: str) -> None:
    planting = Planting()
    with proxy(honest.url, planting) as target:
        runner = Runner(tmp_path, timeout_s=5, options=[f"-n{workers}", "--alluredir=allure"])
        ran = runner.run(target.url, "SEND-BANNED", "SEND-BROADCAST")
    assert planting.planted.keys() == PLACES
    assert min(planting.planted.values()) > 0
    assert {one["outcome"] for one in ran.results["scenarios"]} == {"passed"}, ran.output
    assert "audit" not in ran.results
    written = ran.written() + "".join(path.read_text("utf-8") for path in tmp_path.joinpath("allure").iterdir())
    assert TOKEN in planting.secrets
    assert [form for secret in planting.secrets for form in forms(secret) if form in written] == []
    # It was written at all: what was planted is there, and masked.
    assert len(re.findall(r"planted\W+\[masked\]", written)) > len(PLACES)


def _slipped(honest: Ready, folder: Path, code: str, *options: str) -> Ran:
    folder.joinpath("slip.py").write_text(_PLUGIN + code)
    return Runner(folder, timeout_s=5, options=list(options), command=("pytest", "-p", "slip")).run(
        honest.url, "SEND-BODY-ABSENT"
    )


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_file_with_a_secret_is_deleted_and_ends_the_run(honest: Ready, tmp_path: Path, workers: str) -> None:
    ran = _slipped(honest, tmp_path, SLIPS["a file of its own"], f"-n{workers}")
    said = "story-slip.json showed a secret of this run and was deleted: suite; please report it"
    assert ran.status == 2
    assert ran.results["audit"] == [said]
    assert ran.results["reason"].startswith(said)
    assert not ran.folder.joinpath("story-slip.json").exists()
    assert {one["outcome"] for one in ran.results["scenarios"]} == {"passed"}


def test_results_with_a_secret_are_written_anew_without_it(honest: Ready, tmp_path: Path) -> None:
    ran = _slipped(honest, tmp_path, SLIPS["the records"])
    assert ran.status == 2
    assert any(one.startswith("results.json showed a secret") for one in ran.results["audit"])
    assert not ran.folder.joinpath("results.jsonl").exists()
    assert TOKEN not in ran.written()
    assert "the title of [masked]" in json.dumps(ran.results["scenarios"])
