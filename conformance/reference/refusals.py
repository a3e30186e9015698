"""Every way to say no: what it is called, its status, and what its body carries."""


class Refusal(Exception):
    """The server refuses; ``cause`` says in one word why, for code that has to tell refusals apart."""

    def __init__(
        self,
        cause: str,
        status: int,
        error: str,
        *,
        code: str | None = None,
        ttl: int | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(error)
        self.cause = cause
        self.status = status
        self.error = error
        self.code = code
        self.ttl = ttl
        self.retry_after = retry_after


def no_session() -> Refusal:
    """There is no such session."""
    return Refusal("session", 401, "a valid session is needed")


def no_api_key() -> Refusal:
    """The bot's key is not right."""
    return Refusal("api_key", 401, "a valid API key is needed")


def unknown(what: str) -> Refusal:
    """There is no such thing."""
    return Refusal("unknown", 404, f"no such {what}")


def forbidden(error: str = "you may not do this") -> Refusal:
    """The caller lacks the right."""
    return Refusal("forbidden", 403, error, code="ERR_FORBIDDEN")


def outsider() -> Refusal:
    """A private chat is for its owner and members."""
    return Refusal("outsider", 403, "you are not a member of this chat", code="ERR_FORBIDDEN")


def banned() -> Refusal:
    """The caller is banned from the chat."""
    return Refusal("banned", 403, "you are banned from this chat", code="ERR_BANNED")


def muted(ttl: int) -> Refusal:
    """The caller is muted in the chat for another ``ttl`` seconds; 0 has no end."""
    return Refusal("muted", 403, "you are muted in this chat", code="ERR_MUTED", ttl=ttl)


def hard_muted(ttl: int) -> Refusal:
    """The caller is muted everywhere."""
    return Refusal("hard_muted", 403, "you are muted in every chat", code="ERR_MUTED", ttl=ttl)


def not_joined() -> Refusal:
    """The session has not joined the chat."""
    return Refusal("not_joined", 403, "join the chat first", code="ERR_NOT_JOINED")


def epoch_mismatch() -> Refusal:
    """Another epoch than the chat's current one."""
    return Refusal("epoch", 403, "this is not the chat's current epoch", code="ERR_EPOCH_MISMATCH")


def no_room_key() -> Refusal:
    """The session has not received the chat key of the current epoch."""
    return Refusal("no_key", 403, "you have no key of this chat's current epoch", code="ERR_NO_ROOM_KEY")


def rate_limited(cause: str, retry_after: int) -> Refusal:
    """Too many messages; ``cause`` says which limit is spent."""
    return Refusal(cause, 429, "too many messages", code="ERR_RATE_LIMITED", retry_after=retry_after)


def invalid_bundle(error: str) -> Refusal:
    """The content is not a CiphertextV2 bundle."""
    return Refusal("bundle", 422, error, code="ERR_INVALID_BUNDLE")


def invalid(error: str) -> Refusal:
    """A field of the request is not what it has to be."""
    return Refusal("field", 422, error)


def bad_body(error: str, status: int = 400) -> Refusal:
    """The body as a whole cannot be read."""
    return Refusal("body", status, error)
