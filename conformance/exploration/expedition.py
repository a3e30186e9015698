"""An expedition: many stories of one setting, and what is made of a wrong one."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from conformance.errors import Blocked
from conformance.exploration.inventing import invented, playable
from conformance.exploration.playing import Troupe
from conformance.exploration.steps import CAST, HERE, THERE, Setting, Step, Story
from conformance.exploration.telling import Told, shrunk, tell

DEFAULT_STORIES = 6
DEFAULT_STEPS = 25
DEFAULT_TRIALS = 60
_SHRINKING_S = 30.0


@dataclass(frozen=True, slots=True)
class Route:
    """How far an expedition goes: so many stories of so many steps a setting, drawn with a seed.

    ``trials`` are how often a wrong story is told again to shorten it; ``folder`` takes what is left of it.
    """

    seed: int
    folder: Path
    stories: int = DEFAULT_STORIES
    steps: int = DEFAULT_STEPS
    trials: int = DEFAULT_TRIALS
    replay: Story | None = None


def explore_stories(troupe: Troupe, setting: Setting, route: Route) -> None:
    """Tell the opening and then what chance invents, to the first wrong story: a soft check with the shortest of it."""
    absent = troupe.stage.link.profile.absent
    drawn = (invented(setting, f"{route.seed}/{setting}/{at}", route.steps, absent) for at in range(route.stories))
    blocked: Blocked | None = None
    for story in (opening(setting, absent), *drawn):
        try:
            told = tell(troupe, story)
        except Blocked as error:
            # One story that cannot go on says nothing of the others; two say that none can.
            if blocked is not None:
                raise
            blocked = error
            continue
        _put_down(troupe, told if told.wrong is None else _shortened(troupe, told, route), route)
        if told.wrong is not None:
            return
    if blocked is not None:
        raise blocked


def tell_again(troupe: Troupe, route: Route) -> None:
    """Tell the one story that was handed in: a soft check where it is wrong."""
    assert route.replay is not None
    _put_down(troupe, tell(troupe, route.replay), route)


def _shortened(troupe: Troupe, told: Told, route: Route) -> Told:
    """The shortest wrong story, told by actors without a past: it has to be wrong for whoever tells it again."""
    if not route.trials:
        return told
    try:
        anew = _anew(troupe, told.meant)
        best = shrunk(anew if anew.wrong else told, partial(_anew, troupe), most=route.trials, seconds=_SHRINKING_S)
        last = _anew(troupe, best.meant)
    except Blocked:
        return told
    return last if last.wrong else best


def _anew(troupe: Troupe, story: Story) -> Told:
    troupe.dismiss(CAST)
    return tell(troupe, story)


def _put_down(troupe: Troupe, told: Told, route: Route) -> None:
    expect, mask = troupe.stage.expect, troupe.stage.link.secrets.mask
    known = {one for check in expect.checks for one in check.requirements}
    for one, (title, right, came) in told.held.items():
        if one not in known:
            expect.that(True, one, title=title, expected=right, observed=came)  # noqa: FBT003 - it was seen to hold
    if told.wrong is None:
        return
    story, wrong = mask(told.numbered()), told.wrong
    file = route.folder / f"story-{told.story.setting}.json"
    route.folder.mkdir(parents=True, exist_ok=True)
    file.write_text(told.meant.written(broken=wrong.ids, told=story.splitlines()), "utf-8")
    title = (
        f"{wrong.title}, at the end of this story ({told.story.setting} chat):\n{story}\n      again: --replay {file}"
    )
    expect.that(
        False,  # noqa: FBT003 - this is what was wrong
        *wrong.ids,
        title=title,
        expected=wrong.right,
        observed=wrong.came,
        exchange=wrong.exchange,
        # What was seen to hold before holds all the same.
        soft=True,
    )


def opening(setting: Setting, absent: Iterable[str]) -> Story:
    """The story that each expedition begins with: it comes by every clause that the exploration claims."""
    steps = (*_OPENING, *(_IN_PRIVATE if setting == "private" else ()), *_COMING_BACK)
    return Story(setting, tuple(step for step in steps if playable(step, set(absent))))


_OPENING = (
    Step("alice", "send", how="valid"),
    Step("bob", "send", how="future"),
    Step("alice2", "join"),
    Step("alice2", "send", how="valid"),
    Step("owner", "share", "alice2"),
    Step("alice2", "send", how="valid"),
    Step("bob", "mute", "alice", "for good"),
    Step("alice", "send", how="valid"),
    Step("owner", "mute", "alice", "for good"),
    Step("alice", "send", how="valid"),
    Step("alice", "send", how="valid", chat=THERE),
    Step("owner", "unmute", "alice"),
    Step("alice", "send", how="valid"),
    Step("owner", "ban", "bob", "for good"),
    Step("bob", "send", how="valid"),
    Step("bob", "join"),
    Step("owner", "unban", "bob"),
)
_IN_PRIVATE = (Step("owner", "give", "bob", chat=HERE),)
_COMING_BACK = (
    Step("bob", "join"),
    Step("owner", "share", "bob"),
    Step("bob", "send", how="valid"),
    Step("alice", "leave"),
    Step("alice", "send", how="valid"),
    Step("alice", "join"),
    Step("owner", "share", "alice"),
    Step("alice", "send", how="valid"),
)
