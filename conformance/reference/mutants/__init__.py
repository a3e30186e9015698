"""Servers that break clauses, one module a chapter."""
