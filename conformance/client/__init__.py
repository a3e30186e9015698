"""Clients of a target: HTTP, Socket.IO, and the actor who has both."""
