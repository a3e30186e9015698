"""How a target lends actors and chats to the suite."""
