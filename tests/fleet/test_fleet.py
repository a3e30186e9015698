"""A fleet's file, what it becomes in CI, and one real comparison: honest, lying and dead side by side."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance import fleet, schemas
from conformance.errors import FleetFault
from conformance.fleet import Member
from conformance.matrix import comparison
from conformance.matrix.comparison import Column
from conformance.reference.embedded import serving
from conformance.reference.mutants.bans import BanIsForgottenAfterTheFirstRefusal
from conformance.reference.settings import Settings

TOKEN = "control-token-of-the-fleet"


def written(folder: Path, text: str) -> Path:
    path = folder / "fleet.toml"
    path.write_text(text, "utf-8")
    return path


# --- the file ------------------------------------------------------------------------------------------------------


def test_targets_are_read_in_their_order_and_profiles_beside_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, '[[target]]\nname = "b"\nprofile = "b.toml"\n[[target]]\nname = "a"\nurl = "http://a"\n')
    assert fleet.load(path) == (Member("b", profile=str(tmp_path / "b.toml")), Member("a", url="http://a"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[target]", "is not valid TOML"),
        ("", "fleet.toml: target: missing"),
        ('[[target]]\nname = "eu"\n', "target[0]"),
        ('[[target]]\nname = "a"\nurl = "http://a"\n' * 2, "target: 2 are called 'a': give each a name of its own"),
    ],
)
def test_a_file_that_is_wrong_is_told_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FleetFault) as caught:
        fleet.load(written(tmp_path, text))
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FleetFault, match="cannot be read"):
        fleet.load(tmp_path / "none.toml")


# --- in CI ---------------------------------------------------------------------------------------------------------

EU, US = Member("eu", "https://eu.example", "https://ws.eu.example", "it's.toml"), Member("us", "https://us.example")


def test_github_has_one_job_a_target() -> None:
    assert json.loads(fleet.github_matrix([EU, US])) == {
        "include": [
            {
                "name": "eu",
                "target": "https://eu.example",
                "ws-target": "https://ws.eu.example",
                "profile": "it's.toml",
            },
            {"name": "us", "target": "https://us.example", "ws-target": "", "profile": ""},
        ]
    }


def test_gitlab_has_one_job_a_target() -> None:
    pipeline = json.loads(fleet.gitlab_pipeline([EU, US], ["--level=full"]))
    assert list(pipeline) == ["portal-eu", "portal-us"]
    assert pipeline["portal-eu"]["script"][-1] == (
        "portal-conformance run --target=https://eu.example --ws-target=https://ws.eu.example "
        "'--profile=it'\"'\"'s.toml' --level=full --report-dir=reports/eu"
    )
    assert pipeline["portal-us"]["artifacts"]["reports"] == {"junit": "reports/us/junit.xml"}


# --- the comparison ------------------------------------------------------------------------------------------------


def results(verdict: str, **outcomes: str) -> dict[str, Any]:
    ids = {"SEND_MUTED": "SEND-MUTED", "SEND_BANNED": "SEND-BANNED"}
    requirements = [
        {"id": ids[name], "level": "MUST", "chapter": "refusals", "text": "t", "outcome": outcome}
        for name, outcome in outcomes.items()
    ]
    return {"verdict": verdict, "reason": f"it is {verdict} <b>[/x]", "requirements": requirements}


GREEN = Column("eu", results("conformant", SEND_MUTED="passed", SEND_BANNED="passed"), "eu")
RED = Column("us", results("non-conformant", SEND_MUTED="failed", SEND_BANNED="passed"), "us")
DEAD = Column("ap", None, why="nothing answers")


@pytest.mark.parametrize(
    ("columns", "status"), [([GREEN], 0), ([GREEN, DEAD], 2), ([DEAD, RED, GREEN], 1), ([GREEN, RED], 1)]
)
def test_the_worst_decides_the_exit_status(columns: list[Column], status: int) -> None:
    assert comparison.status_of(columns) == status


def test_each_requirement_has_its_outcome_at_each_target() -> None:
    rows = comparison.document_of([GREEN, RED, DEAD])["requirements"]
    assert [(row["id"], list(row["outcomes"].values())) for row in rows] == [
        ("SEND-MUTED", ["passed", "failed", "not judged"]),
        ("SEND-BANNED", ["passed", "passed", "not judged"]),
    ]


def test_the_page_shows_where_they_differ_and_escapes_what_a_target_says() -> None:
    page = comparison.page_of([GREEN, RED])
    assert "<b>1</b> requirements on which they differ" in page
    assert "it is conformant &lt;b&gt;[/x]" in page
    assert 'title="SEND-MUTED at us: failed"' in page
    assert '<a href="us/report.html">' in page


# --- a real one ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str, Path]:
    folder = tmp_path_factory.mktemp("fleet")
    settings = Settings(control_token=TOKEN)
    with serving(settings) as honest, serving(settings, BanIsForgottenAfterTheFirstRefusal()) as liar:
        targets = {"honest": honest.url, "lying": liar.url, "dead": "http://127.0.0.1:1"}
        written(folder, "".join(f'[[target]]\nname = "{name}"\nurl = "{url}"\n' for name, url in targets.items()))
        done = subprocess.run(
            [sys.executable, "-m", "conformance", "fleet", "fleet.toml", "-n", "2"],
            cwd=folder,
            env={**os.environ, "PORTAL_CONTROL_TOKEN": TOKEN},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    return done.returncode, done.stdout + done.stderr, folder / "reports" / "fleet"


def test_honest_lying_and_dead_are_told_apart(compared: tuple[int, str, Path]) -> None:
    status, said, folder = compared
    assert status == 1, said
    found = json.loads(folder.joinpath("fleet.json").read_text("utf-8"))
    assert {one["name"]: one["verdict"] for one in found["targets"]} == {
        "honest": "conformant",
        "lying": "non-conformant",
        "dead": "inconclusive",
    }
    banned = next(one for one in found["requirements"] if one["id"] == "SEND-BANNED")
    assert banned["outcomes"] == {"honest": "passed", "lying": "failed", "dead": "not judged"}
    assert "nothing answers at 127.0.0.1:1" in folder.joinpath("fleet.html").read_text("utf-8")


def test_each_run_leaves_its_results_and_its_log(compared: tuple[int, str, Path]) -> None:
    _, _, folder = compared
    for name in ("honest", "lying", "dead"):
        assert schemas.faults("results", json.loads(folder.joinpath(name, "results.json").read_text("utf-8"))) == ()
        assert "verdict  " in folder.joinpath(name, "log.txt").read_text("utf-8")


def test_a_wrong_file_is_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "conformance", "fleet", "none.toml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (4, "Error: none.toml: cannot be read (No such file or directory)\n")
