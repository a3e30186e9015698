"""Proves the suite: servers which break clauses must turn red, servers which only differ must not."""
