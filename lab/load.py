"""Load meter: talks to a chat server through many connections and shows what the server does.

Run it in a terminal:  python load.py [CLIENTS/TALKERS/WINDOW ...] [--server COMMAND ...]

A delivery is one message heard by one client. All clients live in this one process, and no Python
code runs for a single delivery: all messages of a run have the same length, so counting bytes counts
messages. A lost message and a duplicate cancel out; --check looks at every message.
"""

import argparse
import json
import math
import os
import re
import selectors
import shlex
import signal
import socket
import statistics
import sys
import time
from collections import Counter
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import accumulate, cycle, pairwise, product
from pathlib import Path
from subprocess import DEVNULL

import language

if __name__ == "__main__":
    language.follow(__file__)

try:
    import psutil
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Column, Table
except ImportError as error:
    sys.exit(f"Нет библиотеки {error.name}: pip install psutil rich")

from server import Selector

BLOCK = 65536  # bytes taken from a socket at a time; malloc maps larger blocks anew each time
STRIDE = 7  # every seventh sending has a time stamp: a prime, so that all talkers get some
JOINED = rb"[^\n:]{1,99}\n"  # follows a newcomer's name in the line for all, in any language
KEPT = 256  # bytes that are searched again: a line may be cut in two
JOINING = 10.0  # seconds that a server may take to start, or to answer a client that joins
JOINING_ALL = 300.0  # seconds that it may take to let everybody in
TURNS = 1000  # the clients join in at most this many turns; if there are more clients, several at a time
SILENCE = 3.0  # seconds of silence after which a missing message is lost
QUIET = 0.3  # seconds in which duplicates would come after everything is heard
DRAIN = 15.0  # seconds in which everything must arrive once nobody talks anymore
CHECK_BYTES = 1 << 27  # bytes that --check keeps: talking stops when they are used up
MAX_CLIENTS, MAX_WINDOW, MAX_TOTAL = 10000, 1024, 3600  # the last: seconds of all runs
BUSY, FULL = 0.5, 0.9  # of a core: above this we may be the limit; above that the server surely is

MEDIANS = ("per_second", "p50_us", "p99_us", "p999_us", "server_cpu", "server_memory", "meter_cpu", "joining")
FAULTS = "lost", "excess", "disordered", "gone", "died"
COLUMNS = {
    "доставок,\nтыс./с": ("per_second", 1e-3, 1),
    "к 1-му": ("ratio", 1, 2),
    "p50,\nмкс": ("p50_us",),
    "p99": ("p99_us",),
    "p99,9": ("p999_us",),
    "ЦП, %": ("server_cpu", 100),
    "свой": ("meter_cpu", 100),
    "МиБ": ("server_memory", 2**-20),
}  # heading: key, scale, digits
NOTES = {
    "meter_limit": "в {} из {} прогонов пределом был измеритель, а не сервер",
    "died": "сервер завершился в {} из {} прогонов",
    "gone": "сервер отпустил клиентов: {}; остальные сбои — следствие. Если он сам цел, они "
    "не успевали читать: серверы из lab/ отпускают тех, кто отстал больше чем на "
    "4 МиБ. Возьмите меньше окно или --size.",
}


class Failure(argparse.ArgumentTypeError):
    """An error that ends the program; its text is shown to the user."""


