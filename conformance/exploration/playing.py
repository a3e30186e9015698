"""One story, played on a target: the actors, the two chats, and what each step showed."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from conformance.client.actor import Acknowledged, Actor
from conformance.client.answers import Answer
from conformance.envelope import ChatKey
from conformance.errors import Blocked
from conformance.expect import GATEWAY_STATUSES
from conformance.exploration.steps import CAST, HERE, INSIDE, LEVELS, THERE, Story
from conformance.ledger import Ledger
from conformance.limits import TOO_MANY
from conformance.model import measures
from conformance.model.facts import ChatFacts, World, world
from conformance.model.outcomes import Right
from conformance.provision.base import Chat
from conformance.redact import elide
from conformance.stage import Stage
from conformance.wire import Exchange

# Everybody of the cast, each with one name.
_ALL = [name for name, user in CAST.items() if name == user and name != "owner"]
_SHOWN = 160


class Wrong(Exception):
    """The target did what no cause explains; ``ids`` are the clauses that it broke by that."""

    def __init__(self, ids: Iterable[str], title: str, right: str, came: str, exchange: Exchange | None = None) -> None:
        super().__init__(f"{title}: right was {right}, what came was {came}")
        self.ids = tuple(dict.fromkeys(ids))
        self.title = title
        self.right = right
        self.came = came
        self.exchange = exchange

    def is_like(self, other: "Wrong") -> bool:
        """Whether it is the same fault: one of the same clauses, or the same step with the same answer to it.

        Which clauses an unexplained refusal breaks depends on what was to blame, and a shorter story has less of it.
        """
        status = self.exchange and other.exchange and self.exchange.status == other.exchange.status
        return bool(set(self.ids) & set(other.ids)) or (bool(status) and self.title == other.title)


@dataclass(slots=True)
class Place:
    """One of the story's chats on the target, its key, and what was said in it."""

    facts: ChatFacts
    chat: Chat
    key: ChatKey = field(default_factory=ChatKey.generate)
    ledger: Ledger = field(default_factory=Ledger)


@dataclass(slots=True)
class Troupe:
    """The actors of many stories: who is not spoiled for the next one is kept.

    ``since`` is where in the wire log the last story begins.
    """

    stage: Stage
    since: int = 0

    def actor(self, name: str) -> Actor:
        """The actor of that name, connected; a fresh one where there is none yet."""
        found = self.stage.actors.get(name) or self._engage(name)
        if found.inbox.closed:
            found.connect()
        return found

    def _engage(self, name: str) -> Actor:
        user = CAST[name]
        if user != name:
            return self.stage.session_of(self.actor(user), name)
        made = self.stage.actor(name, permission_level=LEVELS.get(name, 0))
        self.stage.lease.unlimited(None, [made.identity])
        return made

    def dismiss(self, users: Iterable[str]) -> None:
        """These users cannot be used again, unless there are no others."""
        if self.stage.scarce:
            return
        for name in [one for one in self.stage.actors if CAST.get(one) in set(users)]:
            self.stage.actors.pop(name).close()


