"""From a run to a bundle, and back: what the commands say, what they write, and what they never write."""

import json
import os
import stat
import zipfile
from pathlib import Path

import pytest

from conformance import schemas
from conformance.certificate import bundle
from conformance.certificate.reading import results_in

from .conftest import Certified, command
from .forging import Forge

MEMBERS = ["attestation.json", "environment.json", "journal.jsonl", "results.json", "transcript.jsonl"]


# --- keys ---------------------------------------------------------------------------------------------------------


def test_a_key_pair_is_made_and_the_private_key_is_nobody_elses(certified: Certified) -> None:
    assert certified.made.status == 0
    assert stat.S_IMODE(certified.key.stat().st_mode) == 0o600
    assert certified.key.read_text().startswith("-----BEGIN PRIVATE KEY-----")
    assert certified.public.read_text().startswith("-----BEGIN PUBLIC KEY-----")
    secret = certified.key.read_text().splitlines()[1]
    assert secret not in certified.made.output + certified.done.output


@pytest.mark.parametrize("name", ["vendor.key", "vendor.key.pub"])
def test_a_key_is_never_overwritten(tmp_path: Path, name: str) -> None:
    tmp_path.joinpath(name).write_text("mine")
    done = command("keygen", "--out", "vendor.key", folder=tmp_path)
    assert done.status == 4
    assert (
        done.output == f"Error: {name}: is there already, and a key is never overwritten: name another file by --out\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert tmp_path.joinpath(name).read_text() == "mine"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is no private key in PEM"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "is no private key in PEM"),
        (None, "cannot be read (No such file or directory)"),
    ],
)
def test_a_run_is_not_begun_without_a_key(tmp_path: Path, content: str | None, sentence: str) -> None:
    if content is not None:
        tmp_path.joinpath("wrong.key").write_text(content)
    done = command("certify", "--key", "wrong.key", folder=tmp_path)
    assert done.status == 4
    assert sentence in done.output
    assert "Traceback" not in done.output
    assert not tmp_path.joinpath("reports").exists()


def test_a_key_in_the_environment_is_not_shown_where_it_is_wrong(tmp_path: Path) -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"
    done = command("certify", folder=tmp_path, environment={**os.environ, "PORTAL_CERTIFY_KEY": pem})
    assert done.status == 4
    assert "Error: the private key: is no private key in PEM" in done.output
    assert "c2VjcmV0" not in done.output


# --- the bundle ---------------------------------------------------------------------------------------------------


def test_certify_says_what_it_wrote_and_what_it_is_worth(certified: Certified) -> None:
    last = certified.done.output.splitlines()[-2:]
    assert last[0].startswith("bundle   reports/certificate.portal-bundle.zip, signed by ")
    assert "the suite's own embedded server" in last[1]


def test_a_bundle_has_five_members_in_the_forms_of_the_schemas(certified: Certified, forge: Forge) -> None:
    with zipfile.ZipFile(certified.bundle) as archive:
        assert archive.namelist() == MEMBERS
    members = forge.members()
    assert schemas.faults("certificate", json.loads(members[bundle.ATTESTATION])) == ()
    assert schemas.faults("certificate", forge.statement, "statement") == ()
    assert schemas.faults("certificate", json.loads(members[bundle.ENVIRONMENT]), "environment") == ()
    for line in members[bundle.JOURNAL].splitlines():
        assert schemas.faults("certificate", json.loads(line), "journal-line") == ()


def test_the_same_members_make_the_same_file(forge: Forge) -> None:
    assert bundle.pack(forge.members()) == forge.content
    assert bundle.pack(dict(reversed(forge.members().items()))) == forge.content


def test_a_bundle_tells_no_host_no_user_and_no_key(certified: Certified, forge: Forge) -> None:
    secret = certified.key.read_text().splitlines()[1].encode()
    told = b"".join(forge.members().values())
    assert secret not in told
    assert os.uname().nodename.encode() not in forge.members()[bundle.ENVIRONMENT]
    assert str(Path.home()).encode() not in forge.members()[bundle.ENVIRONMENT]