class Client:
    """One connection: it hears everything, and talks if told to."""

    def __init__(self, client_socket, name):
        """Wait to be asked for a name (bytes, equally long for all); raises Failure."""
        self.socket, self.name, self.prefix = client_socket, name, name + b": "
        self.talks = self.probes = False  # probes: looks for time stamps
        self.heard = 0  # bytes
        self.blocks = []  # the data received, in a check
        self.unsent = b""  # data that did not fit
        self.tail = b""  # end of the last block: a prefix may be cut in two
        client_socket.settimeout(JOINING)
        client_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.listen(b".\n")

    def listen(self, pattern):
        """Wait for a match of pattern (bytes), which is shorter than KEPT; raises Failure.

        What comes before it, or after it in the same block, is ignored.
        """
        heard = b"\n"
        with suppress(OSError):
            while not re.search(pattern, heard) and (data := self.socket.recv(BLOCK)):
                heard = heard[-KEPT:] + data
        if not re.search(pattern, heard):
            raise Failure(
                f"Сервер не ответил по правилам чата за {JOINING:g} с: он просит имя строкой и всем называет вошедшего."
            )

    def hear_of(self, other):
        """Wait for the line that says that other (a client) has joined; raises Failure."""
        # A whole line: a server may begin with what was said earlier, each line with a mark
        self.listen(b"\n%b %b" % (other.name, JOINED))

    def send(self, data=b""):
        """Send unsent data, then data (bytes), as much as the socket has room for."""
        self.unsent += data
        try:
            self.unsent = self.unsent[self.socket.send(self.unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            self.unsent = b""  # it is gone: reading will tell


class Load:
    """A room of clients, some of which talk for a while; afterwards it holds the results."""

    def __init__(self, shape, options):
        """shape: clients, talkers, window; options: size, rate, seconds, messages, check."""
        self.shape, self.options = shape, options
        self.rate, self.check = options.rate, options.check
        self.selector = Selector()
        self.clients, self.talkers, self.waiting = [], [], set()  # waiting: for room to send
        self.sent = self.sendings = self.heard = self.gone = 0  # heard: bytes
        self.said, self.delays, self.lateness = [], [], 0.0  # lines; nanoseconds; seconds
        self.plain = b".".ljust(options.size - 1, b".") + b"\n"

    def join(self, connect):
        """Let all clients join, the last one alone; connect() returns a socket for each.

        Return when all have heard the last one join, so nothing but messages will come.
        Raises Failure.
        """
        (count, talkers, _), start = self.shape, time.perf_counter()
        tag = os.urandom(3).hex()  # in a room that others use, too, the names are new
        names = [f"{tag}-{number:05d}".encode() for number in range(count)]
        turns = [*range(0, count - 1, math.ceil(count / TURNS)), count - 1, count]
        for first, end in pairwise(turns):
            if time.perf_counter() - start > JOINING_ALL:
                raise Failure(f"За {JOINING_ALL:g} с вошли только {first} из {count}.")
            if first % 100 < end - first:  # once for each hundred
                self.skip()
            self.let_in([Client(connect(), name) for name in names[first:end]])
        for client in self.clients[:-1]:
            client.hear_of(self.clients[-1])
        for number, client in enumerate(self.clients):
            client.socket.setblocking(False)
            client.talks, client.probes = number < talkers, number in (0, count // 2, count - 1)
        self.joining, self.talkers = time.perf_counter() - start, self.clients[:talkers]
        self.length = len(client.prefix) + self.options.size
        room = CHECK_BYTES // self.length // count if self.check else math.inf
        self.messages = min(self.options.messages or math.inf, room)

    def let_in(self, newcomers):
        """Let clients join at the same time; return when each has heard itself join."""
        for client in newcomers:
            client.send(client.name + b"\n")
        for client in newcomers:
            client.hear_of(client)
            self.selector.register(client.socket, selectors.EVENT_READ, client)
        self.clients += newcomers

    def skip(self):
        """Read what has arrived, at most a block from each client: left unread, it would fill the system's memory."""
        for key, _ in self.selector.select(0):
            with suppress(OSError):
                key.fileobj.recv(BLOCK)

    def say(self, client, count, stamp=None):
        """Send count messages, or as many as are left; stamp: nanoseconds, or now."""
        count = min(count, self.messages - self.sent)
        stamped = self.check or self.rate or self.sendings % STRIDE == 0
        lines = [
            b"%09d#%019d" % (self.sent + more, stamp or time.perf_counter_ns())
            for more in range(count if self.check else min(count, stamped))
        ]
        lines = [line.ljust(len(self.plain) - 1, b".") + b"\n" for line in lines]
        if self.check:
            self.said += [client.prefix + line[:-1] for line in lines]
        self.sendings += count > 0
        self.sent += count
        client.send(b"".join(lines) + self.plain * (count - len(lines)))
        if client.unsent:
            self.waiting.add(client)

    def hear(self, client):
        """Read one block; count the messages in it, and send as many as it holds of the client's own."""
        try:
            data = client.socket.recv(BLOCK)
        except OSError:
            data = b""
        if not data:  # the server has disconnected it
            self.selector.unregister(client.socket)
            self.gone += 1
        client.heard += len(data)
        self.heard += len(data)
        if self.check:
            client.blocks.append(data)
        if client.probes:
            now = time.perf_counter_ns()
            self.delays += [now - int(stamp) for stamp in re.findall(rb"#(\d{19})", data)]
        if client.talks and self.talking and not self.rate:
            data = client.tail + data
            client.tail = data[1 - len(client.prefix) :]
            if echoes := data.count(client.prefix):
                self.say(client, echoes)

    def run(self):
        """Talk and listen until everything has been heard, or nothing more will come."""
        processor = time.process_time()
        self.start = self.last = time.perf_counter()
        for client in [] if self.rate else self.talkers:
            self.say(client, self.shape[2])
        while not self.over():
            if self.rate and self.talking:
                self.say_what_is_due()
            for client in list(self.waiting):
                client.send()
            self.waiting = {client for client in self.waiting if client.unsent}
            # The kernel counts milliseconds, too coarse for a rate: look without waiting
            for key, _ in self.selector.select(0 if self.rate or self.waiting else 0.1):
                self.last = time.perf_counter()
                self.hear(key.data)
        self.processor = time.process_time() - processor

    def say_what_is_due(self):
        """In a run at a fixed rate, send what is due if its talker has sent everything before it."""
        # Stamped with the time at which it was due: a server that keeps us waiting does not
        # thereby look better ("coordinated omission", Gil Tene)
        while self.sent < self.messages:
            late = time.perf_counter() - (due := self.start + self.sent / self.rate)
            client = self.talkers[self.sent % len(self.talkers)]
            if late < 0 or client.unsent:
                return
            self.lateness += late
            self.say(client, 1, int(due * 1e9))

    def over(self):
        """Return whether there is nothing more to wait for; end the talking when time is up."""
        now, end = time.perf_counter(), self.start + self.options.seconds
        self.talking = now < end and self.sent < self.messages
        left, quiet = len(self.clients) - self.gone, now - self.last
        all_heard = not self.talking and self.heard >= self.sent * left * self.length
        return not left or quiet > SILENCE or now > end + DRAIN or all_heard and quiet > QUIET

    def faults(self):
        """Return the numbers of lost, excess and out-of-order messages (the last: None without a check)."""
        if self.check:
            return judge([b"".join(client.blocks) for client in self.clients], self.said)
        missing = [self.sent - client.heard / self.length for client in self.clients]
        return (
            sum(math.ceil(one) for one in missing if one > 0),
            sum(math.ceil(-one) for one in missing if one < 0),
            None,
        )

    def close(self):
        """End all connections."""
        self.selector.close()
        for client in self.clients:
            client.socket.close()


def judge(streams, said):
    """Compare what each client heard (bytes) with what was said (a list of lines, bytes).

    Return the numbers of lost, excess (duplicated, truncated or never sent) and out-of-order messages: those
    that came after a message that the first client heard, or their own talker sent, later.
    """
    said, lost, excess, ranks = Counter(said), 0, 0, {}
    for stream in streams:
        heard = Counter(stream.split(b"\n"))
        heard[b""] -= 1  # after the last newline
        lost += (said - heard).total()
        excess += (heard - said).total()
        lines = [line for line in heard if line in said]
        if not ranks:  # sorted by name only, each talker's lines keep the order in which they came
            ranks = {line: rank for rank, line in enumerate(lines)}
            disordered = count_late(sorted(lines, key=lambda line: line.split(b":")[0]))
        disordered += count_late([ranks[line] for line in lines if line in ranks])
    return lost, excess, disordered


def count_late(items):
    """Return how many items (comparable) come after a greater one."""
    return sum(item < most for item, most in zip(items, accumulate(items, max)))


@dataclass
class Server:
    """A server to be measured: a command that starts it, or where it runs.

    One chat may have several addresses (host, port): clients connect to them in turn.
    """

    label: str
    command: str = None
    addresses: list = ()
    process: psutil.Process = None

    @contextmanager
    def running(self, pin):
        """Yield a function that connects, and the process or None; pin (two core numbers) or None."""
        if self.addresses:
            yield in_turn(self.addresses), self.process
            return
        with ExitStack() as stack:  # opened all at once, so that no two ports are the same
            free = [
                stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(self.command.count("{port}"))
            ]
            addresses = [server_socket.getsockname() for server_socket in free]
        command = self.command
        for _, port in addresses:
            command = command.replace("{port}", str(port), 1)
        words = shlex.split(command) if os.name == "posix" else command
        try:
            if pin:
                psutil.Process().cpu_affinity(pin[:1])  # the child inherits it, and its children
            child = psutil.Popen(words, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)
        except OSError as error:
            raise Failure(f"Не запускается {self.label}: {error.strerror}") from None
        try:
            if pin:
                psutil.Process().cpu_affinity(pin[1:])
            yield in_turn(addresses, child), child
        except (Failure, psutil.NoSuchProcess):
            if child.poll() is None:
                raise
            raise Failure(
                f"Сервер {self.label} завершился (код {child.returncode}). Почему, он скажет сам: {command}"
            ) from None
        finally:
            with suppress(psutil.NoSuchProcess):
                for process in [child, *child.children(recursive=True)]:
                    process.kill()
            child.wait()


def in_turn(addresses, child=None):
    """Return a function that connects to the next address (host, port) each time it is called."""
    turns = cycle(addresses)
    return lambda: connect(*next(turns), child)


def connect(host, port, child=None):
    """Return a socket connected to host:port; a child gets time to start. Raises Failure."""
    end = time.monotonic() + JOINING
    while True:
        try:
            return socket.create_connection((host, port), JOINING)
        except (OSError, UnicodeError) as error:  # UnicodeError: no name of a machine
            if not child or child.poll() is not None or time.monotonic() > end:
                raise Failure(f"Нет соединения с {host}:{port}: {error}") from None
            time.sleep(0.02)


def usage(process):
    """Return seconds of CPU time and bytes of memory of a process and its children."""
    processor = memory = 0
    with suppress(psutil.Error):
        for one in [process, *process.children(recursive=True)] if process else []:
            processor += sum(one.cpu_times()[:2])  # user and system
            memory += one.memory_info().rss
    return processor, memory


def measure(server, shape, options):
    """Measure one server once; return the figures (dict; delays in microseconds)."""
    with server.running(options.pin) as (connect, process), closing(Load(shape, options)) as load:
        load.join(connect)
        before, _ = usage(process)
        load.run()
        after, memory = usage(process)
    elapsed = max(load.last - load.start, 1e-9)
    lost, excess, disordered = load.faults()
    deliveries, delays = load.heard // load.length, sorted(load.delays)
    p50, p99, p999 = (delays[int(len(delays) * part)] / 1000 if delays else None for part in (0.5, 0.99, 0.999))
    meter_cpu, server_cpu = load.processor / elapsed, max(after - before, 0) / elapsed
    if load.rate:  # it spins, so its CPU time says nothing
        limit = bool(p50) and load.lateness / max(load.sent, 1) * 1e6 > p50 / 2
    else:  # the busier of the two is the limit; a short run says nothing
        limit = elapsed > 0.5 and server_cpu < FULL and meter_cpu > max(BUSY, server_cpu)
    return {
        "server": server.label,
        "load": "/".join(map(str, shape)),
        "size": options.size,
        "seconds": elapsed,
        "sent": load.sent,
        "deliveries": deliveries,
        "per_second": deliveries / elapsed,
        "p50_us": p50,
        "p99_us": p99,
        "p999_us": p999,
        "lost": lost,
        "excess": excess,
        "disordered": disordered,
        "gone": load.gone,
        "joining": load.joining,
        "meter_cpu": meter_cpu,
        "meter_limit": limit,
        "server_cpu": server_cpu if process else None,
        "server_memory": memory if process else None,
        "died": bool(process) and not memory,
    }  # the dead have none


def measure_all(options, runs):
    """Measure all servers in turn, A B A B, under each load; append the figures to runs."""
    plan = [*product(range(options.rounds), options.loads, enumerate(options.servers))]
    with Progress(console=Console(stderr=True), auto_refresh=False) as progress:  # no thread
        for _, shape, (number, server) in progress.track(plan, description="Прогоны"):
            runs.append(measure(server, shape, options) | {"number": number})


def summarize(runs):
    """Return a row (dict) for each load and server: medians of its runs, faults added up."""
    rows, first = [], {}
    for load, number in dict.fromkeys((run["load"], run["number"]) for run in runs):
        mine = [run for run in runs if (run["load"], run["number"]) == (load, number)]
        row = {"server": mine[0]["server"], "load": load, "runs": len(mine)}
        for key in MEDIANS:
            values = [run[key] for run in mine if run[key] is not None and not run["died"]]
            row[key] = statistics.median(values) if values else None
        for key in ("sent", "deliveries", "meter_limit", *FAULTS):
            row[key] = None if mine[0][key] is None else sum(run[key] for run in mine)
        base = first.setdefault(load, row)["per_second"]
        row["ratio"] = row["per_second"] / base if row["per_second"] and base else None
        rows.append(row)
    return rows


def number(value, scale=1, digits=0):
    """Return a number (or None), times scale, as it is written in Russian."""
    if value is None:
        return "–"
    return f"{value * scale:,.{digits}f}".translate(str.maketrans(",.", "\xa0,"))


def show(rows):
    """Print the rows as a table, and notes on some of them."""
    labels = [Column(heading, overflow="fold") for heading in ("нагрузка", "сервер")]
    table, notes = Table(*labels, box=None, padding=(0, 1, 0, 0)), []
    for heading in [*COLUMNS, "сбои"]:
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            row["load"],
            row["server"],
            *(number(row[key], *form) for key, *form in COLUMNS.values()),
            "/".join(number(row[key]) for key in FAULTS[:3]),
        )
        notes += [
            f"{row['load']} {row['server']}: {text.format(row[key], row['runs'])}"
            for key, text in NOTES.items()
            if row[key]
        ]
        if (row["joining"] or 0) > 5:
            notes.append(f"{row['load']} {row['server']}: все вошли за {row['joining']:.0f} с")
    Console(markup=False, highlight=False).print(
        table,
        "ЦП сервера и свой — в процентах одного ядра; сбои — потеряно/лишних/"
        "не по порядку (последнее видно только с --check)",
        *notes,
        sep="\n",
    )


def plot(rows, path):
    """Draw deliveries a second and delays as bars, into a file; raises OSError."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 7), layout="constrained")
    loads = list(dict.fromkeys(row["load"] for row in rows))
    width = 0.8 * len(loads) / len(rows)
    for axes, key, title in zip(
        figure.subplots(2), ("per_second", "p99_us"), ("доставок в секунду", "задержка p99, мкс")
    ):
        for shift, server in enumerate(dict.fromkeys(row["server"] for row in rows)):
            mine = [row for row in rows if row["server"] == server]
            axes.bar(
                [loads.index(row["load"]) + shift * width for row in mine],
                [row[key] or math.nan for row in mine],
                width,
                align="edge",
                label=server,
            )
        axes.set_xticks([place + 0.4 for place in range(len(loads))], loads)
        axes.set(yscale="log", ylabel=title, xlabel="клиентов/говорящих/без ответа у каждого")
    figure.axes[0].legend()
    figure.savefig(path)


def within(kind, least, most):
    """Return a function that reads an int or a float (kind) from least to most."""

    def read(text):
        with suppress(ValueError):
            if least <= (value := kind(text)) <= most:
                return value
        raise Failure(f"нужно число от {least} до {most}, а не {text}")

    return read


def read_shape(text):
    """Return clients, talkers, window (ints) of "100/10/16"; raises Failure."""
    if not re.fullmatch("[0-9]{1,99}(/[0-9]{1,99}){2}", text):
        raise Failure(f"{text}: нужно КЛИЕНТЫ/ГОВОРЯЩИЕ/ОКНО, например 100/10/16")
    return check_shape(*map(int, text.split("/")))


def check_shape(clients, talkers, window):
    """Return the three (ints); raises Failure when one of them is too small or too large."""
    shape = clients, talkers, window
    for name, value, most in zip(("Клиентов", "Говорящих", "Окно"), shape, (MAX_CLIENTS, clients, MAX_WINDOW)):
        if not 1 <= value <= most:
            raise Failure(f"{name}: от 1 до {most}, а не {value}")
    return shape


def read_command(text):
    """Return the server that "[LABEL=]COMMAND" starts; raises Failure."""
    label, command = re.fullmatch(r"(?:([^\s=]+)=(?=\S))?(.*)", text, re.DOTALL).groups()
    if "{port}" not in command:
        raise Failure(f"в команде нет {{port}}: {command}")
    try:
        program = shlex.split(command, posix=os.name == "posix")[0].strip('"')  # Windows' \ is a folder's
    except ValueError:
        raise Failure(f"непарная кавычка: {command}") from None
    script = re.search(r"[^\s/\\]+\.py\b", command)
    return Server(label or (script[0] if script else Path(program).name), command)


def read_addresses(text):
    """Return the server that runs at "HOST:PORT[,HOST:PORT...]"; raises Failure."""
    addresses = []
    for address in text.split(","):
        host, _, port = address.rpartition(":")
        if not host or not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65536:
            raise Failure(f"нужно АДРЕС:ПОРТ, а не {address}")
        host = "127.0.0.1" if host == "localhost" else host.strip("[]")  # Windows tries ::1 for two seconds
        addresses.append((host, int(port)))
    return Server(text, addresses=addresses)


def read_picture(text):
    """Return the name of a file after writing an empty picture into it as a test; raises Failure."""
    try:
        from matplotlib.figure import Figure

        Figure().savefig(text)
    except (ImportError, OSError, ValueError) as error:
        raise Failure(f"не нарисовать {text}: {error}") from None
    return text


def parse_arguments():
    """Return the options of the command line; end the program with a one-line message if they are wrong."""
    parser = argparse.ArgumentParser(description="Измеритель нагрузки на сервер чата.")
    parser.error = lambda message: parser.exit(2, message.removeprefix("argument ") + "\n")
    add = parser.add_argument
    add(
        "loads",
        nargs="*",
        type=read_shape,
        metavar="КЛИЕНТЫ/ГОВОРЯЩИЕ/ОКНО",
        help="нагрузка, например 100/10/16; можно несколько",
    )
    add("--clients", type=within(int, 1, MAX_CLIENTS), default=10, help="клиентов (%(default)s)")
    add("--talkers", type=within(int, 1, MAX_CLIENTS), help="говорящих (столько же, сколько клиентов)")
    add("--window", type=within(int, 1, MAX_WINDOW), default=16, help="сообщений без ответа у каждого (%(default)s)")
    add("--rate", type=within(float, 1, 1000000), help="вместо окна: сообщений в секунду от всех")
    add("--size", type=within(int, 32, 4096), default=64, help="байтов в сообщении (%(default)s)")
    add("--seconds", type=within(float, 0.1, 60), default=2.0, help="на прогон (%(default)s)")
    add("--messages", type=within(int, 1, 10**9), help="сообщений в одном прогоне, не больше")
    add("--rounds", type=within(int, 1, 100), default=3, help="прогонов на сервер (%(default)s)")
    add(
        "--server",
        dest="servers",
        action="append",
        type=read_command,
        metavar="[ИМЯ=]КОМАНДА",
        help="чем запустить сервер; {port} — порт, каждый следующий — ещё один порт того же чата; можно несколько",
    )
    add(
        "--connect",
        dest="servers",
        action="append",
        type=read_addresses,
        metavar="АДРЕС:ПОРТ[,АДРЕС:ПОРТ...]",
        help="сервер, который уже работает",
    )
    add("--pid", type=within(int, 1, 2**31 - 1), action="append", default=[], help="номер его процесса: память и ЦП")
    add("--beyond-loopback", action="store_true", help="разрешить чужие машины")
    add("--pin", action="store_true", help="серверу одно ядро, измерителю другое (не macOS)")
    add("--check", action="store_true", help="сверить каждое сообщение у каждого клиента")
    add("--json", action="store_true", help="напечатать JSON вместо таблицы")
    add("--plot", type=read_picture, metavar="ФАЙЛ", help="нарисовать столбики, например load.png")
    add("--lang", choices=language.LANGUAGES, help="язык (как у системы)")
    options = parser.parse_args()
    try:
        complete(options)
    except Failure as failure:
        parser.error(str(failure))
    return options


def complete(options):
    """Fill in defaults, and check that the options fit together; raises Failure."""
    ours = f'"{sys.executable}" "{Path(__file__).with_name("server.py")}" --port {{port}}'
    options.servers = options.servers or [read_command(ours)]
    shape = options.clients, options.talkers or options.clients, options.window
    options.loads = options.loads or [check_shape(*shape)]
    total = options.seconds * options.rounds * len(options.servers) * len(options.loads)
    if total > MAX_TOTAL:
        raise Failure(f"Всё вместе займёт {total:.0f} с, а можно не больше {MAX_TOTAL}.")
    running = [server for server in options.servers if server.addresses]
    for server, (host, _) in [(one, address) for one in running for address in one.addresses]:
        if not options.beyond_loopback and not re.fullmatch(r"localhost|127(\.\d+){3}|::1", host):
            raise Failure(
                f"{server.label} — возможно, другая машина. Нагружайте только свой "
                "сервер; если он там, добавьте --beyond-loopback."
            )
    if len(options.pid) not in (0, len(running)):
        raise Failure("Нужен один --pid на каждый --connect.")
    for server, pid in zip(running, options.pid):
        if not psutil.pid_exists(pid):
            raise Failure(f"Нет процесса с номером {pid}.")
        server.process = psutil.Process(pid)
    cores = getattr(psutil.Process(), "cpu_affinity", list)() if options.pin else []
    if options.pin and len(cores) < 2:
        raise Failure("--pin: нужны два ядра и Linux или Windows.")
    options.pin = cores[:: len(cores) - 1] if cores else None


def main():
    """Run the meter; status 1 when a server failed, 2 for options that make no sense."""
    for stream in sys.stdout, sys.stderr:
        with suppress(AttributeError):  # pythonw has no streams, IDLE its own
            stream.reconfigure(errors="replace")  # a terminal may lack some letters
    options, runs, status = parse_arguments(), [], 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(ImportError, OSError, ValueError):  # Windows has no such limit
        import resource

        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if options.pin:
        psutil.Process().cpu_affinity(options.pin[1:])
    try:
        measure_all(options, runs)
    except (Failure, KeyboardInterrupt) as error:
        print(str(error) or "Прервано.", file=sys.stderr)
        status = 1 if str(error) else 130
    rows = summarize(runs)
    if options.json:
        print(json.dumps({"runs": runs, "medians": rows}, indent=1, ensure_ascii=False))
    elif rows:
        show(rows)
    if options.plot and rows:
        plot(rows, options.plot)
    sys.exit(status or any(row[key] for row in rows for key in FAULTS))


if __name__ == "__main__":
    main()
