"""A server that keeps the whole contract: the suite is tried against it, and its mutants are made from it."""
