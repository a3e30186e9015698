"""What is lent and not given back, as a file remembers it: whatever ended the run that wrote it."""

import json
import threading
from pathlib import Path

import pytest

from conformance.provision.borrowed import Borrowed

URL = "https://portal.example"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "reports" / "borrowed.jsonl"


def behind(file: Path, url: str = URL) -> list[str]:
    return list(Borrowed(url, file).left_behind())


def test_what_was_made_and_not_given_back_is_left_behind_the_oldest_first(file: Path) -> None:
    killed = Borrowed(URL, file)
    assert [killed.made(path) for path in ("/users/1", "/users/2", "/chats/7")] == [True, True, True]
    killed.returning("/users/2")
    killed.gone("/users/2")
    # Nobody closed it: each line is there as soon as it is written.
    assert behind(file) == ["/users/1", "/chats/7"]


def test_it_says_ids_and_nothing_else(file: Path) -> None:
    Borrowed("https://ada:secret@portal.example/", file).made("/users/1")
    assert [json.loads(line) for line in file.read_text().splitlines()] == [{"target": URL, "made": "/users/1"}]


def test_what_is_lent_already_is_told(file: Path) -> None:
    lent = Borrowed(URL, file)
    assert lent.made("/users/1")
    assert not lent.made("/users/1")
    lent.returning("/users/1")
    assert lent.made("/users/1")


def test_an_id_that_is_given_anew_while_its_end_is_noted_is_still_lent(file: Path) -> None:
    lent = Borrowed(URL, file)
    lent.made("/chats/7")
    lent.returning("/chats/7")
    lent.made("/chats/7")
    lent.gone("/chats/7")
    assert behind(file) == ["/chats/7"]


def test_other_targets_keep_what_is_theirs(file: Path) -> None:
    Borrowed("https://other.example", file).made("/users/1")
    here = Borrowed(URL, file)
    here.made("/users/1")
    here.gone("/users/1")
    here.tidy()
    assert (behind(file), behind(file, "https://other.example")) == ([], ["/users/1"])


def test_tidied_up_there_is_no_file_where_nothing_is_lent(file: Path) -> None:
    lent = Borrowed(URL, file)
    lent.tidy()
    lent.made("/users/1")
    lent.tidy()
    assert len(file.read_text().splitlines()) == 1
    lent.gone("/users/1")
    lent.tidy()
    assert list(file.parent.iterdir()) == []


@pytest.mark.parametrize(
    "line",
    [
        '{"target": "https://portal.example", "ma',
        "",
        "[" * 100_000,
        "null",
        '"made"',
        '{"made": "/users/3"}',
        '{"target": "https://portal.example", "made": 3}',
        '{"target": "https://portal.example", "made": "/users/../../v1/portal/chats/3"}',
        '{"target": "https://portal.example", "made": "/users/3/sessions"}',
        '{"target": "https://portal.example", "made": "/anything/3"}',
        '{"target": "https://portal.example", "made": "/users/3?x"}',
        '{"target": "https://portal.example", "gone": "/users/3"}',
    ],
)
def test_a_line_that_makes_no_sense_is_passed_over(file: Path, line: str) -> None:
    Borrowed(URL, file).made("/users/1")
    with file.open("a") as lines:
        lines.write(f"{line}\n")
    Borrowed(URL, file).made("/users/2")
    assert behind(file) == ["/users/1", "/users/2"]


def test_several_writers_do_not_cut_into_one_another(file: Path) -> None:
    writers = [Borrowed(URL, file) for _ in range(4)]

    def write(number: int) -> None:
        for count in range(100):
            writers[number].made(f"/users/{number}-{count}")
            if count % 2:
                writers[number].gone(f"/users/{number}-{count}")

    threads = [threading.Thread(target=write, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(behind(file)) == sorted(f"/users/{n}-{count}" for n in range(4) for count in range(0, 100, 2))


def test_without_a_file_nothing_is_written_and_nothing_is_behind(tmp_path: Path) -> None:
    lent = Borrowed(URL)
    assert (lent.made("/users/1"), lent.made("/users/1"), list(lent.left_behind())) == (True, False, [])
    lent.gone("/users/1")
    lent.tidy()
    assert list(tmp_path.iterdir()) == []
