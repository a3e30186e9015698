"""The commands of `portal-conformance`, imported when they are called."""
