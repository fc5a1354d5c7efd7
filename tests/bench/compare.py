"""Measure lab/server.py beside other chat servers, all in one run; print tables in Markdown.

Run it in a terminal:  python compare.py [--ref main] [--rounds 7] [--seconds 0.3] [COLUMN ...]

A column is CLIENTS/TALKERS/OUTSTANDING, with "ru" behind it for Russian text. Each round starts
each server anew for each column, so all of them meet the same neighbours on the machine; what
is compared are ratios within a round. A round is quiet where other programs took less than
QUIET of the machine in all of its runs. Linux only; everything stays on this machine.
"""

import argparse
import json
import os
import shlex
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SERVER = HERE.parent.parent / "lab" / "server.py"
COLUMNS = ("10/10/1 10/10/16 100/1/64 100/10/16 100/100/1 1000/10/16 1000/1000/1 10/10/16ru 100/10/16ru").split()
QUIET = 0.15  # of the machine
ENOUGH = 3  # quiet rounds, or all rounds count and the figure gets a mark
STARTING = 10.0  # seconds
LIMIT = 60  # seconds for one run of the meter
NGIRCD = """[Global]
Name = irc.example.net
Info = bench
Listen = 127.0.0.1
Ports = {port}
ServerUID = nobody
ServerGID = nogroup
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxPenaltyTime = 0
[Options]
DNS = no
Ident = no
PAM = no
"""


