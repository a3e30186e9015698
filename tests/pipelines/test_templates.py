"""What pipelines are given: valid by the vendors' schemas, and their scripts do what they say when they are run."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from judging.conftest import TOKEN

from conformance.reference.settings import Ready

ROOT = Path(__file__).parents[2]
ACTION = ROOT / ".github" / "actions" / "gate" / "action.yml"
TEMPLATE = ROOT / ".gitlab" / "portal-conformance.gitlab-ci.yml"
FILES = {
    "vendor.github-actions": [ACTION],
    "vendor.github-workflows": [*ROOT.glob(".github/workflows/*.yml"), *ROOT.glob(".github/examples/*.yml")],
    "vendor.gitlab-ci": [TEMPLATE, ROOT / ".gitlab" / "examples" / ".gitlab-ci.yml"],
}


def valid(schema: str, path: Path) -> tuple[bool, str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(("schema", "path"), [(name, path) for name, paths in FILES.items() for path in paths])
def test_it_is_valid_by_the_vendors_schema(schema: str, path: Path) -> None:
    good, said = valid(schema, path)
    assert good, said


@pytest.mark.parametrize(
    ("schema", "path", "wrong"),
    [
        ("vendor.github-actions", ACTION, {"runs": {"using": "composite", "steps": [{"run": "true", "shel": "bash"}]}}),
        ("vendor.github-workflows", FILES["vendor.github-workflows"][0], {"jobs": {"gate": {"step": []}}}),
        ("vendor.gitlab-ci", TEMPLATE, {"job": {"artifacts": {"when": "ever"}}}),
    ],
)
def test_the_schema_would_find_a_fault(tmp_path: Path, schema: str, path: Path, wrong: dict[str, Any]) -> None:
    spoilt = {**yaml.safe_load(path.read_text("utf-8")), **wrong}
    (tmp_path / "spoilt.yml").write_text(
        yaml.safe_dump({("on" if key is True else key): spoilt[key] for key in spoilt})
    )
    assert not valid(schema, tmp_path / "spoilt.yml")[0]


def steps() -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load(ACTION.read_text("utf-8"))["runs"]["steps"] if "run" in one]


def test_no_script_of_the_action_has_an_expression_in_it() -> None:
    assert len(steps()) == 2
    assert not [one["name"] for one in steps() if "${{" in one["run"]]


def test_the_example_gives_the_action_what_it_takes() -> None:
    taken = set(yaml.safe_load(ACTION.read_text("utf-8"))["inputs"])
    example = yaml.safe_load((ROOT / ".github" / "examples" / "gate.yml").read_text("utf-8"))
    (step,) = [one for one in example["jobs"]["gate"]["steps"] if "actions/gate@" in one.get("uses", "")]
    assert set(step["with"]) <= taken
    own = yaml.safe_load((ROOT / ".gitlab" / "examples" / ".gitlab-ci.yml").read_text("utf-8"))["conformance"]
    assert set(own["variables"]) <= set(yaml.safe_load(TEMPLATE.read_text("utf-8"))[own["extends"]]["variables"])


class Runner:
    """Plays the steps of the action as GitHub does: inputs by the environment, outputs by a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "output"
        self.temp = folder / "temp"
        self.temp.mkdir()

    def step(self, number: int, **inputs: str) -> subprocess.CompletedProcess[str]:
        self.output.write_text("")
        defaults = {name: one.get("default", "") for name, one in yaml.safe_load(ACTION.read_text())["inputs"].items()}
        given = defaults | {"python": sys.executable} | {name.replace("_", "-"): one for name, one in inputs.items()}
        step = steps()[number]
        environment = {name: self._expanded(value, given) for name, value in step["env"].items()}
        # As GitHub starts a bash: it ends at the first command that fails.
        return played(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]], self.folder, {
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ACTION.parent),
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "RUNNER_TEMP": str(self.temp),
            **environment,
        })  # fmt: skip

    def _expanded(self, value: str, given: Mapping[str, str]) -> str:
        return given[value.removeprefix("${{ inputs.").removesuffix(" }}")]

    @property
    def outputs(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.output.read_text().splitlines())


