"""Variants of how limits count and what a 429 says: the windows, what counts, and the headers."""

import math
import time
from email.utils import formatdate

from starlette.requests import Request
from starlette.responses import Response

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Variants
from conformance.reference.records import Attempt, Limit
from conformance.reference.refusals import Refusal
from conformance.reference.shapes import Json
from conformance.reference.state import State

VARIANTS = Variants()

_LIMITS = ("chat_limit", "global_limit")


# --- windows ----------------------------------------------------------------------------------------------------


@VARIANTS.keeps(apart=["windows-from-the-first", "refilling-buckets"])
class WindowsByTheClock(Decisions):
    """Windows are fixed ones that begin at whole multiples of their length."""

    def still_counting(self, times: tuple[float, ...], limit: Limit, now: float) -> tuple[float, ...]:
        begin = now // limit.window_s * limit.window_s
        return tuple(at for at in super().still_counting(times, limit, now) if at >= begin)

    def retry_after(self, times: tuple[float, ...], limit: Limit, now: float) -> int:
        return max(1, math.ceil(limit.window_s - now % limit.window_s))


@VARIANTS.keeps(apart=["windows-by-the-clock", "refilling-buckets"])
class WindowsFromTheFirst(Decisions):
    """Windows are fixed ones that begin with the first message that counts."""

    def still_counting(self, times: tuple[float, ...], limit: Limit, now: float) -> tuple[float, ...]:
        begin = -math.inf
        for at in times:
            begin = at if at >= begin + limit.window_s else begin
        return tuple(at for at in times if at >= begin and now < begin + limit.window_s)

    def retry_after(self, times: tuple[float, ...], limit: Limit, now: float) -> int:
        within = self.still_counting(times, limit, now)
        return max(1, math.ceil(within[0] + limit.window_s - now)) if within else math.ceil(limit.window_s)


@VARIANTS.keeps(apart=["windows-by-the-clock", "windows-from-the-first"])
class RefillingBuckets(Decisions):
    """Limits are buckets of tokens that refill all the time."""

    def __init__(self) -> None:
        super().__init__()
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def within_chat_limit(self, attempt: Attempt) -> bool:
        name = self.chat_window_of(attempt.session, attempt.room)
        return self._tokens(name, attempt.room.limit, attempt.now) >= 1

    def within_global_limit(self, attempt: Attempt) -> bool:
        return self._tokens(self.global_window_of(attempt.session), attempt.global_limit, attempt.now) >= 1

    async def count_attempt(self, state: State, attempt: Attempt, mark: str) -> None:
        await super().count_attempt(state, attempt, mark)
        here, anywhere = self.chat_window_of(attempt.session, attempt.room), self.global_window_of(attempt.session)
        for name, limit in ((here, attempt.room.limit), (anywhere, attempt.global_limit)):
            left = max(0.0, self._tokens(name, limit, attempt.now) - 1)
            self._buckets[name, limit.generation] = (left, attempt.now)

    def retry_after(self, times: tuple[float, ...], limit: Limit, now: float) -> int:
        return max(1, math.ceil(limit.window_s / limit.messages))

    def _tokens(self, name: str, limit: Limit, now: float) -> float:
        left, since = self._buckets.get((name, limit.generation), (float(limit.messages), now))
        return min(float(limit.messages), left + (now - since) * limit.messages / limit.window_s)


# --- what counts ------------------------------------------------------------------------------------------------


@VARIANTS.keeps()
class EveryAttemptCounts(Decisions):
    """Whatever was refused counts as well, even what was refused for the limit."""

    def counts(self, attempt: Attempt, refusal: Refusal | None) -> bool:
        return True


@VARIANTS.keeps()
class MalformedAttemptsCount(Decisions):
    """Malformed content counts as a message."""

    def counts(self, attempt: Attempt, refusal: Refusal | None) -> bool:
        return super().counts(attempt, refusal) or isinstance(attempt.bundle, Refusal)


@VARIANTS.keeps()
class AttemptsOfTheMutedCount(Decisions):
    """What somebody tries to say while muted or banned counts as a message."""

    def counts(self, attempt: Attempt, refusal: Refusal | None) -> bool:
        silenced = refusal is not None and refusal.cause in ("muted", "hard_muted", "banned")
        return super().counts(attempt, refusal) or silenced


# --- what is said -----------------------------------------------------------------------------------------------


@VARIANTS.keeps(apart=["retry-after-as-a-date"])
class NoRetryAfter(Decisions):
    """A 429 does not tell when to come back."""

    def error_headers(self, refusal: Refusal) -> dict[str, str]:
        headers = super().error_headers(refusal)
        return {name: value for name, value in headers.items() if name != "Retry-After"}


@VARIANTS.keeps(apart=["no-retry-after"])
class RetryAfterAsADate(Decisions):
    """A 429 tells when to come back by a date of HTTP."""

    def error_headers(self, refusal: Refusal) -> dict[str, str]:
        headers = super().error_headers(refusal)
        if refusal.retry_after is None:
            return headers
        return {**headers, "Retry-After": formatdate(time.time() + refusal.retry_after, usegmt=True)}


@VARIANTS.keeps()
class LimitsExplained(Decisions):
    """Every answer has the headers of a limiter, and a 429 tells in its body what was spent."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        for name, value in (("Limit", "30"), ("Remaining", "0"), ("Reset", "10")):
            response.headers[f"X-RateLimit-{name}"] = value
        return response

    def error_body(self, refusal: Refusal) -> Json:
        body = super().error_body(refusal)
        return (
            {**body, "scope": refusal.cause, "retry_after": refusal.retry_after} if refusal.cause in _LIMITS else body
        )
