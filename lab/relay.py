"""One chat on many servers: what people say goes into a stream of Redis, which all servers read.

Run it in a terminal:  python relay.py [--redis URL] [--room NAME] [--host HOST] [--port PORT]

The stream is the log of the chat: what has its place there has the same place for everybody.
The server is that of server.py; only what it says to all takes the way through the log.
"""
import argparse
import itertools
import os
import queue
import re
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from functools import partial

try:
    import redis
except ImportError:
    sys.exit("Нет библиотеки redis: pip install redis")

import server

REDIS_URL = "redis://localhost:6379/0"
TIMEOUT = 3         # seconds that Redis may take to answer
BEAT = 1            # seconds at most between two signs of life that a server gives
SILENCE = 5         # seconds without one after which it counts as dead
PAUSES = 0.1, 0.2, 0.5, 1, 2  # seconds between tries while Redis is away; then the last
MAX_WAITING = 1000  # messages that wait for Redis; above, talkers are not heard
EARLIER = "(ранее) "
AWAY = "Связи с другими серверами нет, сообщения ждут.\n"
BACK = "Связь с другими серверами восстановлена.\n"
MISSED = "Часть сообщений могла потеряться.\n"

# The scripts run inside Redis, each as a whole: nothing comes between two of their lines.
# KEYS: 1 the log, 2 name: token of its owner, 3 server: when it was last heard,
#       4 server: number of its last block, 5 number of the last entry
# ARGV: 1 server, 2 length of the log, then what each script says. A token begins with its server.
COMMON = """
local silence, time = %d, redis.call('TIME')
local now = time[1] + time[2] / 1000000

local last = redis.call('ZREVRANGE', KEYS[3], 0, 0, 'WITHSCORES')[2]
if last and now - last > silence / 2 then  -- nobody was heard: Redis was away, not they
  for _, server in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do
    redis.call('ZADD', KEYS[3], now, server)
  end
end

local function add(text, token)
  if text == '' then return end
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*',
             'data', text, 'token', token, 'number', redis.call('INCR', KEYS[5]))
end

local function owned(server)  -- a list: name, token, name, token
  local found, all = {}, redis.call('HGETALL', KEYS[2])
  for i = 1, #all, 2 do
    if all[i + 1]:sub(1, #server) == server then
      table.insert(found, all[i])
      table.insert(found, all[i + 1])
    end
  end
  return found
end
""" % SILENCE
# 3 name, 4 token: take the name, if it is free. Returns whether the token has it.
JOIN = COMMON + """
if not redis.call('ZSCORE', KEYS[3], ARGV[1]) then return redis.error_reply('not entered') end
if redis.call('HSETNX', KEYS[2], ARGV[3], ARGV[4]) == 1 then
  add(ARGV[3] .. ' присоединился к чату.\\n', ARGV[4])
end
return redis.call('HGET', KEYS[2], ARGV[3]) == ARGV[4]
"""
# Say goodbye for all servers that have been silent for too long.
BURY = COMMON + """
for _, server in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now - silence)) do
  local names, text = owned(server), ''
  for i = 1, #names, 2 do
    redis.call('HDEL', KEYS[2], names[i])
    text = text .. names[i] .. ' вышел из чата.\\n'
  end
  add(text, '')
  redis.call('ZREM', KEYS[3], server)
end
"""
# 3 number of the block, 4 block, 5 … name, token of each who has left: log the block and free
# the names, once. Returns whether the server counts as alive; if not, it must enter first.
SAY = COMMON + """
if not redis.call('ZSCORE', KEYS[3], ARGV[1]) then return false end
redis.call('ZADD', KEYS[3], now, ARGV[1])
if tonumber(ARGV[3]) <= tonumber(redis.call('HGET', KEYS[4], ARGV[1]) or 0) then return true end
redis.call('HSET', KEYS[4], ARGV[1], ARGV[3])
add(ARGV[4], '')
for i = 5, #ARGV, 2 do
  if redis.call('HGET', KEYS[2], ARGV[i]) == ARGV[i + 1] then
    redis.call('HDEL', KEYS[2], ARGV[i])
  end
end
return true
"""
# 3 … name, token of each who is here, then two empty ones and those who are joining: count as
# alive, free our other names, take again those that Redis does not know any more. Who was buried
# comes back with a word. Returns the tokens whose names are somebody else's by now.
ENTER = COMMON + """
local known = redis.call('HSETNX', KEYS[4], ARGV[1], 0) == 0
local buried = redis.call('ZADD', KEYS[3], now, ARGV[1]) == 1 and known
local here, lost, joining = {}, {}, false
for i = 3, #ARGV, 2 do here[ARGV[i + 1]] = true end
local names = owned(ARGV[1])
for i = 1, #names, 2 do
  if not here[names[i + 1]] then redis.call('HDEL', KEYS[2], names[i]) end
end
for i = 3, #ARGV, 2 do
  local name, token = ARGV[i], ARGV[i + 1]
  if name == '' then
    joining = true
  elseif redis.call('HSETNX', KEYS[2], name, token) == 1 then
    if joining or buried then add(name .. ' присоединился к чату.\\n', token) end
  elseif not joining and redis.call('HGET', KEYS[2], name) ~= token then
    table.insert(lost, token)
  end
end
return lost
"""

