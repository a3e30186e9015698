"""Certificates: the results of a run as a signed bundle, and how anybody judges it again."""
