"""A model of the contract: what is known of a chat, and which outcomes of an action are right then. Pure."""
