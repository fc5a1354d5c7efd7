"""The wire: packets of this machine's own connections are heard, decoded, stored and drawn."""

import re
import shutil
import socket
import struct
import subprocess
import sys
import threading

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import lessons
import wire
from people import Host, Peer

NAMESPACE = "unshare", "-rn", "sh", "-c", 'ip link set lo up && "$@"', "-"
TALK = """
import socket
with socket.create_server(("127.0.0.1", 8099)) as server_socket:
    client = socket.create_connection(server_socket.getsockname())
    served, address = server_socket.accept()
client.sendall("ау".encode())
served.recv(100)
client.shutdown(socket.SHUT_WR)
served.recv(100)
client.close()
served.close()
"""
BUSY = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
packet_lists = st.lists(st.tuples(st.integers(0, 2**64 - 1), st.binary(max_size=99)))


LOOK = re.compile(r'Wire\("(\w+)"')
LOOKS = {"01": [], "03": ["c03-connect"], "13": [], "16": ["c16-nagle-two-words"]}  # lesson: cells that its look needs


def refuse(port):
    """Be a listener() where nobody may listen."""
    raise PermissionError


def may_listen():
    """Return whether this process may hear the loopback interface."""
    try:
        wire.listener(0).close()
    except PermissionError:
        return False
    return True


def has_namespaces():
    """Return whether a user may have a namespace here, in which it may hear everything."""
    return bool(shutil.which("unshare")) and not subprocess.run([*NAMESPACE, "true"], stderr=subprocess.PIPE).returncode


listens = pytest.mark.skipif(not may_listen(), reason="only root may listen to the wire, and only on Linux")


def ip(payload, protocol=6):
    """Return an IPv4 packet (bytes) with payload (bytes)."""
    return struct.pack("!BxH5xB10x", 0x45, 20 + len(payload), protocol) + payload


def tcp(source=50000, target=8080, flags=wire.ACK, data=b""):
    """Return an IPv4 packet (bytes) with a TCP segment."""
    return ip(struct.pack("!HH8xBB6x", source, target, 5 << 4, flags) + data)


