"""What new users, chats and sessions are called."""

import secrets

_FIRST_CHAT = 1000
"""Chat ids start above it, so that a chat's id is not likely to be a user's too."""


class Naming:
    """One name a method; ``number`` counts from 1 on and never repeats."""

    def new_user_id(self, number: int) -> int:
        """The id of a new user."""
        return number

    def new_username(self, user_id: int) -> str:
        """What a new user is called."""
        return f"user-{user_id}"

    def new_chat_id(self, number: int) -> int:
        """The id of a new chat."""
        return _FIRST_CHAT + number

    def new_chat_name(self, chat_id: int) -> str:
        """What a new chat is called where nobody named it."""
        return f"chat-{chat_id}"

    def new_session_id(self) -> str:
        """The public id of a new session."""
        return secrets.token_hex(8)

    def new_cookie(self) -> str:
        """The secret of a new session, fit for a Cookie header."""
        return secrets.token_urlsafe(24)
