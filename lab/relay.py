"""One chat on many servers: what clients say goes into a log in Redis, which all servers read.

Run it in a terminal:  python relay.py [--redis URL] [--room NAME] [--host HOST] [--port PORT]

The server of server.py is a function of its inbox: who takes in the same, in the same order, says
the same. So all servers write what they hear into one log, and take in what they read there.
An entry is (server, number, events). The rules of the log, the same for each who reads it:

- A server's numbers count up from 1, and each second it gives a sign of life. A number seen before
  was sent twice: skip it. After an error a server sends again all that it has not read itself.
- A number left out was lost: we do not know all any more. Tell people, and ask.
- A server silent for SILENCE, by the time of the entries, is dead from here on, and its people have
  left. Where nobody at all was heard for half of that, Redis was away, not they.
- What the dead say later does not count: their names may be somebody else's by now. Who reads that
  it is dead takes a new id, its people join again, and it says again what did not count.
- A server's first entry asks: who is here, as of this entry? Each other server answers, once. The
  first answer is the truth; what came behind the question is taken in after it.
- What is no entry of a server is skipped.
"""
import argparse
import itertools
import json
import os
import queue
import re
import socket
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from weakref import WeakKeyDictionary

try:
    import redis
except ImportError:
    sys.exit("Нет библиотеки redis: pip install redis")

import server

REDIS_URL = "redis://localhost:6379/0"
TIMEOUT = 3           # seconds that Redis may take to answer
BEAT = 1              # seconds at most between two entries of a server
SILENCE = 5000        # milliseconds without one after which it is dead
PAUSES = 0.1, 0.2, 0.5, 1, 2  # seconds between tries while Redis is away; then the last
MAX_ENTRY = 65536     # bytes of words in an entry; what is above it waits for the next
MAX_FOREIGN = 2**22   # bytes; an entry above that is none of ours
MAX_LOG = 2**24       # bytes of the log that are kept
KEPT = 20             # lines at least that each server can tell a new one
EARLIER = "(ранее) "
AWAY = "Связи с другими серверами нет, сообщения ждут.\n"
BACK = "Связь с другими серверами восстановлена.\n"
MISSED = "Часть сообщений могла потеряться.\n"
TAKEN = "Имя {} тем временем занял другой.\n"


class Remote(server.Client):
    """One who is connected to another server: in the lists like all, but told there."""

    def __init__(self):
        super().__init__(None)

    def tell(self, data):
        pass

    def give_turn(self):
        pass

    def close(self, how=None):
        pass


class History(Remote):
    """A listener without a name that keeps the last lines which all have heard."""

    def __init__(self, length):
        super().__init__()
        self.lines = deque(maxlen=length)

    def tell(self, data):
        self.lines.extend(last_lines(bytes(data), self.lines.maxlen))


class Entry:
    """What this server has composed for the log and not read there yet."""

    def __init__(self, number, items, fields):
        self.number, self.items, self.fields, self.sent = number, items, fields, False


def pause(before, now):
    """Return the milliseconds in which Redis was there and a server could have been heard.

    Where nobody at all was heard for long, Redis was away, or its clock was set.
    """
    return now - before if 0 <= now - before <= SILENCE / 2 else 0


def last_lines(data, count):
    """Return at most count last lines of data (bytes, whole lines), without their ends."""
    return data.rsplit(b"\n", count + 1)[-count - 1:-1]


def checked(event):
    """Return an event as it is used; raises one of FOREIGN when it is none."""
    match event:
        case [int(who), str(name), str(words)]:
            return who, name, words.encode("utf-8", "surrogateescape").split(b"\n")
        case [int(who), str(name), None]:
            return event
        case ["ask"] | ["bye"]:
            return event
        case ["roster", str(), int(), dict(state)]:
            return *event[:3], {
                "time": int(state["time"]), "dead": [str(one) for one in state["dead"]],
                "servers": [(str(one), int(number), int(silent)) for one, number, silent in state["servers"]],
                "people": [(str(one), int(who), str(name)) for one, who, name in state["people"]],
                "lines": [line.encode() for line in state["lines"]]}
    raise ValueError(f"{event!r:.60}")


FOREIGN = AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError


def parse(fields):
    """Return server (str), number, events (list) of an entry; raises one of FOREIGN."""
    data = fields[b"events"]
    if len(data) > MAX_FOREIGN:
        raise ValueError(f"{len(data)} байт")
    events = json.loads(data.decode("utf-8", "surrogateescape"))
    return fields[b"server"].decode(), int(fields[b"number"]), [checked(event) for event in events]


