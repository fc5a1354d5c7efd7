"""Questions about one submission's own programs, for its defence (see questions.py)."""
