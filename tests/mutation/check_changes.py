"""What is changed in a module, and what is left as it is. Needs mutmut: `tox -e mutation` has it, and asks for this."""

import changes

SOURCE = '''\
"""A module."""

from typing import cast

LIMIT = 3
NAMES: tuple[str, ...] = ("a", "b")


class Door:
    """A door."""

    height: int = 2

    @property
    def open(self) -> bool:
        return self.height > LIMIT or not cast("bool", NAMES)


def knock(times: "int" = 1) -> str:
    return say("knock", times, loud=True)
'''


def made(source: str = SOURCE) -> list[tuple[str, str, str]]:
    return [(one.where, one.was, one.becomes) for one in changes.changes_of("door", source)]


def test_constants_class_bodies_properties_and_functions_are_changed() -> None:
    assert made() == [
        ("LIMIT", "LIMIT = 3", "LIMIT = 4"),
        ("NAMES", 'NAMES: tuple[str, ...] = ("a", "b")', 'NAMES: tuple[str, ...] = ("XXaXX", "b")'),
        ("NAMES", 'NAMES: tuple[str, ...] = ("a", "b")', 'NAMES: tuple[str, ...] = ("a", "XXbXX")'),
        ("Door", "height: int = 2", "height: int = 3"),
        *(("Door.open", RETURNED, f"return {other}") for other in OPEN),
        ("knock", 'def knock(times: "int" = 1) -> str:', 'def knock(times: "int" = 2) -> str:'),
        *(("knock", 'return say("knock", times, loud=True)', f"return say({other})") for other in KNOCKS),
    ]


RETURNED = 'return self.height > LIMIT or not cast("bool", NAMES)'
OPEN = (
    'self.height > LIMIT and not cast("bool", NAMES)',
    'self.height >= LIMIT or not cast("bool", NAMES)',
    'self.height > LIMIT or cast("bool", NAMES)',
    'self.height > LIMIT or not cast("XXboolXX", NAMES)',
)
KNOCKS = (
    '"knock", loud=True',
    '"knock", times, ',
    '"XXknockXX", times, loud=True',
    '"knock", times, loud=False',
)


def test_each_change_is_a_whole_module() -> None:
    sources = [one.source for one in changes.changes_of("door", SOURCE)]
    assert sources[0] == SOURCE.replace("LIMIT = 3", "LIMIT = 4")
    assert len(set(sources)) == len(sources)


def test_of_an_argument_that_is_not_the_last_a_type_checker_says_that_it_lacks() -> None:
    assert made("A = say(b, c, d)\n") == [("A", "A = say(b, c, d)", "A = say(b, c, )")]


def test_the_words_of_a_table_are_left_as_they_are() -> None:
    table = 'TABLE = (say("hi", 2), LIMIT, "ho")'
    assert made(f"{table}\n") == [
        ("TABLE", table, 'TABLE = (say("hi", ), LIMIT, "ho")'),
        ("TABLE", table, 'TABLE = (say("hi", 3), LIMIT, "ho")'),
    ]