class Room:
    """What a server knows of its room: entries of the log in, items for the server's inbox out."""

    def __init__(self, history=KEPT):
        # Of the thread that writes:
        self.said = queue.SimpleQueue()  # (client, lines, name) of our people; or an event
        self.waiting = deque()           # the same, taken out of said
        self.unread = deque()            # Entry; the thread of broadcast takes it out
        self.ids = WeakKeyDictionary()   # client: its number in our entries
        self.new_ids = itertools.count()
        self.signed, self.number = "", 0  # of the last entry
        # Of the thread of broadcast:
        self.me = os.urandom(8).hex()
        self.returning = []              # items with which our people join again
        self.time = 0                    # of the last entry, in milliseconds
        self.servers = {}                # server: [number of its last entry, milliseconds since]
        self.dead = set()                # servers that do not count any more
        self.people = {}                 # (server, number): client, who has a name and is here
        self.lost = self.new = True      # we do not know all; we never did
        self.asking = False              # our next entry asks
        self.asked = None                # number of our question, while we wait for the answer,
        self.waited = 0                  # for how long (milliseconds),
        self.since = []                  # and what came since
        self.shown, self.history = history, History(max(history, KEPT))
        server.connected_clients.append(self.history)
        server.client_names.append("")

    # What our people say becomes entries.

    def put(self, client, lines):
        """Take what client has said, for the log."""
        self.said.put((client, lines, client.name))

    def compose(self):
        """Return our next entry (dict), of what waits to be said; it is kept until we read it."""
        while not self.said.empty():
            self.waiting.append(self.said.get())
        if self.signed != self.me:
            self.sign_anew()
        self.number += 1
        items, events, size = [], [], 0
        while self.waiting and self.number > 1 and size < MAX_ENTRY:
            items.append(self.waiting.popleft())
            events.append(self.event(items[-1]))
            size += len(events[-1][2] or "") if isinstance(items[-1], tuple) else 0
        if self.asking or self.number == 1:
            self.asking = False
            events.append(["ask"])
        text = json.dumps(events, ensure_ascii=False, separators=(",", ":"))
        self.unread.append(Entry(self.number, items, {
            "server": self.signed, "number": self.number,
            "events": text.encode("utf-8", "surrogateescape")}))
        return self.unread[-1].fields

    def event(self, item):
        """Return item as it stands in an entry; bytes that are no UTF-8 come through unchanged."""
        if not isinstance(item, tuple):
            return item
        client, lines, name = item
        who = self.ids.setdefault(client, next(self.new_ids))
        return who, name, lines and b"\n".join(lines).decode("utf-8", "surrogateescape")

    def sign_anew(self):
        """Begin as a new server: our people return, then comes what was said and did not count."""
        items = [item for entry in self.unread for item in entry.items] + [*self.waiting]
        self.waiting = deque(self.returning)  # instead of any such items among these:
        self.waiting.extend(item for item in items if isinstance(item, list)
                            or bool(item[2]) == bool(item[0].name))
        self.unread.clear()
        self.signed, self.number = self.me, 0

    def take_back(self, number):
        """Return the items of our entry that has come back; what was lost is said again."""
        while self.unread and self.unread[0].number < number:
            for item in self.unread.popleft().items:
                self.said.put(item)
        if self.unread and self.unread[0].number == number:
            return self.unread.popleft().items
        return []

    # What is read becomes items. Each generator here goes on when the server has heard its item.

    def read(self, now, fields):
        """Yield (client, lines) for an entry, fields (dict of bytes), of time now (milliseconds)."""
        try:
            entry = now, *parse(fields)
        except FOREIGN as error:
            server.log(f"Запись в журнале не понята: {error!r:.100}")
            return
        yield from self.take(*entry)

    def take(self, now, origin, number, events):
        """Yield (client, lines) for an entry, now or, while we wait for an answer, later."""
        if not self.asked:
            yield from self.apply(now, origin, number, events)
            return
        self.waited += pause(self.since[-1][0] if self.since else self.time, now)
        self.since.append((now, origin, number, events))
        rosters = [event[3] for event in events if event[:3] == ("roster", self.me, self.asked)]
        if rosters:
            self.adopt(**rosters[0])
        if rosters or self.waited > SILENCE + 2000 * BEAT:  # nobody is left who could answer
            since, self.since, self.asked = self.since, [], None
            self.lost = self.new = False
            for entry in since:
                yield from self.take(*entry)

    def apply(self, now, origin, number, events):
        """Yield (client, lines) for an entry that follows those before it."""
        if origin in self.dead or origin in self.servers and number <= self.servers[origin][0]:
            return
        alone = now - self.time > SILENCE
        yield from self.pass_time(now)
        if origin in self.dead:
            return
        if number != self.servers.get(origin, [0])[0] + 1:
            self.miss()
        self.servers[origin] = [number, 0]
        own = self.take_back(number) if origin == self.me else []
        for event, item in itertools.zip_longest(events, own):
            if event == ["ask"]:
                self.answer(origin, number, alone)
            elif event == ["bye"] and origin != self.me:
                yield from self.bury(origin)
            elif event and len(event) == 3:
                yield from self.hear(origin, *event, item and item[0])

    def pass_time(self, now):
        """Yield the goodbyes of those who have been silent for too long."""
        passed, self.time = pause(self.time, now), now
        for last in self.servers.values():
            last[1] += passed
        for one in [one for one, (_, silent) in self.servers.items() if silent > SILENCE]:
            yield from self.bury(one)

    def bury(self, origin):
        """Yield the goodbyes of all at a server that does not count any more."""
        del self.servers[origin]
        self.dead.add(origin)
        for key in [key for key in self.people if key[0] == origin]:
            client = self.people.pop(key)
            yield self.stand_in(client) if origin == self.me else client, None
        if origin == self.me:
            self.returning = [(client, [client.name.encode()], "") for client in self.listeners()]
            self.me = os.urandom(8).hex()

    def hear(self, origin, who, name, lines, own):
        """Yield what somebody at a server has said, unless that one is not here (any more)."""
        client = own or self.people.get((origin, who)) or (None if name else Remote())
        if not client:
            return  # we missed its joining, or others did
        before = client.name
        if own and before and not name and (origin, who) not in self.people:
            self.come_back(client, *lines)
        else:
            yield client, lines
        if own and client.name and not before and not client.left:
            self.tell_history(client)
        if client.name and not client.left:
            self.people[origin, who] = client
        else:
            self.people.pop((origin, who), None)

    # Our people, and what they are told beside the talk.

    def listeners(self):
        """Return our own people who are in the lists."""
        return [client for client in server.connected_clients if not isinstance(client, Remote)]

    def notify(self, text):
        """Tell our own people text (str), behind all that they should hear before."""
        server.flush()
        for client in self.listeners():
            client.tell(text.encode())

    def lines_before(self, count, end):
        """Return count lines (bytes) at most: what all hear before outbox[end]."""
        lines = [*self.history.lines, *last_lines(bytes(server.outbox[:end]), count)]
        return lines[max(0, len(lines) - count):]

    def tell_history(self, client):
        """Tell client what all heard last before it has joined, each line marked."""
        lines = self.lines_before(self.shown, client.start)
        client.tell(b"".join(EARLIER.encode() + line + b"\n" for line in lines))

    def stand_in(self, client):
        """Return who leaves in the place of client, our own, who goes on listening, without a name."""
        ghost = Remote()
        ghost.name = client.name
        server.connected_clients[server.connected_clients.index(client)] = ghost
        server.connected_clients.append(client)
        server.client_names.append("")
        return ghost

    def come_back(self, client, line):
        """Let client, our own, who only listens, join again; or go, where its name is taken."""
        index = server.connected_clients.index(client)
        client.tell(bytes(server.outbox[client.start:]))
        del server.connected_clients[index], server.client_names[index]
        if server.add_user(client, line):
            self.let_go(client)

    def let_go(self, client):
        """End the connection of one whose name is somebody else's."""
        client.tell(TAKEN.format(client.name).encode())
        client.left = True
        client.close(socket.SHUT_RD)

    # Who does not know all, asks.

    def miss(self):
        """Tell people that something was lost, once, and ask."""
        if not self.lost:
            self.lost = self.asking = True
            self.notify(MISSED)

    def answer(self, origin, number, alone):
        """Say who is here, to a server that asks; or begin to wait for the answer to our own."""
        if origin != self.me:
            if not self.new:
                self.said.put(["roster", origin, number, self.state()])
        elif self.lost:
            if self.new and alone:
                self.adopt(self.time, [(self.me, number, 0)], [], [], [])
            self.asked, self.waited = number if len(self.servers) > 1 else None, 0
            if not self.asked:
                self.lost = self.new = False

    def state(self):
        """Return all that we know (dict), for adopt."""
        return {"time": self.time, "dead": [*self.dead],
                "servers": [(one, *last) for one, last in self.servers.items()],
                "people": [(*key, client.name) for key, client in self.people.items()],
                "lines": [line.decode() for line in self.lines_before(KEPT, len(server.outbox))]}

    def adopt(self, time, servers, dead, people, lines):
        """Know from now on what another server does; who is not here for it is not."""
        server.flush()
        self.time, self.dead = time, set(dead)
        self.servers = {one: [number, silent] for one, number, silent in servers}
        if self.new:  # the other's last lines are better than ours
            self.history.lines.clear()
            self.history.lines.extend(lines)
        before, self.people = self.people, {}
        silent = [client for client in self.listeners() if client not in before.values()]
        server.connected_clients[:] = [self.history, *silent]
        server.client_names[:] = [""] * len(server.connected_clients)
        server.shapes.clear()
        for origin, who, name in people:
            client = before.get((origin, who))
            if client and client.name == name:
                del before[origin, who]
            else:
                client = self.stranger(origin, who, name)
            self.people[origin, who] = client
            server.seat(client, name)
        for client in before.values():
            self.let_go(client)

    def stranger(self, origin, who, name):
        """Return a client for somebody whose joining we missed."""
        client = Remote()
        if origin == self.me:  # one of ours, who did not get that name here: it is free again
            client.name, self.ids[client] = name, who
            self.put(client, None)
        return client


