"""How much one actor takes in over its sockets: what goes beyond is no conversation but an attack."""

PACKETS_MAX = 10_000
"""Packets, answers to pings too. The liveliest scenario has two hundred."""
MEMORY_MAX = 8 * 1024 * 1024
"""Bytes, and what the values in them take when they are read. The liveliest scenario has a fortieth of it."""
MESSAGE_MAX = 1024 * 1024
"""Bytes of one message, as of one HTTP body."""

# Of a list, a member, a number: many a JSON text is a tenth of what it becomes.
_VALUE = 64


class TooMuch(ValueError):
    """The target sends without end."""


class Allowance:
    """What is left of it; ``fault`` says what was too much, once it was. One thread reads, others may look."""

    def __init__(self) -> None:
        self.fault = ""
        self._packets = 0
        self._memory = 0

    def take(self, data: bytes, packets: int = 1) -> None:
        """Take in what came, by default one packet; raises `TooMuch` where it is one too many."""
        if self.fault:
            raise TooMuch(self.fault)
        self._packets += packets
        self._memory += len(data) + _VALUE * (data.count(b",") + data.count(b"{") + data.count(b"["))
        if self._packets > PACKETS_MAX:
            self.refuse(f"more than {PACKETS_MAX} packets came")
        if self._memory > MEMORY_MAX:
            self.refuse(f"more than {MEMORY_MAX} bytes came")

    def must_fit(self, length: int) -> None:
        """Raise `TooMuch` where one message of that length is more than may come at once."""
        if length > MESSAGE_MAX:
            self.refuse(f"a message of more than {MESSAGE_MAX} bytes came")

    def refuse(self, fault: str) -> None:
        """Take nothing more; raises `TooMuch`."""
        self.fault = self.fault or fault
        raise TooMuch(self.fault)
