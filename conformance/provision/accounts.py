"""Provisioning from accounts that exist: no control API, only what the public documentation offers.

Sessions come from the environment, or from logins by a bot's key. Chats are private ones that a premium account makes,
fills by an invitation and destroys; a public chat, or one with a hidden history, is one that the profile lists.
"""

import itertools
from collections.abc import Sequence

from conformance.client.actor import same_id
from conformance.client.inbox import Refused
from conformance.errors import Blocked, PreflightFailure
from conformance.provision.accounts_lease import AccountsLease, Linking
from conformance.provision.crew import Company
from conformance.provision.sessions import Sessions
from conformance.redact import elide
from conformance.roster import Crew
from conformance.wire import WireLog


class AccountsDriver:
    """Lends the accounts of one crew, one scenario after the other."""

    scarce = True
    in_turn = True

    def __init__(self, linking: Linking, sessions: Sessions, crew: Crew) -> None:
        self._linking = linking
        self._sessions = sessions
        self._company = Company(sessions.profile, crew)
        self._met = False
        self._left: tuple[str, ...] = ()
        self._failure: PreflightFailure | None = None

    def hello(self, wire: WireLog) -> None:
        """Let everybody log in and learn its own ids; raises `PreflightFailure` with a sentence where one cannot."""
        link = self._linking(wire)
        for member in self._company.members:
            if not member.sessions:
                session = self._sessions.open(link, member.account, 0)
                assert session is not None
                member.sessions.append(session)
        self._get_acquainted(wire)
        self._met = True

    def clear_up(self, wire: WireLog) -> Sequence[str]:  # noqa: ARG002 - nobody is asked
        """Nothing is known of earlier runs."""
        return ()

    def _get_acquainted(self, wire: WireLog) -> None:
        """Everybody meets in a chat made for it: there a client finds its own ids, by its public key."""
        lease = self._lease(wire)
        try:
            self._meet(lease)
        except Refused as error:
            raise PreflightFailure(
                f"no Socket.IO for the accounts ({elide(str(error), 160)}): target or configuration; "
                "start it, renew the accounts' sessions, or name its URL by --ws-target or the profile's ws_url"
            ) from None
        except Blocked as error:
            raise PreflightFailure(
                f"the accounts could not meet in a chat ({elide(str(error), 200)}): target or configuration; "
                "renew the accounts' sessions, or describe the target's dialect in the profile"
            ) from None
        finally:
            self._left += tuple(lease.close())

    def _meet(self, lease: AccountsLease) -> None:
        creator = self._company.creator()
        if creator is None:
            raise PreflightFailure(
                f"no account of the crew {self._company.crew.name!r} may make a private chat: configuration; "
                "list one with premium = true"
            )
        lobby = lease.make_chat(creator.sessions[0])
        for member in self._company.members:
            member.sessions[0] = lease.introduce(lobby, member.sessions[0], invited=member is not creator)
        for one, other in itertools.combinations(self._company.members, 2):
            if same_id(one.sessions[0].user_id, other.sessions[0].user_id):
                raise PreflightFailure(
                    f"the accounts {one.account.name!r} and {other.account.name!r} are the same user: configuration; "
                    "give each a session of its own"
                )

    def lease(self, wire: WireLog) -> AccountsLease:
        """A lease whose requests are logged in ``wire``; in a worker, who was not there at the preflight, after it."""
        if self._failure is not None:
            raise self._failure
        if not self._met:
            try:
                self.hello(wire)
            except PreflightFailure as failure:
                self._failure = failure
                raise
        return self._lease(wire)

    def _lease(self, wire: WireLog) -> AccountsLease:
        return AccountsLease(self._company, self._sessions, self._linking(wire))

    def close(self) -> Sequence[str]:
        """Accounts that came to be by a login of this run stay on the target."""
        return [
            f"the account of {name!r}, made by its login, is left on the target" for name in self._company.new_ones()
        ]
