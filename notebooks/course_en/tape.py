"""A peer for testing readers: what it sends comes in the pieces that you choose.

TCP cuts data anywhere, and a real socket can't be told where.
"""


class Tape:
    """A stand-in for a socket: recv returns one piece after another, then b"" forever.

    Among the pieces, None is a silence: recv raises TimeoutError where a timeout is set. An
    exception is raised when its turn comes.
    """

    def __init__(self, *pieces):
        """Send pieces (bytes, None, or an exception), in this order."""
        self.pieces, self.timeout = list(pieces), None

    def settimeout(self, seconds):
        """Wait this long for a piece; None means forever."""
        self.timeout = seconds

    def recv(self, size):
        """Return the next piece, or its first size bytes; it never really waits."""
        while self.pieces:
            piece = self.pieces.pop(0)
            if isinstance(piece, bytes):
                if piece[size:]:
                    self.pieces.insert(0, piece[size:])
                return piece[:size]
            if isinstance(piece, Exception):
                raise piece
            if self.timeout is not None:
                raise TimeoutError("timed out")
        return b""