said = queue.SimpleQueue()  # bytes for the log; a socket whose name is free; or None at the end
arriving = {}               # token: (socket, name, Event) of one whose joining is not yet read
tokens = {}                 # socket: (name, token) of one for whom Redis keeps a name
earlier = {}                # socket: (line (bytes) with which it joins, Event) until it hears that
entering = threading.Lock() # no token comes in while all are told to Redis
away = threading.Event()    # Redis is away, and people know


def insist(call, *args, **options):
    """Return what call returns; while Redis is away, say so, once, and try again and again."""
    for pause in itertools.chain(PAUSES, itertools.repeat(PAUSES[-1])):
        try:
            return call(*args, **options)
        except redis.RedisError as error:
            with server.lock:  # one thread says so
                if not away.is_set():
                    away.set()
                    server.log(f"Redis недоступен: {error}")
                    server.outbox.put((None, AWAY.encode()))
            time.sleep(pause)


class Log:
    """The log of one room in Redis, as one server sees it."""

    def __init__(self, url, room, length, history):
        """Connect to url (str). Raises ValueError, OverflowError or redis.RedisError.

        The log keeps about length entries; history is the number of lines for a newcomer.
        """
        self.redis = redis.Redis.from_url(
            url, username=os.environ.get("REDIS_USERNAME"),
            password=os.environ.get("REDIS_PASSWORD"), socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT, retry=None, single_connection_client=True)
        self.reader = self.redis.client()  # a connection of its own: it waits
        self.keys = [f"{{chat:{room}}}{part}"
                     for part in ("", ":names", ":servers", ":blocks", ":number")]
        self.scripts = {text: self.redis.register_script(text) for text in (JOIN, BURY, SAY, ENTER)}
        self.server, self.length = os.urandom(8).hex(), length
        self.last, self.number = "0", None   # of the entry read last: Redis's id, our number
        self.recent = deque(maxlen=history)  # the last lines (bytes) that all have heard
        for self.last, entry in reversed(self.redis.xrevrange(self.keys[0], count=history + 1)):
            self.number = int(entry[b"number"])
            self.remember(server.clean(entry[b"data"]))

    def remember(self, block):
        """Keep the last lines of block (bytes, whole lines); return them and those kept before."""
        keep = self.recent.maxlen
        self.recent.extend(filter(None, block.rsplit(b"\n", keep + 1)[-keep - 1:-1]))
        return self.recent

    def read(self):
        """Return the entries (id, dict of bytes) that come within BEAT. Raises redis.RedisError."""
        streams = self.reader.xread({self.keys[0]: self.last}, count=1000, block=BEAT * 1000)
        return streams[0][1] if streams else []

    def run(self, script, *args):
        """Run a script with args; returns its answer. Raises redis.RedisError."""
        return self.scripts[script](keys=self.keys, args=[self.server, self.length, *args])

    def enter(self):
        """Make this server and its people known; returns (name, socket) of those it has lost."""
        with entering:
            with server.lock:
                here = {token: (name, client) for client, (name, token) in tokens.items()}
                people = [(name, token) for token, (name, _) in here.items()] + [("", "")]
                people += [(name, token) for token, (_, name, _) in arriving.items()]
            return [here[token.decode()] for token in self.run(ENTER, *itertools.chain(*people))]


def send_message(message, client_socket=None):
    """As in server.py, but what all shall hear goes to the log first."""
    if client_socket:
        server.outbox.put((client_socket, message))
    else:
        said.put(message)


def relay(queue_lines, client_socket, username, lines):
    """As in server.py (queue_lines), but wait while too much waits for Redis already."""
    if said.qsize() >= MAX_WAITING:
        with server.room:
            server.room.wait_for(lambda: said.qsize() < MAX_WAITING)
    if lines:
        server.unsent.setdefault(client_socket, b"")  # not let go before its words are back
    queue_lines(client_socket, username, lines)


def add_user(log, client_socket, line):
    """As in server.py, but the name must be free on all servers, and one joins with the log."""
    username = server.clean(line).decode().strip()
    reason = server.why_not(username)
    if not reason:
        token = log.server + os.urandom(8).hex()
        joined = threading.Event()
        with entering, server.lock:
            arriving[token] = client_socket, username, joined
        while insist(log.run, JOIN, username, token):
            if joined.wait(BEAT):
                return username
        with server.lock:
            if not arriving.pop(token, None):
                return username  # its entry came at last
        reason = f"Имя {username} уже занято."
    send_message(f"{reason}\n{server.PROMPT}".encode(), client_socket)


