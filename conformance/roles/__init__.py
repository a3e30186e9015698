"""Who may do what: the role matrix as data, and how it is read."""
