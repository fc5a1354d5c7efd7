"""What goes over the wire: the TCP packets of this machine's own connections, drawn as a diagram.

In a lesson:

    with Wire("hello", port) as wire:    # port: the server's
        …                                # what the sockets do here
    wire                                 # the diagram

Only Linux lets a program hear them, and only root. Elsewhere the lesson shows captures/hello.pcapng, which
was stored earlier. In a terminal:

    python wire.py talk.pcapng                             print its packets; Wireshark opens it too
    python wire.py talk.pcapng 8080 python both_ends.py    run a command, store the packets of port 8080

If you are not root, you can be in a user namespace, which has its own loopback interface:

    unshare -rn sh -c "ip link set lo up; python wire.py talk.pcapng 8080 python both_ends.py"

If root runs a lesson with KEEP_CAPTURES=1 in its environment, its captures are stored anew.

Sources: RFC 9293, 3.1 (TCP's header) and RFC 791, 3.1 (IPv4's); man 7 packet (the socket); for the file
https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-03.html and for the filter
https://www.kernel.org/doc/html/latest/networking/filter.html
"""
import argparse
import ctypes
import os
import socket
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from diagram import Diagram

CAPTURES = Path(__file__).parent / "captures"
FIN, SYN, RST, ACK = 1, 2, 4, 16  # bits of byte 13 of TCP's header
NEWS = FIN | SYN | RST
PAUSE = 10        # milliseconds of silence that are worth a note
BUFFER = 1 << 20  # bytes of memory for packets until they are read; by default Linux gives room for about 300

# Numbers of Linux that Python's socket does not name.
ETH_P_ALL, SO_ATTACH_FILTER, SO_TIMESTAMPNS, SOL_PACKET, PACKET_IGNORE_OUTGOING = 3, 26, 35, 263, 23


@dataclass
class Packet:
    """What a TCP packet's header says, and the data (bytes) after it."""

    source: int       # port
    target: int       # port
    flags: int        # FIN, SYN and so on, as bits
    data: bytes

    def __str__(self):
        """Say what the packet is for: its flags, or the data that it brings."""
        bits = {"SYN": SYN, "FIN": FIN, "RST": RST, "ACK": ACK if not self.data else 0}  # with data it is not news
        words = [name for name, bit in bits.items() if self.flags & bit]
        return ", ".join(words + [f"{len(self.data)} Б: {text(self.data)}"] * bool(self.data))


def text(data, size=24):
    """Return data (bytes) as readable text, truncated to size characters, with none that breaks the line."""
    shown = "".join(sign if sign.isprintable() else "·" for sign in data.decode(errors="replace"))
    return shown if len(shown) <= size else shown[:size] + "…"


def decode(raw):
    """Return the Packet in an IPv4 packet (bytes), or None if it carries no complete TCP header."""
    if len(raw) < 20 or raw[0] >> 4 != 4 or raw[9] != socket.IPPROTO_TCP:
        return None
    segment = raw[(raw[0] & 15) * 4 : int.from_bytes(raw[2:4], "big")]
    if len(segment) < 20:
        return None
    source, target = struct.unpack_from("!HH", segment)
    return Packet(source, target, segment[13], segment[(segment[12] >> 4) * 4 :])


# The file: blocks, each with its type and its length at both ends. What we write is little-endian.

SECTION, INTERFACE, ENHANCED = 0x0A0D0D0A, 1, 6
BYTE_ORDER = 0x1A2B3C4D
RAW_IP, NANOSECONDS = 101, 9  # the link type; the clock's resolution, as a power of ten


def block(kind, body):
    """Return a block (bytes) of pcapng; its length is a multiple of four."""
    body += bytes(-len(body) % 4)
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


def write(path, packets):
    """Store packets, [(nanoseconds since 1970, IPv4 packet in bytes)], in the file at path."""
    options = struct.pack("<HHB3xHH", 9, 1, NANOSECONDS, 0, 0)
    blocks = [block(SECTION, struct.pack("<IHHq", BYTE_ORDER, 1, 0, -1)),
              block(INTERFACE, struct.pack("<HHI", RAW_IP, 0, 0) + options)]
    for time, raw in packets:
        head = struct.pack("<IIIII", 0, time >> 32, time & 0xFFFFFFFF, len(raw), len(raw))
        blocks.append(block(ENHANCED, head + raw))
    Path(path).write_bytes(b"".join(blocks))


def read(path):
    """Return the packets that write() stored in the file at path; raises ValueError if another program wrote it."""
    content, start, packets = Path(path).read_bytes(), 0, []
    if content[:4] + content[8:12] + content[36:38] != struct.pack("<IIH", SECTION, BYTE_ORDER, RAW_IP):
        raise ValueError(f"{path}: not stored by wire.py")
    while start < len(content):
        kind, length = struct.unpack_from("<II", content, start)
        if kind == ENHANCED:
            _, high, low, size, _ = struct.unpack_from("<IIIII", content, start + 8)
            packets.append((high << 32 | low, content[start + 28 : start + 28 + size]))
        start += length
    return packets


# The wire: a socket that receives what the kernel passes over the loopback interface.

