"""Tests of the reference server, over real sockets where not said otherwise."""
