"""Side by side with others: who finds the mutants that REST shows, and at what price. `compare.py` is the way in."""
