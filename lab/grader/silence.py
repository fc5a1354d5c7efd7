"""Silence, and how long of it is enough."""

import time

from . import limits


class Silence:
    """How long nothing has happened, and whether it is in vain to wait for more."""

    def __init__(self, programs, patience):
        """programs (Program or Chat) tell whether they are busy; patience in seconds."""
        self.programs, self.patience = programs, patience
        self.since = self.still = time.monotonic()
        self.rest = None

    def enough(self):
        """Return whether patience is over while no program was busy, or none will ever be again."""
        rest, now = self.programs.rest(), time.monotonic()
        if rest is None or rest != self.rest:
            self.rest, self.still = rest, now
        if rest is None and self.programs.busy():
            self.since = now
        return now > self.since + self.patience or now > self.still + limits.REST
