"""What one scenario borrows of a crew: its accounts, and private chats that are made for it and destroyed."""

import secrets as randomness
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from conformance.client.actor import Actor, Link, same_id
from conformance.dialect import MISSING, read
from conformance.errors import Blocked, PreflightFailure
from conformance.interrupts import held_back
from conformance.limits import USUAL_EVERYWHERE, Limit
from conformance.provision.base import (
    UNTOUCHED,
    Aftermath,
    Chat,
    Doors,
    Identity,
    NotLent,
    OpenDoors,
    type_of_chat,
    wanted_chat,
)
from conformance.provision.crew import Company, Member
from conformance.provision.sessions import Sessions
from conformance.redact import elide
from conformance.roster import RUN_MARK, Account, ExistingChat
from conformance.wire import WireLog

# The window is the target's, and so is its clock: a moment more, and it counts anew by both.
_MARGIN_S = 0.5
# So many messages more than a limit allows are sent at most, to meet it.
_PAST = 12

Linking = Callable[[WireLog], Link]
"""Makes the link whose requests are logged in a wire log."""


class AccountsLease:
    """Accounts lent, and chats made, for one scenario."""

    def __init__(self, company: Company, sessions: Sessions, link: Link) -> None:
        self._company = company
        self._sessions = sessions
        self._link = link
        self._lent: list[Member] = []
        self._made: list[tuple[Chat, Identity]] = []
        self._used: list[tuple[Chat, Identity]] = []
        self._codes: dict[object, str] = {}
        self._members: dict[object, set[object]] = {}

    def _agent(self, user: Identity) -> Actor:
        """Whoever asks on behalf of the suite; in the wire log it goes by the account's name."""
        return Actor(user.username, user, self._link)

    # --- users --------------------------------------------------------------------------------------------------

    def user(self, *, permission_level: int = 0, premium: bool = False) -> Identity:
        """An account that no other scenario plays with."""
        member = self._company.lend(permission_level=permission_level, premium=premium)
        self._lent.append(member)
        if any(not chat.history_visible for chat, _ in self._used):
            self._must_be_new([member])
        self._rest(member.rests_until - time.monotonic())
        return member.sessions[0]

    def session(self, of: Identity) -> Identity:
        """One more session of the same account; raises `NotLent` where the profile knows of no other."""
        member = self._company.member_of(of)
        if member.lent == len(member.sessions):
            member.sessions.append(self._another(member.account, member.lent))
        member.lent += 1
        session = member.sessions[member.lent - 1]
        return Identity(of.user_id, session.session_id, of.username, session.cookie)

    def _another(self, account: Account, number: int) -> Identity:
        try:
            session = self._sessions.open(self._link, account, number)
        except PreflightFailure as error:
            raise NotLent(str(error)) from None
        if session is None:
            raise NotLent(
                f"this scenario needs {number + 1} sessions of the account {account.name!r}: "
                "name the variables of further ones in its more_cookie_envs, or let it log in"
            )
        return session

    def introduce(self, lobby: Chat, user: Identity, *, invited: bool) -> Identity:
        """``user`` comes to the lobby and learns its ids there."""
        actor = self._agent(user)
        actor.connect()
        try:
            actor.register_key()
            if invited:
                self.give_membership(lobby, user)
            actor.join(lobby)
            actor.leave(lobby)
        finally:
            actor.close()
        if actor.identity.session_id is None:
            raise Blocked(f"{user.username} did not find itself among the members of a chat that it joined")
        return actor.identity

    # --- chats --------------------------------------------------------------------------------------------------

    def chat(
        self,
        *,
        owner: Identity,
        members: Sequence[Identity] = (),
        visibility: wanted_chat = "any",
        history_visible: bool = True,
    ) -> Chat:
        """A private chat of the owner's, where any will do; otherwise one that the profile lists."""
        if visibility in ("private", "any") and history_visible:
            chat = self.make_chat(owner)
        else:
            chat = self._listed(owner, visibility, history_visible=history_visible)
        for member in members:
            self.give_membership(chat, member)
        return chat

    def make_chat(self, owner: Identity) -> Chat:
        """A fresh private chat; raises `NotLent` where its owner may not make one."""
        member = self._company.member_of(owner)
        if not member.account.may_create:
            raise NotLent(
                f"{member.account.name!r} may make no private chat, and this scenario needs one of its own: "
                "list one more account with premium = true"
            )
        with held_back():
            chat = self._create(owner, f"conformance {randomness.token_hex(4)}")
            self._made.append((chat, owner))
        return chat

    def _create(self, owner: Identity, name: str) -> Chat:
        agent = self._agent(owner)
        answer = agent.call("create_chat", name=name, description="made by a conformance suite, and destroyed")
        agent.require(answer, "making a private chat")
        chat_id = read(answer.json, self._company.profile.dialect.rest["create_chat"].answer["id"])
        if chat_id in (MISSING, None):
            raise Blocked(f"making a private chat was answered without its id: {elide(answer.text, 80)}")
        return Chat(chat_id, name, "private", owner.user_id, history_visible=True)

    def _listed(self, owner: Identity, visibility: wanted_chat, *, history_visible: bool) -> Chat:
        """A chat of the profile's that nobody uses now; one with a hidden history is used once a run."""
        in_use = [chat.chat_id for chat, _ in self._used]
        for one in self._company.crew.chats:
            fits = visibility in ("any", one.visibility) and one.history_visible == history_visible
            free = one.id not in in_use and one.id not in self._company.used_up
            if fits and free and one.owner == owner.username:
                return self._take(one, owner)
        kind: type_of_chat = "public" if visibility == "any" else visibility
        hidden = "" if history_visible else " with a hidden history that nobody of the crew has joined yet"
        raise NotLent(
            f"this scenario needs one more {kind} chat{hidden}, owned by {owner.username!r}: list it under [[chats]]"
        )

    def _take(self, one: ExistingChat, owner: Identity) -> Chat:
        if not one.history_visible:
            self._must_be_new([other for other in self._lent if other.account.name != owner.username])
            self._company.used_up.add(one.id)
        chat = Chat(one.id, "", one.visibility, owner.user_id, one.history_visible, fresh=False)
        self._used.append((chat, owner))
        return chat

    @staticmethod
    def _must_be_new(members: Sequence[Member]) -> None:
        """Where the history is hidden a newcomer is one that never joined before, in no earlier run either."""
        if known := [one.account.name for one in members if not one.account.is_new]:
            raise NotLent(
                "a newcomer to a chat with a hidden history has to be an account that never joined it, and nobody "
                f"knows that of {', '.join(known)}: let them log in as users with {RUN_MARK} in their names"
            )

    def doors(self, chat: Chat) -> Doors:
        """A private chat lent as any kind lets in whoever the scenario lets in."""
        return _Invited(self, chat) if chat.visibility == "private" else OpenDoors()

    def is_member(self, chat: Chat, user: Identity) -> bool:
        """Whether ``user`` was made a member, and nothing was done since that might have ended it."""
        return same_id(user.user_id, chat.owner_id) or str(user.user_id) in self._members.get(chat.chat_id, set())

    def forget(self, chat: Chat, user: Identity) -> None:
        """Whether ``user`` is a member is not known any longer."""
        self._members.get(chat.chat_id, set()).discard(str(user.user_id))

    def give_membership(self, chat: Chat, user: Identity) -> None:
        """``user`` takes up an invitation of the owner's."""
        agent = self._agent(user)
        agent.require(agent.call("resolve", code=self._code(chat)), "taking up an invitation")
        self._members.setdefault(chat.chat_id, set()).add(str(user.user_id))

    def _code(self, chat: Chat) -> str:
        if chat.chat_id not in self._codes:
            owner = self._agent(self._owner(chat))
            # Whoever reads the code in a log could come in by it.
            answer = owner.request(*owner.spelled("invite", chat_id=chat.chat_id), hidden=True)
            owner.require(answer, "making an invitation")
            code = read(answer.json, self._company.profile.dialect.rest["invite"].answer["code"])
            if code in (MISSING, None):
                raise Blocked(f"an invitation was made without a code: {elide(answer.text, 80)}")
            self._link.secrets.add(str(code))
            self._codes[chat.chat_id] = str(code)
        return self._codes[chat.chat_id]

    def take_membership(self, chat: Chat, user: Identity) -> None:
        """The owner bans ``user``, which ends its membership, and lifts the ban: no other call takes one."""
        owner = self._agent(self._owner(chat))
        for what in ("ban", "unban"):
            answer = owner.call(what, chat_id=chat.chat_id, user_id=user.user_id, duration=0, reason="conformance")
            owner.require(answer, f"taking a membership: {what}")
        self.forget(chat, user)

    def _owner(self, chat: Chat) -> Identity:
        return next(owner for one, owner in (*self._made, *self._used) if one.chat_id == chat.chat_id)

    # --- limits -------------------------------------------------------------------------------------------------

    def limit_chat(self, chat: Chat, limit: Limit) -> Limit:  # noqa: ARG002 - it has the one it has
        """The limit that the profile tells, once it counts anew."""
        limits = self._company.profile.limits
        everywhere = limits.everywhere or USUAL_EVERYWHERE
        if limits.chat is not None and limits.chat.messages + _PAST > everywhere.messages:
            raise NotLent(
                f"a burst past the chat's limit of {limits.chat.messages} would meet the global one of "
                f"{everywhere.messages} first, so that nobody could tell which: the target has to have a higher one"
            )
        return self._known(limits.chat, "chat")

    def limit_user(self, user: Identity, limit: Limit) -> Limit:  # noqa: ARG002 - it has the one it has
        """The limit that the profile tells, once it counts anew."""
        return self._known(self._company.profile.limits.everywhere, "global")

    @staticmethod
    def _rest(seconds: float) -> None:
        time.sleep(max(0.0, seconds))

    def _known(self, limit: Limit | None, name: str) -> Limit:
        if limit is None:
            raise NotLent(f"this scenario needs to know the target's message limit: name it as {name} under [limits]")
        if limit.messages + _PAST > self._link.pace.at_once:
            raise NotLent(
                f"the rate of {self._link.pace.at_once:g} requests at once is too low to meet the {name} limit of "
                f"{limit.messages} messages: allow a higher --rate, or none"
            )
        self._rest(limit.window_s + _MARGIN_S)
        return limit

    def unlimited(self, chat: Chat | None, users: Sequence[Identity]) -> None:
        """Limits are the target's own affair here: the suite's pace keeps below them."""

    # --- the end ------------------------------------------------------------------------------------------------

    def give_back(self, chat: Chat) -> None:
        """Destroy this chat; where that fails it is tried once more at the end."""
        made = [(one, owner) for one, owner in self._made if one.chat_id == chat.chat_id]
        with held_back():
            if made and not self._destroy(*made[0]):
                self._made.remove(made[0])

    def close(self, after: Aftermath = UNTOUCHED) -> Sequence[str]:
        """Destroy the chats, lift in the others what was done there, and let others have the accounts."""
        with held_back():
            left = [sentence for made in reversed(self._made) if (sentence := self._destroy(*made))]
            left += [sentence for used in self._used for sentence in self._restore(*used, after.measured)]
            self._made.clear()
            self._used.clear()
            for member in self._lent:
                member.lent = 0
                member.rests_until = after.hard_muted.get(str(member.sessions[0].user_id), 0.0)
            self._lent.clear()
        return left

    def _destroy(self, chat: Chat, owner: Identity) -> str:
        return self._ask(owner, "destroy_chat", f"the chat {chat.chat_id} is left on the target", chat)

    def _restore(self, chat: Chat, owner: Identity, measured: Collection[tuple[str, str, str]]) -> list[str]:
        """Nobody stays muted or banned in a chat that stays."""
        left = []
        for user in [one.sessions[0] for one in self._lent if one.sessions[0].cookie != owner.cookie]:
            for what in ("unmute", "unban"):
                failed = self._ask(owner, what, f"{what} of {user.username} in the chat {chat.chat_id}", chat, user)
                # Who was not known to be muted or banned is lifted from that to be sure; it may not even be possible.
                left += [failed] if failed and (what, str(chat.chat_id), str(user.user_id)) in measured else []
        return left

    def _ask(self, by: Identity, what: str, otherwise: str, chat: Chat, user: Identity | None = None) -> str:
        """Empty where it was done; else a sentence."""
        values = {"chat_id": chat.chat_id, **({"user_id": user.user_id} if user else {})}
        try:
            answer = self._agent(by).call(what, **values)
        except Blocked as error:
            return f"{otherwise}: {error}"
        return "" if answer.ok else f"{otherwise}: answered {answer.status}"


@dataclass(frozen=True, slots=True)
class _Invited:
    """The doors of a private chat."""

    lease: AccountsLease
    chat: Chat

    def open_to(self, user: Identity) -> None:
        """Let ``user`` take up an invitation, unless it is a member."""
        if not self.lease.is_member(self.chat, user):
            self.lease.give_membership(self.chat, user)

    def shut_to(self, user: Identity) -> None:
        """A ban ends membership; whether a kick does no page says."""
        self.lease.forget(self.chat, user)
