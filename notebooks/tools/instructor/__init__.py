"""What an instructor gets from the lessons, from a graded class, and from one submission (see ../pack.py)."""