def let_through(sock, port):
    """Have the kernel keep for a socket only the packets from and to a port (int): others may be too many."""
    program = [
        (0xB1, 0, 0, 0),               # X = the length of the IP header
        (0x48, 0, 0, 0),               # A = two bytes at X: the port that the packet comes from
        (0x15, 2, 0, port),            # is it this one? Then two lines further
        (0x48, 0, 0, 2),               # A = two bytes at X + 2: the port that it goes to
        (0x15, 0, 1, port),            # is it not this one? Then one line further
        (0x06, 0, 0, 0xFFFF),          # keep the packet
        (0x06, 0, 0, 0),               # keep nothing of it
    ]
    lines = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", len(program), ctypes.addressof(lines)))


def listener(port):
    """Return a socket that receives the packets from and to a port (int) on the loopback interface.

    Raises PermissionError for anybody but root, and on systems other than Linux.
    """
    if not hasattr(socket, "AF_PACKET"):
        raise PermissionError("only on Linux")
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
    sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)  # else each packet is received twice
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)  # when the kernel passed it on
    sock.setblocking(False)
    let_through(sock, port)
    sock.bind(("lo", ETH_P_ALL))  # from now on it receives
    return sock


def heard(sock):
    """Return what a listener() has received so far, as write() takes it."""
    packets = []
    while True:
        try:
            raw, [(_, _, time)], _, _ = sock.recvmsg(1 << 16, 64)
        except BlockingIOError:
            return packets
        if decode(raw):
            seconds, nanoseconds = struct.unpack("qq", time)
            packets.append((seconds * 10**9 + nanoseconds, raw))


def people(packets):
    """Return {port: name} of everybody in packets ([Packet]), from left to right; the first one goes to the server."""
    server = packets[0].target if packets else None
    ports = dict.fromkeys(port for packet in packets for port in (packet.source, packet.target))
    clients = [port for port in ports if port != server]
    numbered = {port: f"Клиент {number}" for number, port in enumerate(clients, 1)}
    names = numbered if len(clients) > 1 else dict.fromkeys(clients, "Клиент")
    first = {port: names[port] for port in clients[:1]}
    return first | {server: "Сервер"} | names  # of two, one on each side of the server


def story(packets):
    """Yield what happened, as (ms since the first packet, ms since the last, sender's name, receiver's, Packet)."""
    decoded = [decode(raw) for _, raw in packets]
    names = people(decoded)
    first = last = packets[0][0] if packets else 0
    for (time, _), packet in zip(packets, decoded):
        yield (time - first) / 1e6, (time - last) / 1e6, names[packet.source], names[packet.target], packet
        last = time


def draw(packets):
    """Return the Diagram of packets, as write() takes them; those that say nothing new are dashed."""
    names = people([decode(raw) for _, raw in packets])
    diagram = Diagram(*names.values(), title="Пакеты на проводе")
    for since, silence, sender, receiver, packet in story(packets):
        if silence > PAUSE:
            diagram.note("Сервер", f"прошло {silence:.0f} мс")
        shape = "->>" if packet.data or packet.flags & NEWS else "-->>"
        diagram.arrow(sender, receiver, f"{since:.2f} мс · {packet}".replace(*".,", 1), shape)
    return diagram


class Wire:
    """The packets that go to a port and come from it while a with block runs; a cell draws them."""

    def __init__(self, name, port):
        """Listen at the server's port (int). If that is not allowed, show the capture of this name (str)."""
        self.file, self.port, self.packets = CAPTURES / f"{name}.pcapng", port, []

    def __enter__(self):
        try:
            self.listener = listener(self.port)
        except PermissionError:
            self.listener = None
        return self

    def __exit__(self, *exception):
        if not self.listener:
            self.packets = read(self.file)
            return
        with self.listener:
            self.packets = heard(self.listener)
        if "KEEP_CAPTURES" in os.environ:
            write(self.file, self.packets)

    def __repr__(self):
        """Say the same on every machine, so that a lesson's stored output can be compared."""
        return "Пакеты на проводе: их показывает схема."

    def _repr_markdown_(self):
        note = "" if self.listener else "\n\n(Это запись: слушать провод может только root и только в Linux.)"
        return draw(self.packets)._repr_markdown_() + note


def record(path, port, command):
    """Run a command (list of str), and store the packets of a port (int) at path; return the command's status."""
    with listener(port) as sock:
        status = subprocess.run(command).returncode
        write(path, heard(sock))
    return status


def main():
    """Run a command, if there is one; print the stored packets. Return the command's status."""
    parser = argparse.ArgumentParser(description="Store and print the packets of this machine's own connections.")
    parser.add_argument("file", help="what Wireshark calls pcapng")
    parser.add_argument("port", nargs="?", type=int, help="the server's")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="what to run while listening")
    args = parser.parse_args()
    try:
        status = record(args.file, args.port, args.command) if args.command else 0
        packets = read(args.file)
    except (OSError, ValueError) as error:
        parser.error(f"{error}")
    for since, _, sender, receiver, packet in story(packets):
        print(f"{since:9.2f} мс  {sender} → {receiver}  {packet}")
    return status


if __name__ == "__main__":
    sys.exit(main())
