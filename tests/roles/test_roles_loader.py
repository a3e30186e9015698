"""The role matrix is read whole or not at all, and every fault of its file is told at once."""

import re
from pathlib import Path

import pytest

from conformance.errors import CatalogueFault
from conformance.roles import loader
from conformance.roles.records import Answer

SMALL = """
[role.member]
title = "plain member"
text = "Level 0."

[role.owner]
title = "chat owner"
text = "The chat is its own."

[action.kick]
title = "kick"
group = "Measures"

[reason]
open = "No page says."

[[rule]]
roles = ["member"]
actions = ["kick"]
may_not = "KICK-RIGHTS"

[[rule]]
roles = ["owner"]
actions = ["k*"]
chats = ["public"]
may = "KICK-OK"

[[rule]]
roles = ["owner"]
actions = ["kick"]
chats = ["private"]
ungraded = "open"
"""


def written(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = SMALL
    for old, new in changes:
        assert text.count(old) >= 1
        text = text.replace(old, new, 1)
    path = tmp_path / "roles.toml"
    path.write_text(text, "utf-8")
    return path


def faults(path: Path) -> list[str]:
    with pytest.raises(CatalogueFault) as told:
        loader.load(path)
    return str(told.value).splitlines()


def test_a_matrix_has_every_cell(tmp_path: Path) -> None:
    matrix = loader.load(written(tmp_path))
    assert {where: (cell.answer.value, cell.clause or cell.reason) for where, cell in matrix.cells.items()} == {
        ("member", "kick", "public"): ("may not", "KICK-RIGHTS"),
        ("member", "kick", "private"): ("may not", "KICK-RIGHTS"),
        ("owner", "kick", "public"): ("may", "KICK-OK"),
        ("owner", "kick", "private"): ("ungraded", "open"),
    }
    assert [cell.where for cell in matrix.citing("KICK-RIGHTS", "public")] == [("member", "kick", "public")]
    assert matrix.citing("KICK-RIGHTS", "public", Answer.MAY) == ()
    assert dict(matrix.counted()) == {"may": 1, "may not": 2, "observed": 0, "ungraded": 1}


def test_a_missing_cell_is_a_fault(tmp_path: Path) -> None:
    path = written(tmp_path, ('roles = ["member"]\nactions', 'roles = ["member"]\nchats = ["public"]\nactions'))
    assert faults(path) == ["roles.toml: rule: no rule fills member / kick / private"]


def test_a_cell_that_is_filled_twice_is_a_fault(tmp_path: Path) -> None:
    path = written(tmp_path, ('roles = ["owner"]\nactions = ["k*"]', 'roles = ["*"]\nactions = ["k*"]'))
    assert faults(path) == ["roles.toml: rule[1]: member / kick / public is filled by rule[0] already"]


def test_unknown_names_are_faults_each(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        ('"member"]', '"membre"]'),
        ('"k*"', '"x*", "kick"'),
        ("KICK-RIGHTS", "KICK-RIGTHS"),
        ('"open"', '"opne"'),
    )
    assert faults(path) == [
        "roles.toml: rule[0].roles: there is no role 'membre' (did you mean 'member'?)",
        "roles.toml: rule[0].may_not: there is no requirement 'KICK-RIGTHS' (did you mean 'KICK-RIGHTS'?)",
        "roles.toml: rule[1].actions[0]: there is no action 'x*'",
        "roles.toml: rule[2].ungraded: there is no reason 'opne' (did you mean 'open'?)",
        "roles.toml: reason.open: no rule gives it",
    ]


@pytest.mark.parametrize(
    ("change", "got"),
    [
        (('may = "KICK-OK"\n', ""), "none"),
        (('may = "KICK-OK"\n', 'may = "KICK-OK"\nungraded = "open"\n'), "may, ungraded"),
    ],
)
def test_a_rule_says_one_thing(tmp_path: Path, change: tuple[str, str], got: str) -> None:
    assert faults(written(tmp_path, change)) == [
        f"roles.toml: rule[1]: expected one of may, may_not, observed, ungraded, got {got}"
    ]


def test_a_wrong_shape_is_told_with_its_path(tmp_path: Path) -> None:
    path = written(tmp_path, ('chats = ["public"]', 'chats = ["official"]'), ('title = "kick"', 'titel = "kick"'))
    assert faults(path) == [
        "roles.toml: action.kick.titel: unknown member (did you mean 'title'?)",
        "roles.toml: action.kick.title: missing",
        'roles.toml: rule[1].chats[0]: expected one of "public", "private", got the string "official"',
    ]


def test_what_is_no_toml_is_a_fault(tmp_path: Path) -> None:
    path = written(tmp_path, ("[role.owner]", "[role.member]"))
    (fault,) = faults(path)
    assert re.match(r"roles\.toml: is not valid TOML \(.*\)", fault)
    assert faults(tmp_path / "none.toml") == ["none.toml: cannot be read (No such file or directory)"]
