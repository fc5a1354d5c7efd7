"""One chat on many servers: what clients say goes into a log in Redis, which all servers read.

Run it in a terminal:  python relay.py [--redis URL] [--room NAME] [--host HOST] [--port PORT]

The server of server.py is a function of its inbox: servers that take in the same items in the same
order send the same messages. So every server writes what its clients say into one log, and takes in
what it reads there. An entry is (server, number, events). The rules of the log, the same for all:

- A server's numbers count up from 1, and each second it writes a heartbeat. A number seen before
  was sent twice: skip it. After an error a server sends again everything that it has not read back.
- When a server has been silent for SILENCE, by the time of the entries, every other server that notices
  says goodbye for it: from the first goodbye on it is dead, and its people have left. If no server at
  all was heard for half of SILENCE, it was Redis that was away.
- What a dead server says later does not count: its names may belong to others by now. A server that reads
  of its own death starts over as a new server: its people join again, and what did not count is repeated.
- A missing number was lost. A server that sees this no longer knows who is here: it starts over, too.
- A server's first entry says hello and asks who is here. Every server that knows answers: the first
  answer tells the state as of the hello, and entries after the hello are taken in after it. If nobody
  is left to answer, nobody else is here.
- A message under a name counts only if the speaker has that name. What is not an entry is skipped.
"""
import json
import os
import queue
import socket
import sys
import threading
import time
from collections import deque, namedtuple
from contextlib import suppress
from uuid import uuid4
from weakref import WeakValueDictionary

try:
    import redis
except ImportError:
    sys.exit("Нет библиотеки redis: pip install redis")

import server

REDIS_URL = "redis://localhost:6379/0"
TIMEOUT = 3         # seconds that Redis may take to answer
PAUSE = 0.2         # seconds between attempts while Redis does not answer
LINGER = 0.0001     # seconds that what is said waits for others, to be written in one entry
BEAT = 1            # at most this many seconds between two entries of a server
SILENCE = 5000      # milliseconds without an entry after which a server is dead
PATIENCE = 7000     # milliseconds to wait for an answer: by then a server that could not answer is dead
MAX_ENTRY = 65536   # characters of text in an entry; the rest waits for the next one
MAX_LOG = 2**24     # about how many bytes of the log are kept
EARLIER = "(ранее) "
AWAY = "Связи с другими серверами нет, сообщения ждут.\n"
BACK = "Связь с другими серверами восстановлена.\n"
MISSED = "Часть сообщений могла потеряться.\n"
TAKEN = "Имя {} тем временем занял другой.\n"

Entry = namedtuple("Entry", "server number events")


def encode(entry):
    """Return an entry in the log's form (dict); bytes that are not UTF-8 come through unchanged."""
    events = json.dumps(entry.events, ensure_ascii=False).encode("utf-8", "surrogateescape")
    return {"server": entry.server, "number": entry.number, "events": events}


def decode(fields):
    """Return the entry that is stored as fields (dict of bytes); raises one of FOREIGN."""
    events = json.loads(fields[b"events"].decode("utf-8", "surrogateescape"))
    events = [checked(event) for event in events]
    return Entry(fields[b"server"].decode(), int(fields[b"number"]), events)


def checked(event):
    """Return an event with its text as lines (bytes); raises one of FOREIGN if it isn't one."""
    match event:
        case [int(who), str(name), str(words)]:
            return [who, name, words.encode("utf-8", "surrogateescape").split(b"\n")]
        case ["roster", str(), int(), {"servers": dict()} as state]:
            return [*event[:3], checked_state(state)]
        case [int(), str(), None] | ["hello", str()] | ["bye", str()]:
            return event
    raise ValueError(f"{event!r:.60}")


def checked_state(state):
    """Return a roster's state (dict), which adopt will take; raises one of FOREIGN if it isn't one."""
    same = {"servers": {one: int(number) for one, number in state["servers"].items()},
            "dead": [*map(str, state["dead"])],
            "people": [[str(origin), int(who), str(name)] for origin, who, name in state["people"]],
            "lines": [*map(str, state["lines"])]}
    json.dumps(state, ensure_ascii=False).encode()  # half a letter can't be sent on
    if state != same:
        raise ValueError(f"{state!r:.60}")
    return state


