"""The role matrix's records, and what is asked of them. Pure: nothing here reads a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args

type_of_chat = Literal["public", "private"]
CHATS: tuple[type_of_chat, ...] = get_args(type_of_chat)


class Answer(StrEnum):
    """What the contract expects where a role does something; the last two are never graded."""

    MAY = "may"
    MAY_NOT = "may not"
    OBSERVED = "observed"
    UNGRADED = "ungraded"


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody, by where it stands in the chat and on the platform."""

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do, worded so that it follows "may"."""

    name: str
    title: str
    group: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One role, one action, one kind of chat: ``clause`` says what is expected, or ``reason`` why nothing is."""

    role: Role
    action: Action
    chat: type_of_chat
    answer: Answer
    clause: str = ""
    reason: str = ""

    @property
    def where(self) -> tuple[str, str, type_of_chat]:
        """The cell's place in the matrix."""
        return self.role.name, self.action.name, self.chat

    @property
    def graded(self) -> bool:
        """Whether a verdict hangs on it."""
        return self.answer in (Answer.MAY, Answer.MAY_NOT)


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole of it; ``reasons`` are sentences by name, and each cell is there once."""

    roles: tuple[Role, ...]
    actions: tuple[Action, ...]
    reasons: Mapping[str, str]
    cells: Mapping[tuple[str, str, type_of_chat], Cell]

    def citing(self, clause: str, chat: type_of_chat, *answers: Answer) -> tuple[Cell, ...]:
        """The cells of that chat which cite ``clause`` and have one of these answers, role by role."""
        return tuple(
            cell
            for cell in self.cells.values()
            if (cell.clause, cell.chat) == (clause, chat) and cell.answer in (answers or tuple(Answer))
        )

    def counted(self) -> Mapping[Answer, int]:
        """How many cells have each answer."""
        return {answer: sum(cell.answer is answer for cell in self.cells.values()) for answer in Answer}
