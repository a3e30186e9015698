import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from click.testing import CliRunner
from rich.console import Console

from conformance.catalogue import loader as catalogue
from conformance.commands import roles as command
from conformance.errors import UsageFault
from conformance.matrix import roles as shown
from conformance.roles import loader
from conformance.roles.records import Matrix

HOSTILE = "<script>alert(1)</script>"


def page(matrix: Matrix | None = None) -> str:
    return shown.page_of(matrix or loader.load(), catalogue.load())


def test_the_page_shows_sign_clause_and_reason_of_a_cell() -> None:
    html = page()
    assert html.count("<b>✓</b>") == 74 + 1  # the legend has one of each
    assert html.count("<b>✗</b>") == 119 + 1
    assert html.count("<b>○</b>") == 8 + 1
    assert html.count("<b>·</b>") == 231 + 1
    assert (
        '<td class="not own" title="plain member may not kick a plain user. A plain member may not kick: the request '
        'is answered with a 4xx, and nothing happens."><b>✗</b><code>KICK-RIGHTS</code></td>'
    ) in html
    assert '<td class="not" title="banned user may not join.' in html
    assert "<b>·</b> <small>1</small></td>" in html
    assert "<li>No clause of the contract is about it.</li>" in html


def test_a_private_chat_is_compared_with_a_public_one() -> None:
    public, private = page().split("<h2>In a private chat</h2>")
    assert '<b>✗</b><span class="differs"></span><code>SEND-PRIVATE</code>' in private
    assert "differs" not in public.split("<h2>In a public chat</h2>")[1]


def test_the_page_needs_nothing_from_elsewhere_and_escapes_what_it_is_told() -> None:
    matrix = loader.load()
    html = page(replace(matrix, reasons=MappingProxyType(dict.fromkeys(matrix.reasons, HOSTILE))))
    assert HOSTILE not in html
    assert "&lt;script&gt;" in html
    assert "http" not in html
    assert "prefers-color-scheme: dark" in html


def test_the_terminal_shows_a_sign_a_cell() -> None:
    console = Console(width=200, no_color=True, record=True)
    for table in shown.tables_of(loader.load()):
        console.print(table)
    rows = [line.split() for line in console.export_text().splitlines() if "clear" in line]
    assert [[sign for sign in row if sign in "✓✗○·"] for row in rows] == [
        ["✗", "✓", "✗", "✓", "·", "·", "·", "✗", "✗"]
    ] * 2


def test_the_json_has_every_cell_with_its_clause_or_reason() -> None:
    document = shown.document_of(loader.load(), catalogue.load())
    assert document["counts"] == {"may": 74, "may not": 119, "observed": 8, "ungraded": 231}
    assert len(document["cells"]) == 9 * 24 * 2
    by_place = {(one["role"], one["action"], one["chat"]): one for one in document["cells"]}
    assert by_place["moderator", "mute-plain", "private"] == {
        "role": "moderator", "action": "mute-plain", "chat": "private",
        "answer": "may not", "clause": "MUTE-RIGHTS", "tried": True,
    }  # fmt: skip
    assert by_place["admin", "mute-staff", "private"]["reason"] == "The clause on levels is about public chats."
    assert by_place["banned", "join", "public"]["tried"] is False


def test_the_command_writes_page_and_json(tmp_path: Path) -> None:
    ran = CliRunner().invoke(command.command, ["--report-dir", str(tmp_path / "new"), "--role", "admin"])
    assert ran.exit_code == 0
    assert "✓ may: CLEAR-RIGHTS" in ran.output
    assert (tmp_path / "new" / "roles.html").read_text("utf-8").startswith("<!doctype html>")
    assert json.loads((tmp_path / "new" / "roles.json").read_text("utf-8"))["edition"] == catalogue.load().edition
    printed = CliRunner().invoke(command.command, ["--json", "--report-dir", str(tmp_path)])
    assert json.loads(printed.output) == json.loads((tmp_path / "roles.json").read_text("utf-8"))


def test_an_unknown_role_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match=r"--role: there is no role 'admn' \(did you mean 'admin'\?\)"):
        CliRunner().invoke(command.command, ["--role", "admn", "--report-dir", str(tmp_path)], catch_exceptions=False)