def remove_user(right_remove_user, client_socket):
    """As in server.py (right_remove_user); behind the goodbye the name is free for all servers."""
    with server.lock:
        right_remove_user(client_socket)
        said.put(client_socket)
        if client_socket in earlier:
            earlier.pop(client_socket)[1].set()


def send_to_all(log, block):
    """As in server.py; who joins with this block hears the last lines before that, marked, and then the rest."""
    with server.lock:
        if block:
            listeners = [client_socket for client_socket in server.connected_clients if client_socket not in earlier]
        else:  # only what finds no room: who waits for its own words to come back goes on waiting
            listeners = [client_socket for client_socket in list(server.unsent) if server.unsent.get(client_socket)]
        rest = b"\n" + block
        for client_socket, (joining, joined) in list(earlier.items()):  # in the order of the log
            said_before, here, now = rest.partition(b"\n" + joining)
            if here:
                rest = here + now
                last_lines = log.remember(said_before + b"\n")
                marked = b"".join(EARLIER.encode() + line + b"\n" for line in last_lines)
                del earlier[client_socket]
                server.deliver(client_socket, marked + rest[1:])
                joined.set()
        log.remember(rest)
    for client_socket in listeners:
        server.deliver(client_socket, block)


def take_in(token, joining):
    """Let one in whose joining (bytes, a line) has come back through the log."""
    with server.lock:
        client_socket, username, joined = arriving.pop(token)
        tokens[client_socket] = username, token
        server.client_names.append(username)
        server.connected_clients.append(client_socket)
        earlier[client_socket] = joining, joined


def follow(log):
    """Broadcast what comes into the log, for ever."""
    while True:
        for log.last, entry in insist(log.read):
            number, token = int(entry[b"number"]), entry[b"token"].decode()
            if log.number not in (None, number - 1):  # trimmed, or Redis has lost its memory
                server.outbox.put((None, MISSED.encode()))
            log.number = number
            with server.lock:
                if token in arriving:
                    take_in(token, entry[b"data"])
            server.outbox.put((None, entry[b"data"]))


def enter(log):
    """Make this server and its people known to the others; let go whose name is taken by now."""
    for name, client_socket in insist(log.enter):
        with server.lock:  # the others have heard its goodbye already
            del tokens[client_socket]
            if client_socket in server.connected_clients:
                server.client_names.remove(name)
                server.connected_clients.remove(client_socket)
        send_message(f"Имя {name} тем временем занял другой.\n".encode(), client_socket)
        server.outbox.put((client_socket, b""))


def take_out(wait):
    """Return all that waits to be said, after at most wait seconds."""
    items = []
    with suppress(queue.Empty):
        items.append(said.get(timeout=wait))
    with server.lock:  # a goodbye and the socket behind it come together
        items += [said.get() for _ in range(said.qsize())]
    return items


def say(log, number, items):
    """Log items as one block and free the names of those who have left, once."""
    block = b"".join(item for item in items if isinstance(item, bytes))
    gone = [item for item in items if item in tokens]
    names = [word for client_socket in gone for word in tokens[client_socket]]
    while not insist(log.run, SAY, number, block, *names):
        enter(log)
    for client_socket in gone:
        tokens.pop(client_socket, None)


def publish(log):
    """Log what people say, all that waits as one block, until None comes."""
    for number in itertools.count(1):
        items = take_out(BEAT)
        say(log, number, items)
        if away.is_set():
            enter(log)  # Redis may have come back with an older memory
            away.clear()
            server.log("Redis снова отвечает.")
            server.outbox.put((None, BACK.encode()))
        with server.room:
            server.room.notify_all()  # who waits because too much waited
        if None in items:
            return


def bury(log):
    """Say goodbye for servers that have died, for ever."""
    while True:
        insist(log.run, BURY)
        time.sleep(BEAT)


def count(text):
    """Return a number of lines or entries (int); raises argparse.ArgumentTypeError."""
    if not re.fullmatch("[0-9]{1,6}", text):
        raise argparse.ArgumentTypeError(f"нужно число от 0 до 999999, а не {text}")
    return int(text)


def open_log(args):
    """Return the Log that the options name; ends the program with one line if there is none."""
    try:
        log = Log(args.redis, args.room, args.length, args.history)
        log.enter()
        return log
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
    server.send_message = send_message
    server.relay = partial(relay, server.relay)
    server.add_user = partial(add_user, log)
    server.remove_user = partial(remove_user, server.remove_user)
    server.send_to_all = partial(send_to_all, log)
    publisher = threading.Thread(target=publish, args=(log,), daemon=True)
    for thread in publisher, *(threading.Thread(target=task, args=(log,), daemon=True)
                               for task in (follow, bury)):
        thread.start()
    server.serve(args)
    with suppress(KeyboardInterrupt):  # a second one does not wait for goodbyes
        for client_socket in server.connected_clients.copy():
            server.remove_user(client_socket)
        said.put(None)
        publisher.join(1)
    os._exit(0)


if __name__ == "__main__":
    main()
