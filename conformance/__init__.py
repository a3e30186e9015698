"""Judges whether a server keeps the public contract of Portal's end-to-end encrypted chat."""

__version__ = "0.1.0"