def test_the_statement_names_the_target_and_what_was_judged(certified: Certified, forge: Forge) -> None:
    results = json.loads((certified.folder / "reports" / "results.json").read_text())
    statement = forge.statement
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert statement["predicate"]["result"] == "PASSED"
    assert "SEND-MUTED" in statement["predicate"]["passedTests"]
    suite, catalogue, target, _, _ = statement["predicate"]["configuration"]
    assert suite["annotations"]["level"] == "core"
    assert f"sha256:{catalogue['digest']['sha256']}" == results["catalogue"]["digest"]
    assert (target["uri"], target["annotations"]["embedded"]) == (results["target"]["url"], True)


# --- verifying ----------------------------------------------------------------------------------------------------


def test_a_customer_verifies_it_without_any_server(certified: Certified, tmp_path: Path) -> None:
    done = command("verify", certified.bundle, "--key", certified.public, folder=tmp_path)
    assert done.status == 0, done.output
    assert done.output.splitlines()[-1] == "verify   VALID, CONFORMANT: a certificate"
    assert "evaluated again" in done.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["--at", "2016-01-01"], 2, "which is still to come"),
        (["--at", "2076-01-01"], 2, "which is over"),
        (["--at", "soon"], 4, "--at: expected a day such as 2026-12-31, got 'soon'"),
    ],
)
def test_as_on_another_day(certified: Certified, arguments: list[str], status: int, sentence: str) -> None:
    done = command("verify", certified.bundle, "--key", certified.public, *arguments, folder=certified.folder)
    assert (done.status, sentence in done.output) == (status, True), done.output


def test_the_private_key_is_not_asked_of_a_verifier(certified: Certified) -> None:
    done = command("verify", certified.bundle, "--key", certified.key, folder=certified.folder)
    assert done.status == 4
    assert "is a private key, which a verifier has no need of: give the .pub file beside it" in done.output


def test_a_file_that_is_not_there(certified: Certified) -> None:
    done = command("verify", "nowhere.zip", "--key", certified.public, folder=certified.folder)
    assert (done.status, done.output) == (4, "Error: nowhere.zip: cannot be read (No such file or directory)\n")


def test_what_was_tampered_with_is_called_so_in_a_sentence(certified: Certified, forge: Forge, tmp_path: Path) -> None:
    tmp_path.joinpath("forged.zip").write_bytes(
        forge.remade(lambda document: document.update(verdict="non-conformant"))
    )
    done = command("verify", "forged.zip", "--key", certified.public, folder=tmp_path)
    assert done.status == 2
    assert done.output.splitlines()[-1] == "verify   NOT VALID: forged.zip proves nothing"


def test_a_bundle_is_read_wherever_results_are(certified: Certified) -> None:
    results = certified.folder / "reports" / "results.json"
    assert results_in(certified.bundle) == results_in(results)


# --- a target that fails --------------------------------------------------------------------------------------------


def test_a_failure_is_attested_as_one(certified: Certified, tmp_path: Path, mutant: str) -> None:
    arguments = ["--level", "core", "--target", mutant, "--key", str(certified.key), "--out", "failed.zip"]
    token = {**os.environ, "PORTAL_CONTROL_TOKEN": "control-token-of-the-tests"}
    done = command("certify", *arguments, folder=tmp_path, environment=token)
    assert done.status == 1, done.output
    assert done.output.splitlines()[-1] == (
        "note     it attests that the target failed: it is no certificate unless conformant"
    )
    checked = command("verify", "failed.zip", "--key", certified.public, folder=tmp_path)
    assert checked.status == 1, checked.output
    assert checked.output.splitlines()[-1] == "verify   VALID, NON-CONFORMANT: no certificate: it attests a failure"


def test_what_cannot_be_judged_is_not_attested(certified: Certified, tmp_path: Path) -> None:
    arguments = ["--level", "core", "--target", "http://127.0.0.1:9", "--key", str(certified.key)]
    token = {**os.environ, "PORTAL_CONTROL_TOKEN": "control-token-of-the-tests"}
    done = command("certify", *arguments, folder=tmp_path, environment=token)
    assert done.status == 2, done.output
    assert "bundle   none: an inconclusive run has no result that could be signed" in done.output
    assert not tmp_path.joinpath("reports", "certificate.portal-bundle.zip").exists()
