"""The lower rooms of the package, one file a room."""