FOREIGN = KeyError, OverflowError, RecursionError, TypeError, ValueError


class Remote(server.Client):
    """A client of another server: in the lists like any other, but its own server sends to it."""

    def __init__(self):
        super().__init__(None)

    def nothing(self, *args):
        """Leave it to that other server."""

    tell = give_turn = close = nothing


class History(Remote):
    """A listener without a name that keeps the last lines that were sent to everybody."""

    def __init__(self, length):
        super().__init__()
        self.length, self.lines = length, deque(maxlen=length)

    def tell(self, data):
        self.lines.extend(last_lines(bytes(data), self.lines.maxlen))

    def before(self, end):
        """Return the last lines (list of bytes) sent to everybody before outbox[end]."""
        lines = *self.lines, *last_lines(bytes(server.outbox[:end]), self.length)
        return lines[max(0, len(lines) - self.length):]


def last_lines(data, count):
    """Return the last lines of data (bytes, whole lines), at most count of them, without line endings."""
    return data.rsplit(b"\n", count + 1)[-count - 1:-1]


class Voice:
    """What our people say, on its way to the log: in numbered entries, kept until we have read them."""

    def __init__(self):
        self.said = queue.SimpleQueue()     # events for the log
        self.ours = WeakValueDictionary()   # id: Client, our own people
        self.lock = threading.Lock()        # what follows is shared with the thread that writes
        self.waiting = deque()              # events taken out of said
        self.unread = []                    # Entry: our own that we have not read yet
        self.me, self.former = uuid4().hex, ""
        self.mine = {self.me}               # all ids that we have ever had
        self.number = 0                     # of our last entry
        self.open = False                   # we have read our hello, and may say more

    def put(self, client, lines):
        """Take what client has said, for the log."""
        self.ours[id(client)] = client
        words = lines and b"\n".join(lines).decode("utf-8", "surrogateescape")
        self.said.put([id(client), client.name, words])

    def compose(self, patience=0):
        """Return our next entry, made of what waits to be said; keep it until we have read it back.

        If nothing waits, wait for something, patience seconds at most.
        """
        new, idle = [], self.number and not (self.open and self.waiting)
        with suppress(queue.Empty):
            new.append(self.said.get(timeout=patience if idle else 0))
            time.sleep(LINGER)
            while True:
                new.append(self.said.get_nowait())
        with self.lock:
            self.waiting.extend(filter(None, new))
            self.number += 1
            events, size = [], 0
            if self.number == 1:
                events.append(["hello", self.former])
            while self.waiting and self.open and size < MAX_ENTRY:
                events.append(self.waiting.popleft())
                size += len(events[-1][-1] or "")
            self.unread.append(Entry(self.me, self.number, events))
            return self.unread[-1]

    def read_back(self, origin, number):
        """Forget an entry, if it is ours: it is in the log."""
        with self.lock:
            self.unread = [entry for entry in self.unread if entry[:2] != (origin, number)]

    def begin_anew(self):
        """Become a server that nobody knows yet."""
        with self.lock:
            self.me, self.former, self.number, self.open = uuid4().hex, self.me, 0, False
        self.mine.add(self.me)
        self.said.put(None)  # wakes the thread that writes

    def speak_on(self):
        """Our hello has been read: our people rejoin, and we say again what we had not read back."""
        returning = [[id(client), "", client.name] for client in self.our_people()]
        with self.lock:
            lost = [event for entry in self.unread if entry.server != self.me for event in entry.events]
            again = [event for event in [*lost, *self.waiting] if not self.is_past(event)]
            self.unread = [entry for entry in self.unread if entry.server == self.me]
            self.waiting = deque([*returning, *again])
            self.open = True
        self.said.put(None)

    def is_past(self, event):
        """Return whether an event must not be said again: no message, or an earlier rejoining of ours."""
        client = self.ours.get(event[0])
        return not client or client.name and not event[1]

    def our_people(self):
        """Return our own clients that have a name, even those that others do not know at the moment."""
        clients = [reference() for reference in self.ours.valuerefs()]
        return [client for client in clients if client and client.name and not client.left]


