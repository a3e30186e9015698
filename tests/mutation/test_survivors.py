"""The list of what no test notices: a gate that speaks up for what is missing in it, and for what is too much."""

from pathlib import Path

import pytest
import survivors

A = ("conformance.expect", "Expect.that", "index = 1", "index = 2")
B = ("conformance.expect", "_answer", "return 'x'", "return 'XXxXX'")
C = ("conformance.verdict", "fold_run", "if a:\nb", "if not a:\nb")
LISTED = {A: "Nobody reads it.", C: "The same."}
ENTRIES = """\
[[survivor]]
module = 'conformance.expect'
where = 'Expect.that'
was = 'index = 1'
becomes = 'index = 2'
reason = 'Nobody reads it.'

[[survivor]]
module = 'conformance.verdict'
where = 'fold_run'
was = '''
if a:
b'''
becomes = '''
if not a:
b'''
reason = 'The same.'
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "survivors.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_list_is_right_where_it_has_what_survived_and_no_more() -> None:
    assert list(survivors.faults({A, B, C}, [A, C], LISTED)) == []


def test_what_is_not_listed_is_shown_as_it_is_to_be_listed() -> None:
    (fault,) = survivors.faults({A, B, C}, [A, B, C], LISTED)
    assert fault.splitlines() == [
        "no test notices this: test it, or list it with a reason",
        "[[survivor]]",
        "module = 'conformance.expect'",
        "where = '_answer'",
        "was = '''",
        "return 'x''''",
        "becomes = '''",
        "return 'XXxXX''''",
    ]


def test_what_is_listed_and_noticed_is_to_be_removed() -> None:
    (fault,) = survivors.faults({A, B, C}, [C], LISTED)
    assert fault == f"this is noticed now: remove it\n{survivors.entry(A)}"


def test_what_is_listed_and_never_tried_is_to_be_removed() -> None:
    (fault,) = survivors.faults({B, C}, [C], LISTED)
    assert fault == f"there is no such change any more: remove it\n{survivors.entry(A)}"


def test_nothing_is_said_of_modules_that_were_not_tried() -> None:
    assert list(survivors.faults({C}, [C], LISTED)) == []


def test_the_list_is_read(tmp_path: Path) -> None:
    assert survivors.load(write(tmp_path, ENTRIES)) == LISTED
    assert survivors.load(write(tmp_path, "")) == {}


def test_an_entry_is_written_as_it_is_read(tmp_path: Path) -> None:
    text = "".join(f"{survivors.entry(key)}\nreason = 'Why.'\n" for key in (A, B, C))
    assert survivors.load(write(tmp_path, text)) == dict.fromkeys((A, B, C), "Why.")


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ("'Nobody reads it.'", "' '", "expected module, where, was, becomes and a reason, got "),
        ("reason = 'The same.'", "", "expected module, where, was, becomes and a reason, got "),
        ("where =", "there =", "expected module, where, was, becomes and a reason, got "),
        (ENTRIES, ENTRIES + ENTRIES, "listed twice: "),
    ],
)
def test_a_list_that_makes_no_sense(tmp_path: Path, was: str, becomes: str, fault: str) -> None:
    with pytest.raises(SystemExit) as caught:
        survivors.load(write(tmp_path, ENTRIES.replace(was, becomes)))
    assert str(caught.value).startswith(f"survivors.toml: {fault}")


def test_every_reason_of_the_list_is_a_sentence() -> None:
    listed = survivors.load(Path(survivors.__file__).with_name("survivors.toml"))
    assert [reason for reason in listed.values() if reason[0].islower() or reason[-1] != "."] == []
