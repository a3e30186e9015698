"""Have Allure make the report of a red run, and look whether it has what a reader needs.

    python tests/pipelines/allure/check.py FOLDER       # where Allure is, or is to be, installed

A mutant is judged by the scenarios of the clause that it breaks. Needs node and npm. Without them it says so and does
nothing, but in CI, where it fails.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COMMAND = Path(sys.executable).with_name("portal-conformance")
MUTANT, REQUIREMENT = "ttl-missing", "SEND-MUTED-TTL"
SCENARIO = "test_mutes::test_muted_for_a_while"
TOKEN = "control-token-of-the-report"
ENVIRONMENT = {**os.environ, "PORTAL_CONTROL_TOKEN": TOKEN}


def install(npm: str, folder: Path) -> None:
    """Allure, of the version that package.json names; its packages run no scripts of theirs."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "package.json", folder)
    quiet = ["--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([npm, "install", *quiet], cwd=folder, check=True)


@contextmanager
def serving() -> Iterator[str]:
    """The URL of a server that breaks one clause."""
    command = [str(COMMAND), "serve", "--mutant", MUTANT]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            # It says where it is on its first line, once it answers.
            found = re.search(r"http://[\d.]+:\d+", server.stdout.readline())
            assert found, "the server did not say where it is"
            yield found[0]
        finally:
            server.terminate()


def results(folder: Path) -> int:
    """Judge the mutant into ``folder``, and give the exit status."""
    with serving() as url:
        judging = [str(COMMAND), "run", f"--target={url}", f"--requirement={REQUIREMENT}", "--quiet"]
        where = [f"--alluredir={folder / 'results'}", f"--report-dir={folder / 'reports'}"]
        return subprocess.run([*judging, *where], env=ENVIRONMENT, check=False, timeout=300).returncode


def report(node: str, allure: Path, folder: Path) -> None:
    """The report of what is in ``folder``, beside it."""
    command = [node, str(allure / "node_modules" / "allure" / "cli.js"), "generate", "results", "-o", "report"]
    subprocess.run(command, cwd=folder, check=True, timeout=300)


def faults(folder: Path) -> list[str]:
    """What a reader of the report would miss."""
    cases = [json.loads(path.read_text("utf-8")) for path in (folder / "data" / "test-results").glob("*.json")]
    named = {one["name"]: one for one in cases}
    if SCENARIO not in named:
        return [f"no scenario {SCENARIO} among {sorted(named)}"]
    one = named[SCENARIO]
    labels = {(label["name"], label["value"]) for label in one["labels"]}
    wanted = {("requirement", REQUIREMENT), ("tag", REQUIREMENT), ("level", "MUST"), ("feature", "mutes")}
    found = [f"the label {name} is not {value}" for name, value in sorted(wanted - labels)]
    found += [] if one["status"] == "failed" else [f"the scenario is shown as {one['status']}"]
    found += [] if REQUIREMENT in json.dumps(one["error"]) else [f"the error does not say which clause: {one['error']}"]
    return [*found, *_wire_faults(folder, one)]


def _wire_faults(folder: Path, case: dict[str, Any]) -> list[str]:
    links = {one["link"]["name"]: one["link"] for one in case["attachments"]}
    if not {"checks", "wire log"} <= set(links):
        return [f"checks and wire log are not attached, but {sorted(links)}"]
    link = links["wire log"]
    text = (folder / "data" / "attachments" / f"{link['id']}{link['ext']}").read_text("utf-8")
    refused = [one for one in json.loads(text) if one.get("status") == 403 and one["path"].endswith("/messages")]
    leaked = ["the token is in the wire log"] if TOKEN in text else []
    return leaked if refused else ["the wire log does not have the refusal", *leaked]


def main(allure: Path) -> int:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        print("NOT MADE: an Allure report needs node and npm, and they are not installed")
        return 1 if os.environ.get("CI") else 0
    install(npm, allure)
    with tempfile.TemporaryDirectory() as name:
        status = results(Path(name))
        report(node, allure, Path(name))
        found = faults(Path(name) / "report")
        found += [] if status == 1 else [f"the run of a mutant ended with status {status}"]
        if kept := os.environ.get("ALLURE_REPORT_KEPT"):
            shutil.copytree(Path(name) / "report", kept)
    print("\n".join(found) or f"the Allure report shows {SCENARIO}, {REQUIREMENT} and its wire log")
    return len(found)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
