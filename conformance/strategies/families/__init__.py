"""The named defects, a module for each family; `conformance.strategies.defects` is the whole catalogue."""