class Crowd(Voice):
    """Who is here, on whichever server, and what they are sent. Belongs to the broadcast thread."""

    def __init__(self, history):
        super().__init__()
        self.people = {}  # (server, id): Client, who has a name
        self.history = History(history)
        self.clear()

    def clear(self):
        """Forget everybody; our own people come back later."""
        server.flush()
        server.connected_clients[:], server.client_names[:] = [self.history], [""]
        server.shapes.clear()
        self.people.clear()

    def hear(self, origin, who, name, lines):
        """Yield what somebody has said under a name or, without one, as a name."""
        own = self.ours.get(who) if origin in self.mine else None
        client = own or self.people.get((origin, who)) or Remote()
        before = client.name
        if own and before and not name:
            self.come_back(client, *lines)
        elif own or before == name:
            yield client, lines
        if client.name and not client.left:
            self.people[origin, who] = client
        else:
            self.people.pop((origin, who), None)
        if own and not name and client.name and not client.left:
            earlier = self.history.before(client.start)
            client.tell(b"".join(EARLIER.encode() + line + b"\n" for line in earlier))

    def come_back(self, client, line):
        """Let client, our own, join again; or leave, if its name is taken."""
        if server.add_user(client, line):
            client.tell(TAKEN.format(client.name).encode())
            client.left = True
            client.close(socket.SHUT_RD)

    def notify(self, text):
        """Tell our own people text (str), after everything that they should hear before; yield no item."""
        server.flush()
        for client in self.our_people():
            client.tell(text.encode())
        yield from ()


class Room(Crowd):
    """The rules of the log: entries in, items for the server's inbox out.

    Each generator resumes when the server has handled its item.
    """

    def __init__(self, history):
        super().__init__(history)
        self.time = self.clock = 0     # of the last entry; milliseconds while Redis was there
        self.servers = {}              # server: (number of its last entry, clock)
        self.dead = set()              # servers that no longer count
        self.sure = False              # we know who is here
        self.since = None              # entries since our hello, while we wait for an answer
        self.asked = self.until = 0    # time of our hello, and clock value at which we give up

    def read(self, now, fields):
        """Yield (client, lines) for an entry, fields (dict of bytes), of time now (milliseconds)."""
        try:
            entry = decode(fields)
        except FOREIGN as error:
            server.log(f"Запись в журнале не понята: {error!r:.100}")
        else:
            yield from self.take(now, *entry)

    def take(self, now, origin, number, events):
        """Yield (client, lines) for an entry."""
        last, _ = self.servers.get(origin, (0, 0))
        if origin in self.dead or number <= last:
            return
        self.pass_time(now)
        if self.is_lost(origin, number > last + 1, events):
            yield from self.notify(MISSED)
            yield from self.renew()
        self.servers[origin] = number, self.clock
        self.read_back(origin, number)
        waits = self.since is not None
        if waits:
            self.since.append((now, origin, number, events))
        for event in events:
            if waits and event[:2] == ["roster", self.me]:
                yield from self.adopt(**event[3])
            else:
                yield from self.do(origin, *event)
            if waits and self.since is None:
                return  # this entry was replayed with those that waited
        if self.since is not None and (len(self.servers) == 1 or self.clock > self.until):
            self.sure = True  # there is nobody else, or nobody who knows
            yield from self.replay({self.me: 1})

    def is_lost(self, origin, gap, events):
        """Return whether an entry shows that we missed one, or others saw our hello at another time."""
        known = self.sure or origin == self.me or self.since is not None and origin in self.servers
        return known and gap or any(
            event[:2] == ["roster", self.me] and event[2] != self.asked for event in events)

    def pass_time(self, now):
        """Say goodbye for servers that have been silent for too long."""
        if 0 <= now - self.time <= SILENCE / 2:  # else Redis was away, or its clock was set
            self.clock += now - self.time
        self.time = now
        for one, (number, heard) in self.servers.items():
            if one != self.me and self.clock - heard > SILENCE:
                self.said.put(["bye", one])
                self.servers[one] = number, self.clock  # and again, if need be

    def bury(self, origin):
        """Yield goodbyes for all on a server that no longer counts; if it is ours, start over."""
        if origin == self.me:
            yield from self.renew()
        self.servers.pop(origin, None)
        self.dead.add(origin)
        for key in [key for key in self.people if key[0] == origin and origin not in self.mine]:
            yield self.people.pop(key), None

    def do(self, origin, kind, *what):
        """Yield (client, lines) for an event of a server."""
        if kind == "hello":
            if what[0] in self.servers:
                yield from self.bury(what[0])  # what it was before
            if origin == self.me:
                self.speak_on()
                self.clear()
                self.since, self.asked, self.until = [], self.time, self.clock + PATIENCE
            elif self.sure:
                self.said.put(["roster", origin, self.time, self.state()])
        elif kind == "bye":
            if what[0] in self.servers and (what[0] != self.me or origin != self.me):
                yield from self.bury(what[0])
        elif kind != "roster" and self.since is None:
            yield from self.hear(origin, kind, *what)

    def renew(self):
        """Start over; yield first what still waits for an answer."""
        if self.since is not None:
            yield from self.replay({self.me: 1})
        self.sure = False
        self.begin_anew()

    def state(self):
        """Return everything that we know (dict), for adopt."""
        return {"servers": {one: number for one, (number, _) in self.servers.items()},
                "dead": [*self.dead],
                "people": [(*key, client.name) for key, client in self.people.items()],
                "lines": [line.decode() for line in self.history.before(len(server.outbox))]}

    def adopt(self, servers, dead, people, lines):
        """Know what another server knew as of our hello; yield what has come since then."""
        self.dead, self.sure = {*dead}, True
        for origin, who, name in people:
            client = self.people[origin, who] = Remote()
            server.seat(client, name)
        self.history.lines.clear()
        self.history.lines.extend(line.encode() for line in lines)
        yield from self.replay(servers)

    def replay(self, servers):
        """Stop waiting; yield what has come since our hello, when servers had reached these numbers."""
        since, self.since = self.since, None
        self.servers = {one: (number, self.clock) for one, number in servers.items()}
        for entry in since:
            yield from self.take(*entry)