class Log:
    """The inbox of a server: it goes through a stream in Redis, which all servers of a room share.

    One thread writes to it, one reads from it; what they bring is an iterable of items, and where
    that is a generator, it runs in the thread of broadcast, like all that decides.
    """

    def __init__(self, client, key, room, length):
        """Begin to write and read the stream key (str) with client (redis.Redis)."""
        self.writer, self.reader, self.key, self.room = client, client.client(), key, room
        self.sizes = deque([0] * max(length, 1))  # bytes of the entries that the stream keeps
        self.bytes = 0                      # in all
        self.coming = queue.Queue(100)      # iterables of items; full: Redis may wait
        self.items, self.item = iter(()), None
        self.failing = set()                # threads that wait for Redis
        self.ending = False
        newest = self.newest()
        self.last = f"{max(0, newest[0] - SILENCE)}-0"  # who is alive has written since
        self.threads = [threading.Thread(target=task, daemon=True) for task in (self.write, self.read)]
        for thread in self.threads:
            thread.start()

    # The inbox

    def put(self, item):
        """Take in what a client has said; what matters to nobody else comes back at once."""
        client, lines = item
        if lines == [] or client.left or lines is None and not client.name:
            self.coming.put([item])
        else:
            self.room.put(client, lines)

    def get(self):
        """Return the next (client, lines); waits for it."""
        while self.empty():
            if server.outbox:
                server.flush()
            self.items = iter(self.coming.get())
        item, self.item = self.item, None
        return item

    def empty(self):
        """Return whether get would have to wait."""
        while not self.item:
            self.item = next(self.items, None)
            if not self.item:
                if self.coming.empty():
                    return True
                self.items = iter(self.coming.get())
        return False

    # Redis

    def insist(self, call):
        """Return what call returns; while Redis is away or refuses, say so, and try again."""
        for seconds in itertools.chain(PAUSES, itertools.repeat(PAUSES[-1])):
            try:
                answer = call()
            except (redis.RedisError, OSError) as error:
                self.coming.put(self.fails(call, error))
                time.sleep(seconds)
            else:
                if seconds != PAUSES[0]:
                    self.coming.put(self.works(call))
                return answer

    def fails(self, call, error):
        """Tell people that Redis is away, once; yields no item."""
        if not self.failing:
            server.log(f"Redis недоступен: {error}")
            self.room.notify(AWAY)
        self.failing.add(call)
        yield from ()

    def works(self, call):
        """Tell people that Redis answers again, to all that we ask of it; yields no item."""
        self.failing.discard(call)
        if not self.failing:
            server.log("Redis снова отвечает.")
            self.room.notify(BACK)
        yield from ()

    def write(self):
        """Write what our people say, all that waits as one entry, and at least one each BEAT."""
        while not self.ending or self.room.waiting or not self.room.said.empty():
            with suppress(queue.Empty):
                self.room.waiting.append(self.room.said.get(timeout=0 if self.room.waiting else BEAT))
            self.room.compose()
            self.insist(self.send)

    def send(self):
        """Send what we have not read and not sent yet; after an error all that we have not read."""
        for entry in [*self.room.unread]:
            if entry.sent:
                continue
            try:
                self.writer.xadd(self.key, entry.fields, maxlen=len(self.sizes), approximate=True)
                entry.sent = True
            except redis.RedisError:
                for other in [*self.room.unread]:
                    other.sent = False
                self.writer.connection.disconnect()  # a failover may have moved the address
                raise

    def newest(self):
        """Return the id of the newest entry, as two numbers; zeros when there is none."""
        found = self.reader.xrevrange(self.key, count=1)
        return as_numbers(found[0][0]) if found else (0, 0)

    def fetch(self):
        """Return the entries that come within BEAT. Raises redis.RedisError."""
        try:
            found = self.reader.xread({self.key: self.last}, count=100, block=BEAT * 1000)
            if not found and self.newest() < as_numbers(self.last):
                self.last = "0-0"  # Redis has lost its memory, and its clock went back
            return found[0][1] if found else []
        except redis.RedisError:
            self.reader.connection.disconnect()
            raise

    def read(self):
        """Bring what comes into the log, for ever."""
        while True:
            for self.last, fields in self.insist(self.fetch):
                self.measure(len(fields.get(b"events", b"")))
                self.coming.put(self.room.read(as_numbers(self.last)[0], fields))

    def measure(self, size):
        """Find out how many entries the log may keep, now that there is one of size (bytes) more."""
        self.bytes = self.bytes + size - self.sizes.popleft()
        self.sizes.append(size)
        while self.bytes > MAX_LOG and len(self.sizes) > 1:
            self.bytes -= self.sizes.popleft()

    def close(self):
        """Say goodbye for our people; waits for Redis a second at most."""
        self.room.said.put(["bye"])
        self.ending = True
        self.threads[0].join(1)


