"""What a target is judged by: the requirements as data, and how they are read."""