def milliseconds(place):
    """Return the time in the id of an entry (bytes)."""
    return int(place.partition(b"-")[0])


class Log:
    """The inbox of a server: it goes through a stream in Redis, which all servers of a room share.

    One thread writes to it, one reads from it; the reader delivers iterators of items.
    """

    def __init__(self, client, key, room):
        """Begin to write and read the stream key (bytes) with client (redis.Redis)."""
        self.writer, self.reader, self.key, self.room = client, client.client(), key, room
        self.coming = queue.Queue(100)  # iterators of items; full: Redis may wait
        self.items, self.item = iter(()), None
        self.size = 1000                # bytes of an entry, on average
        self.again = self.ending = False
        self.last = self.recent()       # id of the entry that was read last
        self.threads = [threading.Thread(target=server.run, args=(task, self), daemon=True)
                        for task in (Log.write, Log.read)]
        for thread in self.threads:
            thread.start()

    # The inbox

    def put(self, item):
        """Take in what a client has said; anything that matters only here comes back at once."""
        client, lines = item
        if lines == [] or client.left or lines is None and not client.name:
            self.coming.put(iter([item]))
        else:
            self.room.put(client, lines)

    def get(self):
        """Return the next (client, lines); waits for it."""
        while self.empty():
            if server.outbox:
                server.flush()
            self.items = self.coming.get()
        item, self.item = self.item, None
        return item

    def empty(self):
        """Return whether get would have to wait."""
        while not self.item:
            self.item = next(self.items, None)
            if not self.item:
                if self.coming.empty():
                    return True
                self.items = self.coming.get()
        return False

    # Redis

    def write(self):
        """Write what our people say: all that waits in one entry, at least one entry every BEAT."""
        while not self.ending or self.room.waiting or not self.room.said.empty():
            entry, away = self.room.compose(BEAT), False
            while error := self.fails_to_send(entry):
                if not away:
                    server.log(f"Redis недоступен: {error}")
                    self.coming.put(self.room.notify(AWAY))
                away = True
                time.sleep(PAUSE)
            if away:
                server.log("Redis снова отвечает.")
                self.coming.put(self.room.notify(BACK))

    def fails_to_send(self, entry):
        """Send an entry or, after an error, all entries not read back; return the error, or None."""
        try:
            for one in self.room.unread if self.again else [entry]:
                length = int(MAX_LOG / self.size)
                self.writer.xadd(self.key, encode(one), maxlen=length, approximate=True)
            self.again = False
        except (redis.RedisError, OSError) as error:
            self.writer.connection.disconnect()  # a failover may have moved the address
            self.again = True
            return error

    def read(self):
        """Deliver new entries of the log, forever."""
        reported = ""
        while True:
            try:
                entries = self.fetch()
            except (redis.RedisError, OSError) as error:
                if reported != str(error):  # not the same five times a second
                    reported = str(error)
                    server.log(f"Журнал не читается: {reported}")
                self.reader.connection.disconnect()
                time.sleep(PAUSE)
                continue
            for self.last, fields in entries:
                self.size += (len(fields.get(b"events", b"")) + 100 - self.size) / 100
                self.coming.put(self.room.read(milliseconds(self.last), fields))

    def fetch(self):
        """Return the entries that come within two BEATs. Raises redis.RedisError."""
        found = self.reader.xread({self.key: self.last}, count=100, block=2000 * BEAT)
        if not found:  # though we write: the log has started over, with smaller ids, or moved
            self.reader.connection.disconnect()
            self.last = min(self.last, self.recent(), key=milliseconds)
        return found[0][1] if found else []

    def recent(self):
        """Return the id (bytes) of SILENCE ago: every live server has written since; known entries are skipped."""
        return b"%d-0" % max(0, self.reader.time()[0] * 1000 - SILENCE)

    def close(self):
        """Say goodbye for our people; waits for Redis a second at most."""
        self.room.said.put(["bye", self.room.me])
        self.ending = True
        self.threads[0].join(1)