class Play:
    """A story under way. ``held`` are the ids that were seen to hold, each with the first check that showed it."""

    def __init__(self, troupe: Troupe, story: Story) -> None:
        self.troupe = troupe
        self.stage = troupe.stage
        self.story = story
        self.held: dict[str, tuple[str, str, str]] = {}
        self.places: dict[str, Place] = {}
        self.world: World = world(CAST, LEVELS, [])
        self._began: dict[str, int] = {}
        self._marks: dict[str, int] = {}
        self._gone: set[str] = set()

    # --- who and where --------------------------------------------------------------------------------------------

    def actor(self, session: str) -> Actor:
        """The actor who plays that session; where its socket was dropped, it is connected again."""
        known = self.stage.actors.get(session)
        if known is not None and session in self._began and known.inbox.closed:
            self._dropped(session)
        actor = self.troupe.actor(session)
        self._began.setdefault(session, actor.inbox.mark)
        return actor

    def emit(self, session: str, what: str, **values: object) -> Acknowledged:
        """The session asks for something over its socket, over a new one where a target was free to end the old."""
        try:
            return self.actor(session).emit(what, **values)
        except Blocked:
            if not self.was_dropped(session):
                raise
        return self.actor(session).emit(what, **values)

    def began(self, session: str) -> int:
        """The place in its inbox at which the story began for that session."""
        return self._began.get(session, 0)

    def since(self, session: str) -> int:
        """The place in its inbox at which the step began for that session."""
        return self._marks.get(session, self.began(session))

    def turn(self) -> None:
        """A step begins: what is heard from now on may be its doing."""
        self._gone = set()
        for one in self._began:
            self.actor(one)
        self._marks = {one: self.stage.actors[one].inbox.mark for one in self._began}

    def on_stage(self) -> list[str]:
        """The sessions that have had to do with the story."""
        return list(self._began)

    def place(self, name: str) -> Place:
        """The chat of that name, furnished when it is first needed: owner, alice and bob are in it with the key."""
        if name not in self.places:
            self._furnish(name)
        return self.places[name]

    def _furnish(self, name: str) -> None:
        # Who lends no users on request makes no public chats either: there the other one is open to the whole cast.
        setting = self.story.setting if name == HERE else "private" if self.stage.scarce else "public"
        members = [] if setting != "private" else ["alice", "bob"] if name == HERE else _ALL
        facts = ChatFacts(name, private=setting == "private", hidden=setting == "hidden", members=set(members))
        chat = self.stage.lease.chat(
            owner=self.actor("owner").identity,
            members=[self.actor(one).identity for one in members],
            visibility="private" if facts.private else "public" if name == HERE else "any",
            history_visible=not facts.hidden,
        )
        self.stage.lease.unlimited(chat, [])
        place = self.places[name] = Place(facts, chat)
        self.world.chats[name] = facts
        for one in INSIDE:
            facts.epoch = max(facts.epoch, self._enter(one, chat))
            measures.joined(self.world, facts, one)
        self.look(place)
        self.hand_out(place, INSIDE)

    def _enter(self, session: str, chat: Chat) -> int:
        try:
            return self.actor(session).join(chat)
        except Blocked:
            if not self.was_dropped(session):
                raise
        return self.actor(session).join(chat)

    def end(self) -> None:
        """Give back what no other story needs."""
        self.troupe.dismiss(self.world.hard_muted)
        for place in self.places.values():
            self.stage.lease.give_back(place.chat)

    # --- epochs and keys ------------------------------------------------------------------------------------------

    def look(self, place: Place, *must: str, without: str = "", told: Iterable[str] = ()) -> None:
        """Ask for the epoch by joining once more, as the owner; it has to have risen if ``must`` has ids that say so.

        Who had joined before has to have been told; who had the key gets the new one, but not ``without``.
        """
        known, epoch = place.facts.epoch, self.actor("owner").join(place.chat)
        rose = self.learn(place, epoch, *must, without=without, told=told)
        if must:
            self.expect(rose, *must, title="the epoch is raised by that", right=f"above {known}", came=epoch)

    def learn(self, place: Place, epoch: int, *must: str, without: str = "", told: Iterable[str] = ()) -> bool:
        """Take up the epoch that an acknowledgement told; whether it rose."""
        holders = self._take_up(place, epoch, *must, told=told)
        if holders:
            self.hand_out(place, holders - {without})
        return holders is not None

    def _take_up(self, place: Place, epoch: int, *must: str, told: Iterable[str]) -> set[str] | None:
        """Take up an epoch that was told, and hand out no key yet: who had the last one, None where it is that one."""
        facts = place.facts
        if epoch < facts.epoch:
            raise Wrong(("EPOCH-MONOTONE", *must), "the epoch never falls", f"at least {facts.epoch}", str(epoch))
        self.hold("EPOCH-MONOTONE", title="the epoch never falls", right=f"at least {facts.epoch}", came=epoch)
        if epoch == facts.epoch:
            return None
        holders = {one for one in self.world.audience(facts) if facts.has_key(one)}
        measures.rotated(facts, epoch)
        # An epoch is told of but once, so it does not matter how long ago it was.
        self._marks = {}
        self.told_of(place, "epoch_changed", told, "EPOCH-MONOTONE", epoch=epoch)
        place.key = ChatKey.generate()
        return holders

    def hand_out(self, place: Place, sessions: Iterable[str]) -> set[str]:
        """The owner hands the key of the current epoch to itself, which makes it the distributor, and to these.

        Who took it. Where the epoch rises meanwhile, that one's key is handed out, to all who had the last one as well.
        """
        wanted = set(sessions) - {"owner"}
        for _ in CAST:
            taken, refused = self._handed(place, ["owner", *sorted(wanted)])
            holders = self._risen(place) if refused else None
            if holders is None:
                break
            wanted |= holders - {"owner"}
        if "owner" not in taken:
            raise Blocked(f"the owner's key of an epoch is not taken: {refused}")
        return taken

    def share(self, place: Place, session: str) -> bool:
        """The owner hands ``session`` the key; whether the target took it."""
        taken, refused = self._handed(place, [session])
        holders = self._risen(place) if refused else None
        if holders is not None:
            taken = self.hand_out(place, holders | {session})
        elif session == "owner" and refused:
            raise Blocked(f"the owner's key of an epoch is not taken: {refused}")
        return session in taken

    def _handed(self, place: Place, sessions: Iterable[str]) -> tuple[set[str], str]:
        """Who took the key; and a refusal that may be for an epoch which is not the current one any more."""
        owner, code = self.actor("owner"), self.stage.link.profile.dialect.codes["epoch_mismatch"]
        taken, refused = set[str](), ""
        for session in sessions:
            said, _ = owner.offer_key(place.chat, place.facts.epoch, place.key, self.actor(session))
            if said.ok:
                measures.shared(place.facts, session)
                taken.add(session)
            elif session == "owner":
                return taken, said.shown()
            elif code in json.dumps(said.payload, default=repr):
                refused = said.shown()
        return taken, refused

    def _risen(self, place: Place) -> set[str] | None:
        """Whether the epoch is another one by now: whoever lost its socket may be noticed at any time, and that rotate.

        Who had the last one's key; None where it is the same still.
        """
        return self._take_up(place, self.actor("owner").join(place.chat), told=self.world.audience(place.facts))

    # --- what came ------------------------------------------------------------------------------------------------

    def judge(self, right: Right, answer: Answer, title: str) -> bool:
        """Hold an answer against what is right; whether it is acceptance. Raises `Wrong`, or `Blocked`."""
        self.answered(answer, title)
        came = f"{answer.status} {elide(answer.exchange.response_body, _SHOWN)}".rstrip()
        broken = right.broken_by(answer.status)
        if not right.allows(answer.status):
            if not broken:
                raise Blocked(f"{title}: expected {right.shown()}, but it was answered {came}")
            raise Wrong(broken, title, right.shown(), came, answer.exchange)
        self.hold(*right.upheld(), title=title, right=right.shown(), came=came)
        return answer.status in right.accepted

    @staticmethod
    def answered(answer: Answer, title: str) -> None:
        """Raise `Blocked` where the answer is a rate limit's or a gateway's."""
        if answer.status == TOO_MANY or answer.status in GATEWAY_STATUSES:
            raise Blocked(f"{title}: answered {answer.status}, which says nothing of the clause")

    def hold(self, *ids: str, title: str, right: object, came: object) -> None:
        """Remember that these ids were seen to hold."""
        for one in ids:
            self.held.setdefault(one, (title, str(right), str(came)))

    def expect(
        self,
        held: bool,  # noqa: FBT001 - the claim itself
        *ids: str,
        title: str,
        right: object,
        came: object,
        answer: Answer | None = None,
    ) -> None:
        """One check; raises `Wrong` where it does not hold."""
        if not held:
            raise Wrong(ids, title, str(right), elide(str(came), _SHOWN), answer.exchange if answer else None)
        self.hold(*ids, title=title, right=right, came=elide(str(came), _SHOWN))

    def told_of(self, place: Place, what: str, sessions: Iterable[str], *ids: str, **where: object) -> None:
        """The event reaches each of these sessions, unless a target was free to drop their sockets."""
        name = self.stage.link.profile.dialect.event[what].name
        for session in sorted(set(sessions)):
            actor = self.stage.actors[session]
            event = actor.wait_for(what, {"chat_id": place.chat.chat_id, **where}, self.since(session))
            if event is None and self.was_dropped(session):
                continue
            came = "it" if event else "nothing of the kind"
            self.expect(event is not None, *ids, title=f"{session} hears {name}", right=name, came=came)

    def was_dropped(self, session: str) -> bool:
        """Whether the target ended the socket of somebody it was told to ban or kick."""
        inbox, within_s = self.stage.actors[session].inbox, self.stage.link.profile.target.event_timeout_s
        if session in self._gone:
            return True
        if self.world.user_of(session) not in self.world.dropped or not inbox.closes_within(within_s):
            if inbox.closed:
                raise Blocked(f"the socket of {session} was dropped, and nothing explains why")
            return False
        self._dropped(session)
        return True

    def may_rotate(self) -> bool:
        """Whether somebody lost its socket: a target may notice that at any time, and rotate the epoch then."""
        return bool(self.world.lost) or any(self.was_dropped(one) for one in self._began)

    def _dropped(self, session: str) -> None:
        self._gone.add(session)
        measures.lost(self.world, session)


def both(play: Play) -> list[Place]:
    """The chats that the story has come to."""
    return [play.places[name] for name in (HERE, THERE) if name in play.places]