@pytest.fixture
def connection():
    """A connection's (client, server, the server's port)."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = socket.create_connection(listening.getsockname())
        server, _ = listening.accept()
    with client, server:
        yield client, server, server.getsockname()[1]


def said(packets):
    """Return the packets as they read (list of str), without those that only confirm."""
    return [text for text in (str(wire.decode(raw)) for _, raw in packets) if text != "ACK"]


@BUSY
@given(packet_lists)
def test_what_is_stored_is_read_back(tmp_path_factory, packets):
    file = tmp_path_factory.mktemp("stored") / "some.pcapng"
    wire.write(file, packets)
    assert wire.read(file) == packets


@BUSY
@given(packet_lists)
def test_every_block_of_a_file_says_its_length_at_both_ends(tmp_path_factory, packets):
    file, kinds, start = tmp_path_factory.mktemp("stored") / "some.pcapng", [], 0
    wire.write(file, packets)
    content = file.read_bytes()
    while start < len(content):
        kind, length = struct.unpack_from("<II", content, start)
        assert length % 4 == 0 and struct.unpack_from("<I", content, start + length - 4) == (length,)
        kinds.append(kind)
        start += length
    assert kinds == [wire.SECTION, wire.INTERFACE] + [wire.ENHANCED] * len(packets)


def test_a_file_of_another_kind_is_refused_by_its_name(tmp_path):
    file = tmp_path / "text.pcapng"
    file.write_bytes(b"no packets here")
    with pytest.raises(ValueError, match="text.pcapng"):
        wire.read(file)


@BUSY
@given(st.binary(max_size=99))
def test_no_bytes_stop_the_decoder(raw):
    assert wire.decode(raw) is None or isinstance(wire.decode(raw), wire.Packet)


@BUSY
@given(st.integers(0, 2**16 - 1), st.integers(0, 2**16 - 1), st.binary(max_size=99))
def test_a_packet_is_decoded_into_its_ports_flags_and_data(source, target, data):
    raw = tcp(source, target, wire.SYN | wire.ACK, data) + b"padding"
    assert wire.decode(raw) == wire.Packet(source, target, wire.SYN | wire.ACK, data)


def test_options_of_a_header_are_no_data():
    raw = ip(struct.pack("!HH8xBB6x", 1, 2, 6 << 4, wire.ACK) + b"\x01\x01\x01\x00" + b"data")
    assert wire.decode(raw).data == b"data"


def test_other_protocols_are_left_out():
    assert wire.decode(ip(bytes(20), protocol=17)) is None


def test_a_packet_reads_as_what_it_is_for():
    packets = tcp(flags=wire.SYN), tcp(), tcp(data="ау\n".encode()), tcp(flags=wire.FIN | wire.ACK, data=b"x")
    assert [str(wire.decode(raw)) for raw in packets] == ["SYN", "ACK", "5 Б: ау·", "FIN, 1 Б: x"]


def test_a_diagram_names_each_client_and_a_long_silence():
    packets = [
        (0, tcp(50000, flags=wire.SYN)),
        (10**5, tcp(50001, flags=wire.SYN)),
        (41 * 10**6, tcp(8080, 50001)),
    ]
    assert wire.draw(packets).lines[2:] == [
        "participant Клиент 1",
        "participant Сервер",
        "participant Клиент 2",
        "Клиент 1->>Сервер: 0,00 мс · SYN",
        "Клиент 2->>Сервер: 0,10 мс · SYN",
        "Note over Сервер: прошло 41 мс",
        "Сервер-->>Клиент 2: 41,00 мс · ACK",
    ]


def test_a_diagram_of_nothing_is_empty():
    assert wire.draw([]).lines[2:] == ["participant Сервер"]  # and no error


@listens
def test_data_and_the_end_of_a_connection_are_heard_in_their_order(connection):
    client, server, port = connection
    with wire.Wire("none", port) as heard:
        client.sendall(b"ping")
        server.recv(100)
        client.close()
        server.recv(100)
        server.close()
    assert said(heard.packets) == ["4 Б: ping", "FIN, ACK", "FIN, ACK"]


@listens
def test_unread_bytes_at_the_end_are_heard_as_a_reset(connection):
    client, server, port = connection
    with wire.Wire("none", port) as heard:
        client.sendall(b"unread")
        server.recv(1, socket.MSG_PEEK)
        server.close()
        with pytest.raises(ConnectionResetError):
            client.recv(100)
    assert said(heard.packets) == ["6 Б: unread", "RST, ACK"]


@listens
def test_packets_of_other_ports_are_left_out(connection):
    client, server, port = connection
    with wire.Wire("none", port - 1) as heard:
        client.sendall(b"ping")
        server.recv(100)
    assert heard.packets == []


@listens
def test_much_talk_of_others_does_not_push_out_what_is_listened_to(connection):
    client, server, port = connection
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_connection(listening.getsockname()) as loud:
        other, _ = listening.accept()
        with other, wire.Wire("none", port) as heard:
            for _ in range(2000):  # many times what there is room for
                loud.sendall(b"x")
                other.recv(100)
            client.sendall(b"ping")
            server.recv(100)
    assert said(heard.packets) == ["4 Б: ping"]


@listens
def test_packets_are_in_the_order_of_their_times(connection):
    client, server, port = connection
    with wire.Wire("none", port) as heard:
        for _ in range(10):
            client.sendall(b"ping")
            server.recv(100)
    times = [time for time, _ in heard.packets]
    assert times == sorted(times) and len(times) >= 10


def test_without_the_right_to_listen_a_stored_capture_is_shown(monkeypatch, tmp_path):
    monkeypatch.setattr(wire, "listener", refuse)
    monkeypatch.setattr(wire, "CAPTURES", tmp_path)
    wire.write(tmp_path / "hello.pcapng", [(0, tcp(flags=wire.SYN))])
    with wire.Wire("hello", 1) as stored:
        pass
    assert "Клиент->>Сервер: 0,00 мс · SYN" in stored._repr_markdown_()
    assert "запись" in stored._repr_markdown_()


def test_a_cell_prints_the_same_on_every_machine(monkeypatch):
    assert repr(wire.Wire("a", 1)) == repr(wire.Wire("b", 2))


@pytest.mark.skipif(not has_namespaces(), reason="no namespaces for users here, or no unshare and ip")
def test_a_command_is_heard_in_a_users_namespace_and_its_packets_are_stored(tmp_path):
    file, talk = tmp_path / "talk.pcapng", tmp_path / "talk.py"
    talk.write_text(TALK, encoding="utf-8")
    command = [*NAMESPACE, sys.executable, wire.__file__, file, "8099", sys.executable, talk]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout
    assert said(wire.read(file)) == ["SYN", "SYN, ACK", "4 Б: ау", "FIN, ACK", "FIN, ACK"]
    again = subprocess.run([sys.executable, wire.__file__, file], check=True, capture_output=True, encoding="utf-8")
    assert again.stdout == printed and "Клиент → Сервер  4 Б: ау" in printed


@pytest.mark.parametrize("arguments", [["talk.pcapng"], [wire.__file__], ["talk.pcapng", "0", "no-such-program"]])
def test_what_cannot_be_done_is_told_in_a_line(tmp_path, arguments):
    command = [sys.executable, wire.__file__, *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "wire.py: error: " in done.stderr


def code_cells(edition, lesson):
    """Return the code cells of a lesson (the beginning of its file's name), as {id: source}."""
    [path] = (lessons.ROOT / "notebooks" / edition).glob(f"{lesson}*.ipynb")
    return {cell.id: cell.source for cell in lessons.read(path).cells if cell.cell_type == "code"}


def capture(name, course="course"):
    """Return what a course's stored capture has, as wire.read() does."""
    return wire.read(lessons.ROOT / "notebooks" / course / f"captures/{name}.pcapng")


def said_by(packets):
    """Return what wire.story() says of packets, as [(sender's name, what the packet is for)]."""
    return [(sender, "data" if packet.data else str(packet)) for *_, sender, _, packet in wire.story(packets)]


@pytest.mark.parametrize("edition, course", [("ru", "course"), ("en", "course_en")])
def test_each_look_at_the_wire_has_its_stored_capture_and_each_capture_its_look(edition, course):
    looks = [LOOK.search(source)[1] for lesson in LOOKS for source in [code_cells(edition, lesson)[f"c{lesson}-wire"]]]
    there = (lessons.ROOT / "notebooks" / course / "captures").iterdir()
    assert sorted(file.name for file in there) == sorted(f"{name}.pcapng" for name in looks)


@pytest.mark.parametrize("course", ["course", "course_en"])
def test_the_stored_captures_show_what_their_lessons_say(course):
    hello, three, goodbye, nagle = (capture(name, course) for name in ("hello", "three", "goodbye", "nagle"))
    assert len(hello) == 8 and said_by(hello).count(("Клиент", "data")) == 1
    assert said_by(three).count(("Клиент", "data")) == 3
    assert [packet for packet in said_by(goodbye) if packet[1] not in ("data", "ACK", "SYN", "SYN, ACK")] == [
        ("Клиент 1", "FIN, ACK"),
        ("Сервер", "FIN, ACK"),
        ("Клиент 2", "FIN, ACK"),
        ("Клиент 2", "RST"),
    ]
    silences = [(round(silence), str(packet)) for _, silence, *_, packet in wire.story(nagle) if silence > wire.PAUSE]
    [(pause, late)] = silences
    assert 35 <= pause <= 60 and late == "ACK"


@pytest.mark.parametrize("lesson", LOOKS)
@pytest.mark.parametrize("heard", [pytest.param(True, marks=listens), False])
def test_a_lesson_shows_the_same_data_with_and_without_the_right_to_listen(monkeypatch, lesson, heard):
    if not heard:
        monkeypatch.setattr(wire, "listener", refuse)
    cells = code_cells("ru", lesson)
    names = {"socket": socket, "threading": threading, "Host": Host, "Peer": Peer, "SERVER_HOST": "localhost"}
    names["RECV_SIZE"] = 8192
    for cell in [*LOOKS[lesson], f"c{lesson}-wire"]:
        exec(cells[cell], names)
    look = names["wire"]
    assert bool(look.listener) == heard
    said = [str(wire.decode(raw)) for _, raw in capture(LOOK.search(cells[f"c{lesson}-wire"])[1])]
    data = [text for text in said if "Б:" in text]
    assert data == [str(packet) for *_, packet in wire.story(look.packets) if packet.data]


def test_stored_captures_are_small():
    captures = list((lessons.ROOT / "notebooks").glob("course*/captures/*"))
    assert len(captures) == 2 * len(LOOKS)
    assert [file.name for file in captures if file.stat().st_size > 2_000] == []
