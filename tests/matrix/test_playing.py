"""Real servers, real runs: a mutant or two, in processes of their own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.catalogue import loader
from conformance.catalogue.records import Tier
from conformance.matrix.jobs import Job
from conformance.matrix.kills import Fate, job_for, judge
from conformance.matrix.pool import Pace, play_all
from conformance.reference.lies import one_named
from conformance.reference.mutants.index import mutants

COMMAND = str(Path(sys.executable).with_name("portal-conformance"))
PACE = Pace(2, event_timeout_s=1.0)
TTL = "ttl-in-milliseconds"


def test_a_job_stops_once_it_knows_enough() -> None:
    job = job_for(one_named(TTL, mutants()), full=False, tier=Tier.CORE)
    [playback] = play_all([job], PACE)
    assert playback.obstacle == ""
    assert playback.reached is not None
    assert 0 < playback.reached.requests <= playback.requests
    assert judge(one_named(TTL, mutants()), playback, loader.load()).fate is Fate.KILLED


def test_a_server_that_does_not_start_is_an_obstacle() -> None:
    [playback] = play_all([Job("nobody", mutant="nobody-told-this-lie")], PACE)
    assert playback.obstacle.startswith("the server did not start: no server is named 'nobody-told-this-lie'")


def test_a_run_that_pytest_refuses_is_an_obstacle_with_its_words() -> None:
    [playback] = play_all([Job("reference", requirements=("NO-SUCH-ID",))], PACE)
    assert "pytest ended with status 4: ERROR: no requirement matches 'NO-SUCH-ID'" in playback.obstacle


def test_what_hangs_is_ended_and_is_an_obstacle() -> None:
    [playback] = play_all([Job("reference")], Pace(1, deadline_s=0.01))
    assert playback.obstacle == "it did not come to an end in 0.01 s"


def test_playbacks_come_in_the_order_of_their_jobs() -> None:
    jobs = [Job("full", requirements=("SEND-MUTED-SCOPE",)), Job("nobody", mutant="nobody-told-this-lie")]
    told: list[str] = []
    playbacks = play_all(jobs, PACE, told=lambda one: told.append(one.job.name))
    assert [one.job.name for one in playbacks] == ["full", "nobody"]
    assert sorted(told) == ["full", "nobody"]


def command(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *arguments], cwd=folder, capture_output=True, text=True, timeout=170, check=False)


def test_the_command_prints_the_matrix_and_writes_page_and_json(tmp_path: Path) -> None:
    done = command("mutants", "--only", TTL, folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 mutants: 1 killed" in done.stdout
    assert json.loads((tmp_path / "reports" / "mutants.json").read_text("utf-8"))["counts"]["killed"] == 1
    assert "Kill matrix" in (tmp_path / "reports" / "mutants.html").read_text("utf-8")


def test_the_matrix_is_the_same_twice_in_a_row(tmp_path: Path) -> None:
    ask = "mutants", "--only", TTL, "--only", "SEND-MUTED-SCOPE", "--json"
    first, second = (json.loads(command(*ask, folder=tmp_path).stdout) for _ in range(2))
    assert len(first["matrix"]) > 1
    assert (first["digest"], first["matrix"]) == (second["digest"], second["matrix"])


@pytest.mark.parametrize("kind", ["mutants", "variants"])
def test_a_name_that_nothing_has_is_wrong_usage(kind: str, tmp_path: Path) -> None:
    done = command(kind, "--only", "no-such-*", folder=tmp_path)
    assert (done.returncode, done.stderr) == (4, "Error: --only no-such-*: nothing is called so\n")


def test_full_and_on_variants_exclude_each_other(tmp_path: Path) -> None:
    done = command("mutants", "--full", "--on-variants", folder=tmp_path)
    assert (done.returncode, done.stderr) == (4, "Error: --full, --on-variants and --exploration exclude each other\n")


REPRESENTATIVES = [TTL, "ids-fall", "answer-echoes-the-ciphertext"]


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_a_row_of_the_matrix_is_what_a_real_run_says(name: str, tmp_path: Path) -> None:
    mutant = one_named(name, mutants())
    [playback] = play_all([job_for(mutant, full=True, tier=Tier.CORE)], PACE)
    row = judge(mutant, playback, loader.load())
    environment = {**os.environ, "PORTAL_CONTROL_TOKEN": "token-of-the-cross-check"}
    serve = [COMMAND, "serve", "--mutant", name]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            assert server.stdout is not None
            url = re.findall(r"REST (\S+?),", server.stdout.readline())[0]
            run = [COMMAND, "run", "--target", url, "--level", "core"]
            done = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, timeout=170, check=False)
        finally:
            server.terminate()
    results = json.loads((tmp_path / "reports" / "results.json").read_text("utf-8"))
    red = {one["id"] for one in results["requirements"] if one["outcome"] == "failed"}
    assert red == set(row.red)
    assert results["verdict"] == playback.verdict
    assert playback.verdict is not None
    assert done.returncode == playback.verdict.exit_status
