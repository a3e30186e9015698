"""The role matrix that is shipped: the cells of the chapter rights, typed from the contract and not from the file."""

from conformance.catalogue import loader as catalogue
from conformance.roles import loader
from conformance.roles.records import CHATS, Answer, Cell

PLAIN = ("member", "muted", "other-session")
MEASURES = ("kick", "mute", "ban")


def cells(clause: str, answer: Answer) -> set[tuple[str, str, str]]:
    matrix = loader.load()
    return {cell.where for chat in CHATS for cell in matrix.citing(clause, chat, answer)}


def both(*places: tuple[str, str]) -> set[tuple[str, str, str]]:
    return {(role, action, chat) for role, action in places for chat in ("public", "private")}


def at(role: str, action: str, chat: str) -> Cell:
    return {cell.where: cell for cell in loader.load().cells.values()}[role, action, chat]  # type: ignore[index]


def test_deleting_anothers_message() -> None:
    assert cells("DEL-RIGHTS", Answer.MAY_NOT) == both(*((role, "delete-anothers") for role in PLAIN)) | {
        ("moderator", "delete-anothers", "private")
    }
    assert cells("DEL-RIGHTS", Answer.OBSERVED) == both(("member", "delete-own"))


def test_clearing_anothers_chat() -> None:
    assert cells("CLEAR-RIGHTS", Answer.MAY_NOT) == both(*((role, "clear") for role in (*PLAIN, "moderator")))
    assert cells("CLEAR-RIGHTS", Answer.MAY) == both(("admin", "clear"))


def test_kicking() -> None:
    assert cells("KICK-RIGHTS", Answer.MAY_NOT) == both(
        *((role, f"kick-{target}") for role in PLAIN for target in ("plain", "staff"))
    )


def test_muting() -> None:
    assert cells("MUTE-RIGHTS", Answer.MAY_NOT) == both(
        *((role, f"mute-{target}") for role in PLAIN for target in ("plain", "staff"))
    ) | {("moderator", "mute-plain", "private"), ("moderator", "mute-staff", "private")}


def test_levels() -> None:
    assert cells("RIGHTS-HIERARCHY", Answer.MAY_NOT) == {
        (role, f"{measure}-staff", "public") for role in ("moderator", "admin") for measure in MEASURES
    }
    assert cells("RIGHTS-HIERARCHY", Answer.MAY) == both(*(("chat-owner", f"{one}-plain") for one in MEASURES))
    assert cells("RIGHTS-HIERARCHY", Answer.OBSERVED) == both(*(("chat-owner", f"{one}-staff") for one in MEASURES))


def test_what_no_clause_says_is_not_graded() -> None:
    for place in (
        ("member", "ban-plain", "public"),
        ("moderator", "kick-plain", "public"),
        ("admin", "mute-plain", "public"),
        ("admin", "mute-staff", "private"),
        ("platform-owner", "clear", "public"),
        ("outsider", "join", "private"),
        ("banned", "read-history", "public"),
        ("member", "delete-newest", "public"),
        ("chat-owner", "destroy", "private"),
    ):
        assert not at(*place).graded, place


def test_cells_cite_the_clauses_of_other_chapters() -> None:
    assert (at("outsider", "send", "public").clause, at("outsider", "send", "private").clause) == (
        "SEND-JOINED",
        "SEND-PRIVATE",
    )
    assert at("outsider", "read-history", "private").clause == "HIST-PRIVATE"
    assert at("moderator", "hard-mute-plain", "public").answer is Answer.MAY_NOT
    assert at("admin", "hard-mute-plain", "public").answer is Answer.MAY
    assert at("admin", "hard-mute-staff", "public").answer is Answer.MAY_NOT
    assert at("banned", "join", "public").clause == "BAN-REJOIN"


def test_a_graded_cell_cites_a_clause_that_is_graded() -> None:
    levels = catalogue.load().requirements
    assert {levels[cell.clause].level.value for cell in loader.load().cells.values() if cell.graded} == {"MUST"}