def played(command: list[str], folder: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PORTAL_CONTROL_TOKEN": TOKEN, "CI": "true", **variables}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=400
    )


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """A runner on which the first step, the installation, has been played."""
    runner = Runner(tmp_path_factory.mktemp("runner"))
    installed = runner.step(0)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return runner


def test_the_action_judges_and_says_what_came_of_it(runner: Runner, server: Ready) -> None:
    ran = runner.step(1, target=server.url, report_dir="out put")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert runner.outputs == {"verdict": "conformant", "gate": "passed", "results": "out put/results.json"}
    assert (runner.folder / "out put" / "junit.xml").exists()
    assert (runner.folder / "summary.md").read_text().startswith("## ✅ conformant: ")


@pytest.mark.parametrize("hostile", ['"; touch forged; "', "$(touch forged)", "`touch forged`", "x\ntouch forged"])
def test_an_input_is_no_script(runner: Runner, hostile: str) -> None:
    ran = runner.step(1, target=f"http://127.0.0.1:1/{hostile}", profile=hostile, report_dir="nowhere")
    assert ran.returncode == 4, ran.stdout + ran.stderr
    assert runner.outputs == {}
    assert not list(runner.folder.rglob("forged"))


def test_what_cannot_be_judged_is_inconclusive_and_fails_the_step(runner: Runner) -> None:
    ran = runner.step(1, target="http://127.0.0.1:1", ws_target="http://127.0.0.1:1", rate="120/min")
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert runner.outputs == {"verdict": "inconclusive", "gate": "inconclusive", "results": "reports/results.json"}
    assert "::warning title=inconclusive::" in ran.stdout


def test_the_job_of_gitlab_judges(runner: Runner, server: Ready, tmp_path: Path) -> None:
    job = yaml.safe_load(TEMPLATE.read_text("utf-8"))[".portal-conformance"]
    # What the action installed is there already: pip has to build the suite alone.
    shutil.copytree(runner.temp / "portal-conformance", tmp_path / ".portal-conformance", symlinks=True)
    given = {**job["variables"], "PORTAL_CONFORMANCE": str(ROOT), "PORTAL_TARGET": server.url, "PORTAL_RATE": "auto"}
    given["PORTAL_WS_TARGET"] = server.ws_url
    script = "set -e\n" + "\n".join([*job["before_script"], *job["script"]])
    path = f"{tmp_path / '.portal-conformance' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    # An image without bash has this shell; what it understands, bash does.
    ran = played(["sh", "-c", script], tmp_path, {**given, "PATH": path})
    assert ran.returncode == 0, ran.stdout + ran.stderr
    written = {one.replace("$PORTAL_REPORT_DIR", "reports") for one in job["artifacts"]["paths"]}
    assert {name for name in written if (tmp_path / name).is_dir()} == {"reports"}
    assert (tmp_path / job["artifacts"]["reports"]["junit"].replace("$PORTAL_REPORT_DIR", "reports")).is_file()


@pytest.mark.parametrize("missing", ["PORTAL_CONFORMANCE", "PORTAL_TARGET"])
def test_the_job_of_gitlab_says_what_it_needs(missing: str, tmp_path: Path) -> None:
    job = yaml.safe_load(TEMPLATE.read_text("utf-8"))[".portal-conformance"]
    given = {"PORTAL_CONFORMANCE": "nothing", "PORTAL_TARGET": "http://127.0.0.1:1", missing: ""}
    ran = played(["bash", "-c", "set -e\n" + "\n".join(job["before_script"])], tmp_path, given)
    assert ran.returncode != 0
    assert f"{missing}: say wh" in ran.stderr
    assert not list(tmp_path.iterdir())