@dataclass
class Server:
    """A server to be measured: how it is started, and what the meter talks to it."""

    name: str
    command: str
    protocol: str = "chat"

    @contextmanager
    def running(self, cores, folder):
        """Start it on cores (a set); yield its port and process; end it."""
        port, config = free_port(), folder / "ngircd.conf"
        config.write_text(NGIRCD.format(port=port))
        words = shlex.split(self.command.format(port=port, config=config))
        process = subprocess.Popen(
            pinned(cores, words),
            stdin=subprocess.DEVNULL,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(port, process)
            yield port, process
        finally:
            process.kill()
            process.wait()


def pinned(cores, words):
    """Return words (a command) that run on cores."""
    return ["taskset", "-c", ",".join(map(str, cores)), *words]


def free_port():
    """Return a port that is free at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as server_socket:
        return server_socket.getsockname()[1]


def wait_for(port, process):
    """Wait until process listens on port; raises OSError."""
    end = time.monotonic() + STARTING
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.01)


def build(name, folder):
    """Compile a C program of this folder; return its path, quoted."""
    subprocess.run(["cc", "-O2", "-pthread", "-o", folder / name, HERE / f"{name}.c"], check=True)
    return shlex.quote(str(folder / name))


def known_servers(ref, folder):
    """Return all servers that can be had here; ref: a commit with an older lab/server.py."""
    python, port = shlex.quote(sys.executable), "--port {port}"
    servers = [Server(name, f"{build(name, folder)} {port}") for name in ("epoll_server", "thread_server")]
    for script in HERE / "least_server.py", SERVER:
        servers.append(Server(script.name, f"{python} {shlex.quote(str(script))} {port}"))
    if ref:
        older = folder / "server.py"
        older.write_bytes(
            subprocess.run(["git", "show", f"{ref}:lab/server.py"], cwd=HERE, check=True, stdout=subprocess.PIPE).stdout
        )
        servers.append(Server(f"server.py {ref}", f"{python} {shlex.quote(str(older))} {port}"))
    others = [
        Server(
            "Redis pub/sub",
            "redis-server --bind 127.0.0.1 --port {port} --save '' "
            "--maxclients 15000 --client-output-buffer-limit 'pubsub 0 0 0'",
            "redis",
        ),
        Server("NATS", "nats-server -a 127.0.0.1 -p {port}", "nats"),
        Server("ngIRCd", "ngircd -n -f {config}", "irc"),
        Server("ncat --chat", "ncat --chat -m 2000 -l 127.0.0.1 {port}", "ncat"),
    ]
    os.environ["PATH"] += ":/usr/sbin"
    return servers + [server for server in others if shutil.which(server.command.split()[0])]


def machine_time():
    """Return seconds that all processors were busy, and seconds in all, since the start."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, idle, iowait, irq, softirq, steal = map(int, file.readline().split()[1:9])
    busy, ticks = user + nice + system + irq + softirq + steal, os.sysconf("SC_CLK_TCK")
    return busy / ticks, (busy + idle + iowait) / ticks


def process_time(pid):
    """Return seconds of processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(server, column, options, folder):
    """Measure server once; return what the meter says (dict), and "others": their share."""
    shape, russian, _ = column.partition("ru")
    clients, talkers, window = shape.split("/")
    with server.running(options.server_cores, folder) as (port, process):
        words = [
            folder / "meter",
            "--port",
            port,
            "--protocol",
            server.protocol,
            "--pid",
            process.pid,
            "--clients",
            clients,
            "--talkers",
            talkers,
            "--window",
            window,
            "--seconds",
            options.seconds,
            *["--russian"] * bool(russian),
        ]
        (busy, whole), mine = machine_time(), process_time(process.pid) + sum(os.times()[:4])
        done = subprocess.run(
            pinned(options.meter_cores, map(str, words)),
            timeout=LIMIT,
            capture_output=True,
            check=False,
        )
        mine = process_time(process.pid) + sum(os.times()[:4]) - mine
        busy, whole = (after - before for after, before in zip(machine_time(), (busy, whole)))
    if done.returncode:
        return {"error": done.stderr.decode().strip() or f"meter: {done.returncode}"}
    figures = json.loads(done.stdout)
    figures["per_cpu"] = figures["deliveries"] / max(figures["server_cpu"] * figures["seconds"], 1e-6)
    return figures | {"others": max(busy - mine, 0) / whole}


def try_to_measure(*args):
    """Return what measure returns, or why there is nothing ("error")."""
    try:
        return measure(*args)
    except subprocess.TimeoutExpired:
        return {"error": f"not done after {LIMIT} s"}
    except OSError as error:
        return {"error": str(error)}


def quiet(runs):
    """Return whether other programs left the machine alone in all runs (dicts)."""
    return all(run.get("others", 0) < QUIET for run in runs)


def measure_all(servers, options, folder):
    """Return for each column a list of rounds; a round is a dict: name of server, figures."""
    columns = {column: [] for column in options.columns}
    for number in range(options.rounds + options.more):
        for column, rounds in columns.items():
            if sum(quiet(one.values()) for one in rounds) >= options.rounds:
                continue
            turn = number % len(servers)
            rounds.append({})
            for server in servers[turn:] + servers[:turn]:
                before = [one[server.name] for one in rounds[:-1]]
                if before and "error" in before[-1]:  # once is enough
                    run = before[-1]
                else:
                    run = try_to_measure(server, column, options, folder)
                rounds[-1][server.name] = run
                if options.log:
                    with open(options.log, "a", encoding="utf-8") as file:
                        print(json.dumps({"round": number, "column": column, "server": server.name} | run), file=file)
            print(
                number,
                column,
                {name: f"{run.get('per_second', 0) / 1e6:.2f}" for name, run in rounds[-1].items()},
                file=sys.stderr,
            )
    return columns


def median(rounds, name, base, key):
    """Return the median of name's key (over base's, if there is one) as text."""
    used = [one for one in rounds if quiet(one.values())]
    mark = "" if len(used) >= ENOUGH else "*"
    values = [
        one[name][key] / (one[base][key] if base else 1e6)
        for one in (used if not mark else rounds)
        if key in one[name] and (not base or one[base].get(key))
    ]
    if not values:
        return "–"
    value = statistics.median(values)
    return f"{value:.2f}{mark}" if value >= 0.1 else f"{value:.2g}{mark}"


def table(columns, servers, base, key, title):
    """Return a table in Markdown: key of all servers over that of base."""
    lines = [f"| {title} | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    if base:
        cells = [median(rounds, base, None, key) for rounds in columns.values()]
        lines.append(f"| {base}, million | " + " | ".join(cells) + " |")
    for server in servers:
        if server.name != base:
            cells = [median(rounds, server.name, base, key) for rounds in columns.values()]
            lines.append(f"| {server.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def report(columns, servers):
    """Return all tables in Markdown."""
    names, shares = [server.name for server in servers], []
    parts = [
        table(columns, servers, base, key, f"{what} over {base}'s")
        for what, key in [
            ("deliveries a second", "per_second"),
            ("deliveries a second of the server's processor time", "per_cpu"),
        ]
        for base in ("epoll_server", "thread_server")
        if base in names
    ]
    for rounds in columns.values():
        others = [run["others"] for one in rounds for run in one.values() if "others" in run]
        shares.append(
            f"{sum(quiet(one.values()) for one in rounds)} of {len(rounds)}, {statistics.median(others or [0]):.0%}"
        )
    parts.append(
        "| | " + " | ".join(columns) + " |\n" + "|---" * (len(columns) + 1) + "|\n"
        "| quiet rounds, taken by others (median) | " + " | ".join(shares) + " |"
    )
    errors = {
        f"{name} at {column}: {run['error']}"
        for column, rounds in columns.items()
        for one in rounds
        for name, run in one.items()
        if "error" in run
    }
    parts += sorted(errors)
    return "\n\n".join(parts)


def parse_arguments():
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("columns", nargs="*", default=COLUMNS, metavar="COLUMN", help="for example 100/10/16ru")
    add("--ref", help="a commit whose lab/server.py is measured, too")
    add("--add", action="append", default=[], metavar="NAME=COMMAND", help="one more chat server; {port} is its port")
    add("--only", help="names of the servers to be measured, with commas")
    add("--rounds", type=int, default=7, help="quiet rounds (%(default)s)")
    add("--more", type=int, default=7, help="rounds at most in place of busy ones (%(default)s)")
    add("--seconds", default="0.3", help="of each run (%(default)s)")
    add("--free", action="store_true", help="the server may use both cores")
    add("--log", type=os.path.abspath, help="a file to which each run is added, as JSON")
    options = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        parser.error("two cores are needed")
    options.meter_cores = cores[-1:]
    options.server_cores = cores if options.free else cores[:1]
    return options


def main():
    """Measure and print."""
    options = parse_arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end what was started in any case
    with tempfile.TemporaryDirectory() as folder:
        build("meter", Path(folder))
        servers = known_servers(options.ref, Path(folder))
        servers += [Server(*words.split("=", 1)) for words in options.add]
        if options.only:
            servers = [one for one in servers if one.name in options.only.split(",")]
        columns = measure_all(servers, options, Path(folder))
    print(report(columns, servers))


if __name__ == "__main__":
    main()
