"""Sessions of accounts that exist: from the environment, or by the documented login of a bot's key."""

import json
import os
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from conformance.client.actor import Link
from conformance.client.answers import Answer
from conformance.dialect import MISSING, fill, read
from conformance.errors import PreflightFailure
from conformance.limits import TOO_MANY
from conformance.profile import Profile
from conformance.provision.base import Identity
from conformance.redact import elide
from conformance.roster import RUN_MARK, Account

_BOT = "bot"


@dataclass(frozen=True, slots=True)
class Sessions:
    """Opens sessions of the accounts of a profile; ``run`` makes new the accounts that are new in every run."""

    profile: Profile
    run: str

    def open(self, link: Link, account: Account, number: int) -> Identity | None:
        """Session ``number`` of ``account``, counted from 0; None where the profile knows of no such.

        Its ids are not known yet. Raises `PreflightFailure` with a sentence where it cannot be had.
        """
        if account.login is not None:
            return self._logged_in(link, account)
        variables = account.variables
        return self._from_environment(link, account, variables[number]) if number < len(variables) else None

    def _from_environment(self, link: Link, account: Account, variable: str) -> Identity:
        cookie = os.environ.get(variable, "")
        if not cookie:
            raise PreflightFailure(
                f"the session of the account {account.name!r} is not known: configuration; "
                f"set the environment variable {variable} to the value of its cookie"
            )
        return _unknown(link, account, cookie)

    def _logged_in(self, link: Link, account: Account) -> Identity:
        assert account.login is not None
        user = account.login.user.replace(RUN_MARK, self.run)
        sent = self._bot_asks(link, "bot_code", platform=account.login.platform, user=user)
        code = read(sent.json, self.profile.dialect.rest["bot_code"].answer["code"])
        if code in (MISSING, None, ""):
            raise PreflightFailure(
                f"the login of {account.name!r} was given no code: {elide(sent.text, 80)}: target; "
                "or describe its answer in the profile's dialect"
            )
        link.secrets.add(str(code))
        cookie = self._cookie_in(self._bot_asks(link, "verify", code=code))
        if not cookie:
            raise PreflightFailure(
                f"the login of {account.name!r} set no cookie {self.profile.dialect.cookie!r}: target; "
                "or name its cookie in the profile's dialect"
            )
        return _unknown(link, account, cookie)

    def _bot_asks(self, link: Link, what: str, **values: object) -> Answer:
        variable, dialect = self.profile.provision.bot_key_env, self.profile.dialect
        key = os.environ.get(variable, "")
        if not key:
            raise PreflightFailure(
                f"accounts log in by a bot's key, and there is none: configuration; set the variable {variable}"
            )
        link.secrets.add(key)
        spoken = dialect.rest[what]
        headers = {dialect.key_header: key, "Content-Type": "application/json"}
        body = json.dumps(fill(spoken.body, values)).encode()

        def ask() -> Answer:
            link.pace.wait(_BOT)
            # A code and a cookie open a session: nobody is to read them in a log.
            return link.http.request(
                spoken.method, spoken.path_for(), actor=_BOT, wire=link.wire, body=body, headers=headers, hidden=True
            )

        answer = link.patience.ask(ask)
        if answer.status == TOO_MANY:
            raise PreflightFailure(f"logins are limited at {spoken.path} (429): target; wait until that has passed")
        if not answer.ok:
            raise PreflightFailure(
                f"a login by the bot's key was answered {answer.status} at {spoken.path}: configuration or target; "
                f"check the key in {variable}"
            )
        return answer

    def _cookie_in(self, answer: Answer) -> str:
        """The session that an answer sets; empty where it sets none."""
        for line in answer.headers.get("set-cookie", "").splitlines():
            try:
                found = SimpleCookie(line).get(self.profile.dialect.cookie)
            except CookieError:
                continue
            if found is not None:
                return found.value
        return ""


def _unknown(link: Link, account: Account, cookie: str) -> Identity:
    link.secrets.add(cookie)
    return Identity(f"{account.name}, not met yet", None, account.name, cookie)
