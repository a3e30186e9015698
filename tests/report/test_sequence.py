"""The sequence diagrams: each entry has its row, its arrow goes the way it went, and what broke is struck."""

import itertools
from typing import Any

from conformance.report.sequence import ROWS, TARGET, diagrams, label

from .made import wire


def entries() -> list[dict[str, Any]]:
    return wire().as_json()


def test_each_who_spoke_has_a_line_and_the_target_the_last() -> None:
    [found] = diagrams(entries())
    assert [[text for _, text in lane.lines] for lane in found.lanes] == [["owner"], ["sender"], [TARGET]]
    places = [lane.x for lane in found.lanes]
    assert places == sorted(set(places))
    assert found.label_x > places[-1]


def test_arrows_go_the_way_that_things_went() -> None:
    [found] = diagrams(entries())
    owner, sender, target = [lane.x for lane in found.lanes]
    kinds = [[kind for kind, _ in row.arrows] for row in found.rows]
    assert kinds == [
        ["asked", "answered"],
        ["asked", "answered"],
        ["received"],
        ["lost"],
        ["asked", "answered"],
        ["lost"],
    ]
    asked, answered = (path for _, path in found.rows[1].arrows)
    assert asked.startswith(f"M{sender} ")
    assert f"H{target}m-5" in asked
    assert answered.startswith(f"M{target} ")
    assert f"H{sender}m5" in answered
    [(_, received)] = found.rows[2].arrows
    assert received.startswith(f"M{target} ")
    assert f"H{owner}m5" in received


def test_what_broke_is_struck_and_numbered_as_in_the_log() -> None:
    [found] = diagrams(entries(), frozenset({4}))
    assert [row.number for row in found.rows] == [0, 1, 2, 3, 4, 5]
    assert [row.number for row in found.rows if row.hit] == [4]


def test_a_long_log_is_several_diagrams_with_heads_of_their_own() -> None:
    many = [{**entries()[1], "index": number} for number in range(2 * ROWS + 1)]
    found = diagrams(many)
    assert [len(one.rows) for one in found] == [ROWS, ROWS, 1]
    assert [row.number for one in found for row in one.rows] == list(range(2 * ROWS + 1))
    assert all(one.lanes == found[0].lanes for one in found)
    assert all(one.rows[-1].y < one.height for one in found)


def test_rows_do_not_overlap() -> None:
    [found] = diagrams(entries())
    ys = [row.y for row in found.rows]
    assert {after - before for before, after in itertools.pairwise(ys)} == {26}


def test_an_empty_log_has_no_diagram() -> None:
    assert diagrams([]) == ()


def test_labels() -> None:
    key, sent, heard, lost, _, closed = entries()
    assert label(key) == "POST /v1/portal/keys → 200"
    assert label(sent) == "POST /v1/portal/chats/1/messages → 200"
    assert label(heard).startswith('message:new {"id": "1-0"')
    assert label({**heard, "payload": "x" * 9999}) == f"message:new {'x' * 53}…"
    assert label(lost).startswith("POST /v1/portal/chats/1/messages → the connection was dropped")
    assert label({**lost, "fault": None}).endswith("→ no answer")
    assert label(closed) == "disconnected Socket.IO"


def test_a_long_name_takes_no_more_than_its_place() -> None:
    [found] = diagrams(
        [{**entries()[0], "actor": "a name that has so many words that nobody reads all of them to the end"}]
    )
    lines = found.lanes[0].lines
    assert len(lines) == 3
    assert all(len(text) <= 13 for _, text in lines)
    assert [y for y, _ in lines] == sorted(y for y, _ in lines)
