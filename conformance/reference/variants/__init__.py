"""Servers that differ from the reference and break no clause."""
