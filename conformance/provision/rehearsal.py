"""What a scenario would be lent by the accounts of a profile, found out without a target: what is missing, and who.

It is the lease itself that lends, and says what it does not; only nobody is asked for anything.
"""

import ssl
from typing import Any

from conformance.client.actor import Link
from conformance.client.answers import Answer, NoAnswer
from conformance.client.pacing import Pace
from conformance.limits import Limit
from conformance.needs import Need
from conformance.provision.accounts_lease import AccountsLease
from conformance.provision.base import Chat, Identity, NotLent
from conformance.provision.crew import Company
from conformance.provision.sessions import Sessions
from conformance.redact import Secrets
from conformance.roster import Account
from conformance.wire import WireLog

_NOT_ASKED = ""
_ANY = Limit(1, 1)


class _Nobody:
    """A way to nowhere."""

    timeout_s = 1.0

    def request(self, method: str, path: str, **_asked: Any) -> Answer:
        """Nobody answers."""
        raise NoAnswer(f"{method} {path}: nobody is asked")

    def close(self) -> None:
        """Nothing was opened."""


class _OnPaper(Sessions):
    """As many sessions as the profile knows of, whoever they are."""

    def open(self, link: Link, account: Account, number: int) -> Identity | None:  # noqa: ARG002 - nobody is asked
        """A session without a cookie."""
        known = account.sessions
        return None if known is not None and number >= known else _on_paper(account, number)


def _on_paper(account: Account, number: int) -> Identity:
    return Identity(account.name, f"{account.name}/{number}", account.name, f"{account.name}/{number}")


class _Rehearsal(AccountsLease):
    """A lease that asks nobody."""

    def _create(self, owner: Identity, name: str) -> Chat:
        return Chat(f"{name}/{len(self._made)}", name, "private", owner.user_id, history_visible=True)

    def give_membership(self, chat: Chat, user: Identity) -> None:
        """Granted."""

    def _ask(self, *_asked: object) -> str:
        return _NOT_ASKED

    @staticmethod
    def _rest(seconds: float) -> None:
        """Nobody has to."""


class Rehearsals:
    """One rehearsal after the other, with the same accounts, as the run goes."""

    def __init__(self, company: Company, pace: Pace) -> None:
        self._company = company
        self._pace = pace
        for member in company.members:
            member.sessions = [_on_paper(member.account, 0)]

    def lacks(self, need: Need) -> str:
        """Why a scenario of that need cannot be played with these accounts; empty where it can."""
        lease = _Rehearsal(self._company, _OnPaper(self._company.profile, "run"), _nobody(self._company, self._pace))
        try:
            self._replay(lease, need)
        except NotLent as error:
            return str(error)
        finally:
            lease.close()
        return ""

    @staticmethod
    def _replay(lease: AccountsLease, need: Need) -> None:
        users: list[Identity] = []
        for call in need.lent:
            match call.split():
                case ["user", level, *premium]:
                    users.append(lease.user(permission_level=int(level), premium=bool(premium)))
                case ["session", of]:
                    lease.session(users[int(of)])
                case ["chat", visibility, history, owner]:
                    visible = history == "visible"
                    lease.chat(owner=users[int(owner)], visibility=visibility, history_visible=visible)  # type: ignore[arg-type]
                case ["limit", what]:
                    _limit(lease, what)


def _nobody(company: Company, pace: Pace) -> Link:
    """A link along which nobody is asked."""
    context, secrets = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), Secrets()
    return Link(_Nobody(), company.profile, context, secrets, WireLog(secrets), pace)


def _limit(lease: AccountsLease, what: str) -> None:
    nobody = Chat("", "", "private", None, history_visible=True)
    if what == "chat":
        lease.limit_chat(nobody, _ANY)
    else:
        lease.limit_user(Identity("", "", "", ""), _ANY)