def open_log(args):
    """Return the Log that the options name; end the program with one line if it can't be opened."""
    try:
        client = redis.Redis.from_url(
            args.redis, protocol=2, username=os.environ.get("REDIS_USERNAME"),
            password=os.environ.get("REDIS_PASSWORD"), socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT, retry=None, single_connection_client=True)
        return Log(client, os.fsencode(f"chat:{args.room}"), Room(args.history))
    except (ValueError, OverflowError, TypeError):
        sys.exit("Адрес, имя или пароль Redis не поняты: нужен redis://ИМЯ:ПАРОЛЬ@МАШИНА:ПОРТ/НОМЕР")
    except KeyboardInterrupt:  # it was waiting for Redis
        sys.exit()
    except redis.RedisError as error:
        sys.exit(f"Redis недоступен или не подходит (нужен 5 или новее): {error}")


def main():
    """Run the server with the options of the command line, until Ctrl+C or SIGTERM."""
    parser = server.options("Сервер чата, один из многих: их общий журнал — в Redis.")
    parser.add_argument("--redis", default=os.environ.get("REDIS_URL", REDIS_URL), metavar="URL",
                        help=f"адрес Redis; иначе берётся из REDIS_URL; иначе {REDIS_URL}")
    parser.add_argument("--room", default="main", help="имя чата в Redis (%(default)s)")
    parser.add_argument("--history", default=20, type=int, metavar="N",
                        help="сколько прежних строк слышит новый человек (%(default)s)")
    args = parser.parse_args()
    if not 0 <= args.history <= 500:  # so many, however long, a newcomer can be sent at once
        parser.error("--history: нужно число от 0 до 500")
    log = open_log(args)
    try:
        server.serve(args, log)
    finally:
        with suppress(KeyboardInterrupt):  # a second one does not wait for goodbyes
            log.close()
    os._exit(0)


if __name__ == "__main__":
    main()