def as_numbers(entry_id):
    """Return the id of an entry (bytes or str) as two numbers, milliseconds first."""
    text = entry_id if isinstance(entry_id, str) else entry_id.decode()
    return tuple(map(int, text.split("-")))


def count(text):
    """Return a number of lines or entries (int); raises argparse.ArgumentTypeError."""
    if not re.fullmatch("[0-9]{1,6}", text):
        raise argparse.ArgumentTypeError(f"нужно число от 0 до 999999, а не {text}")
    return int(text)


def open_log(args):
    """Return the Log that the options name; ends the program with one line if there is none."""
    try:
        client = redis.Redis.from_url(
            args.redis, protocol=2, username=os.environ.get("REDIS_USERNAME"),
            password=os.environ.get("REDIS_PASSWORD"), socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT, retry=None, single_connection_client=True)
        return Log(client, f"chat:{args.room}", Room(args.history), args.length)
    except (ValueError, OverflowError, TypeError):
        sys.exit("Адрес Redis не понят: нужен redis://ИМЯ:ПАРОЛЬ@МАШИНА:ПОРТ/НОМЕР")
    except redis.AuthenticationError as error:
        sys.exit(f"Redis не пускает: {error}")
    except redis.ResponseError as error:
        sys.exit(f"Redis не подходит (нужен 5 или новее): {error}")
    except redis.RedisError as error:
        sys.exit(f"Redis недоступен: {error}")


def main():
    """Run the server with the options of the command line, until Ctrl+C or SIGTERM."""
    parser = server.options("Сервер чата, один из многих: их общий журнал — в Redis.")
    parser.add_argument("--redis", default=os.environ.get("REDIS_URL", REDIS_URL), metavar="URL",
                        help=f"адрес Redis; иначе берётся из REDIS_URL; иначе {REDIS_URL}")
    parser.add_argument("--room", default="main", help="имя чата в Redis (%(default)s)")
    parser.add_argument("--history", default=20, type=count, metavar="N",
                        help="сколько прежних строк слышит новый человек (%(default)s)")
    parser.add_argument("--length", default=10000, type=count, metavar="N",
                        help="сколько записей хранит журнал (%(default)s)")
    args = parser.parse_args()
    log = open_log(args)
    try:
        server.serve(args, log)
    finally:
        with suppress(KeyboardInterrupt):  # a second one does not wait for goodbyes
            log.close()
    os._exit(0)


if __name__ == "__main__":
    main()
