"""Stories told: played to their end or to the first wrong outcome, and that one shrunk."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from conformance.errors import Blocked
from conformance.exploration.acting import PLAYED, conclude
from conformance.exploration.playing import Play, Troupe, Wrong
from conformance.exploration.steps import Step, Story

_VERBS_THAT_SAY = ("send", "delete", "delete_last", "delete_mine", "read")


@dataclass(frozen=True, slots=True)
class Told:
    """How a story went: the steps that meant something, each with what was right and what came, and what was wrong."""

    story: Story
    lines: tuple[tuple[Step, str, str], ...]
    held: dict[str, tuple[str, str, str]]
    wrong: Wrong | None = None

    @property
    def meant(self) -> Story:
        """The story without what meant nothing and without what came behind the wrong outcome."""
        return replace(self.story, steps=tuple(step for step, _, _ in self.lines))

    def numbered(self) -> str:
        """The story for a reader: who did what, what was right, what came."""
        lines = [f"{at}. {step.told()}: {came}" for at, (step, _, came) in enumerate(self.lines, 1)]
        if self.wrong is not None:
            lines.append(f"{self.wrong.title}: right was {self.wrong.right}, what came was {self.wrong.came}")
        return "\n".join(f"      {line}" for line in lines)


def tell(troupe: Troupe, story: Story) -> Told:
    """Play ``story``; raises `Blocked` where the target does not let it go on."""
    play, lines = Play(troupe, story), list[tuple[Step, str, str]]()
    wrong, troupe.since = None, len(troupe.stage.link.wire.entries)
    try:
        for step in story.steps:
            _step(play, step, lines)
        conclude(play)
    except Wrong as error:
        wrong = error
    finally:
        play.end()
    return Told(story, tuple(lines), play.held, wrong)


def _step(play: Play, step: Step, lines: list[tuple[Step, str, str]]) -> None:
    place = play.place(step.chat)
    play.actor(step.actor)
    play.turn()
    lines.append((step, "", "wrong"))
    right, came = PLAYED[step.verb](play, place, step)
    lines.pop()
    if came:
        lines.append((step, right, came))
    if step.verb not in _VERBS_THAT_SAY:
        place.facts.fresh.clear()


# --- shrinking --------------------------------------------------------------------------------------------------------


def shrunk(told: Told, again: Callable[[Story], Told], *, most: int, seconds: float) -> Told:
    """The shortest story found that goes wrong in the same way, in at most so many trials and seconds."""
    trials = _Trials(again, most, time.monotonic() + seconds)
    best = trials.first_like(told, _about_the_end(told.meant)) or told
    size = len(best.meant.steps) // 2
    while size:
        shorter = trials.first_like(best, _without(best.meant, size))
        best = shorter or best
        size = size // 2 if shorter is None else min(size, len(best.meant.steps) // 2)
    return best


@dataclass(slots=True)
class _Trials:
    """Tells shorter stories until ``left`` is spent or it is ``over``."""

    again: Callable[[Story], Told]
    left: int
    over: float

    def first_like(self, best: Told, candidates: Iterable[Story]) -> Told | None:
        """The first of the candidates that goes wrong as ``best`` does, in fewer steps."""
        for candidate in candidates:
            if self.left <= 0 or time.monotonic() > self.over:
                return None
            self.left -= 1
            if (told := self._same(best, candidate)) is not None:
                return told
        return None

    def _same(self, best: Told, candidate: Story) -> Told | None:
        assert best.wrong is not None
        try:
            told = self.again(candidate)
        except Blocked:
            return None
        if told.wrong is None or not told.wrong.is_like(best.wrong):
            return None
        return told if len(told.meant.steps) < len(best.meant.steps) else None


def _about_the_end(story: Story) -> Iterator[Story]:
    """The steps that are about the same chat and person as the last one: mostly it takes no others."""
    for about in _TOPICS:
        kept = tuple(step for step in story.steps if about(step, story.steps[-1]))
        if len(kept) < len(story.steps):
            yield replace(story, steps=kept)


def _same_people(step: Step, last: Step) -> bool:
    return step.verb == "clear" or last.actor in (step.actor, step.target) or last.target in (step.actor, "owner")


_TOPICS: tuple[Callable[[Step, Step], bool], ...] = (
    lambda step, last: step.chat == last.chat and _same_people(step, last),
    _same_people,
    lambda step, last: step.chat == last.chat,
)


def _without(story: Story, size: int) -> Iterator[Story]:
    """The story without so many steps in a row, the last ones tried first."""
    steps: Sequence[Step] = story.steps
    for at in range(len(steps) - size, -1, -size):
        yield replace(story, steps=(*steps[:at], *steps[at + size :]))
