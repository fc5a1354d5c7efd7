/* A load generator in C: many clients in one thread, who talk to a server and hear it.
 *
 *   cc -O2 -o meter meter.c && ./meter --port 8080 --clients 100 --talkers 10 --window 16
 *
 * It prints one line of JSON. A delivery is one message heard by one client. A talker has
 * WINDOW messages on the way; it says the next when one of its own has come back to it.
 * Where a server does not tell a talker its own words (IRC, ncat), it says the next when its
 * neighbour has heard one. lab/load.py is slower, and shows lost messages and delays too.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { TEXT = 63, TAG = 7, CARRY = 128, RECV = 65536, EVENTS = 1024, MESSAGE = 160, STAY = 10,
       LIMIT = 600 };  /* LIMIT: seconds after which this program ends in any case */

/* How a server is talked to. %1$s is a client's name, or the text that it says. */
struct protocol {
    const char *name, *hello, *joined, *say;
    const char *heard;       /* what comes before the text, or NULL if that is not equally long */
    int end, echoes, two;    /* bytes after the text; a talker hears itself; talks on a 2nd socket */
} protocols[] = {
    { "chat", "%1$s\n", "%1$s присоединился к чату.\n", "%1$s\n", "%1$s: ", 1, 1, 0 },
    { "redis", "SUBSCRIBE chat\r\n", ":1\r\n",
      "*3\r\n$7\r\nPUBLISH\r\n$4\r\nchat\r\n$63\r\n%1$s\r\n",
      "*3\r\n$7\r\nmessage\r\n$4\r\nchat\r\n$63\r\n", 2, 1, 1 },
    { "nats", "CONNECT {\"verbose\":false}\r\nSUB chat 1\r\nPING\r\n", "PONG\r\n",
      "PUB chat 63\r\n%1$s\r\n", "MSG chat 1 63\r\n", 2, 1, 0 },
    { "irc", "NICK %1$s\r\nUSER %1$s 0 * :c\r\nJOIN #chat\r\n", " 366 ",
      "PRIVMSG #chat :%1$s\r\n", NULL, 2, 0, 0 },
    { "ncat", "", "already connected", "%1$s\n", NULL, 1, 0, 0 },
}, *protocol = protocols;

struct client {
    int fd, out, talks;
    enum { JOINING, WAITING, FENCING, HEARING, DEAF } state;
    char name[16], message[MESSAGE];
    size_t size;             /* of message */
    char tag[16];            /* what the texts begin with that this one answers */
    struct client *talker;   /* who is to talk on then */
    size_t due;              /* bytes till the end of the message that is coming */
    char carry[CARRY];       /* the last bytes that have come */
    long lines;
};

static struct client *clients, *talking_sockets;
static int count = 10, talkers = 10, window = 16, turn = 1000, russian, port, poller, leave;
static int waiting, talking;
static size_t length;        /* of a message as it is heard; 0: find its end */
static long said, deliveries;
static double seconds = 1;
static pid_t server;

static double now(clockid_t clock) {
    struct timespec time;
    return clock_gettime(clock, &time) ? 0 : time.tv_sec + time.tv_nsec / 1e9;
}

static void fail(const char *why) {
    fprintf(stderr, "meter: %s: %s\n", why, strerror(errno));
    exit(1);
}

static int connect_to_server(struct client *client) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address))
        fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    return fd;
}

static void say(struct client *client, int times) {
    static char data[1 << 20];
    size_t size = times * client->size;
    if (size > sizeof data)
        fail("too many messages at a time");
    for (int i = 0; i < times; i++)
        memcpy(data + i * client->size, client->message, client->size);
    if (send(client->out, data, size, MSG_NOSIGNAL) != (ssize_t)size)
        fail("send");
    said += times;
}

/* Return where the next message ends that has come as a whole, or NULL. */
static char *message_end(struct client *client, char *data, char *stop) {
    if (!length)
        return (data = memchr(data, '\n', stop - data)) ? data + 1 : NULL;
    if ((size_t)(stop - data) < client->due) {
        client->due -= stop - data;
        return NULL;
    }
    data += client->due;
    client->due = length;
    return data;
}

static void count_messages(struct client *client, char *data, char *stop) {
    size_t back = TEXT + protocol->end;
    int answers = 0;
    while ((data = message_end(client, data, stop))) {
        client->lines++;
        answers += !memcmp(data - back, client->tag, TAG);
    }
    if (answers && talking)
        say(client->talker, answers);
}

/* Enter the next state if what has come says so. */
static void pass_on(struct client *client, char *data, char *stop) {
    char pattern[MESSAGE];
    int size = sprintf(pattern, protocol->joined, client->name), back = TEXT + protocol->end;
    if (client->state == JOINING && memmem(data - CARRY, stop - data + CARRY, pattern, size))
        waiting--, client->state = WAITING;
    else if (client->state == FENCING && stop[-1] == '\n' && !memcmp(stop - back, "fence", 5))
        waiting--, client->state = HEARING, client->due = length, client->lines = 0;
}

static void hear(struct client *client, int fd) {
    static char space[CARRY + RECV];
    char *data = space + CARRY;
    ssize_t size = recv(fd, data, RECV, MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN)
        return;
    if (size <= 0)
        fail("disconnected by the server");
    if (client->state == DEAF)
        return;
    memcpy(space, client->carry, CARRY);
    if (client->state == HEARING)
        count_messages(client, data, data + size);
    else
        pass_on(client, data, data + size);
    memcpy(client->carry, data + size - CARRY, CARRY);
}

/* Hear what comes till end (a time), or till nobody is waited for. */
static void hear_all(double end) {
    struct epoll_event events[EVENTS];
    while (end ? now(CLOCK_MONOTONIC) < end : waiting > 0) {
        int ready = epoll_wait(poller, events, EVENTS, 10);
        for (int i = 0; i < ready; i++) {
            struct client *client = events[i].data.ptr;
            hear(client, client->fd);
        }
    }
}

static void write_message(struct client *client, const char *tag) {
    char text[TEXT + 1] = "";
    strcpy(text, tag);
    for (size_t i = strlen(tag); i < TEXT; i += russian ? 2 : 1)
        strcpy(text + i, russian ? "ж" : "x");
    client->size = sprintf(client->message, protocol->say, text);
}

/* Have one say something, and wait until all who hear it have heard it as the last thing. */
static void fence(struct client *speaker) {
    for (int i = 0; i < count; i++)
        if (protocol->echoes || clients + i != speaker)
            waiting++, clients[i].state = FENCING;
    write_message(speaker, "fence..");
    say(speaker, 1);
    hear_all(0);
}

static void prepare(int number) {
    struct client *client = clients + number, *out = client;
    int neighbour = protocol->echoes ? number : (number + count - 1) % count;
    sprintf(client->name, "c%06d", number);
    sprintf(client->tag, "%07d", neighbour);
    client->talker = clients + neighbour;
    client->talks = number < talkers;
    client->fd = connect_to_server(client);
    if (protocol->two && (client->talks || !number)) {
        out = talking_sockets + number;
        out->state = DEAF;
        out->fd = connect_to_server(out);
    }
    client->out = out->fd;
    client->size = sprintf(client->message, protocol->hello, client->name);
    send(client->fd, client->message, client->size, MSG_NOSIGNAL);
}

static void join(void) {
    for (int i = 0; i < count; i++) {
        prepare(i);
        waiting++;
        if ((i + 1) % turn == 0 || i + 1 == count)
            hear_all(0);
    }
    fence(clients);
    if (!protocol->echoes)
        fence(clients + 1);
    if (protocol->heard)
        length = snprintf(NULL, 0, protocol->heard, clients->name) + TEXT + protocol->end;
    for (int i = 0; i < count; i++)
        clients[i].state = HEARING, clients[i].due = length, clients[i].lines = 0;
    said = 0;
}

static void talk(void) {
    char tag[16];
    talking = 1;
    for (int i = 0; i < talkers; i++) {
        sprintf(tag, "%07d", i);
        write_message(clients + i, tag);
        say(clients + i, window);
    }
    hear_all(now(CLOCK_MONOTONIC) + seconds);
    talking = 0;
    for (int i = 0; i < count; i++)
        deliveries += clients[i].lines;
}

/* Hear on until the first listeners have heard so many lines each. */
static void hear_lines(int listeners, long lines) {
    for (int i = 0; i < listeners; i++)
        while (clients[i].lines < lines)
            hear_all(now(CLOCK_MONOTONIC) + 0.001);
}

/* All but ten leave at once; return the seconds until those have heard all the leavings. */
static double let_leave(void) {
    hear_lines(count, said);
    length = 0;
    double start = now(CLOCK_MONOTONIC);
    for (int i = STAY; i < count; i++)
        close(clients[i].fd);  /* what they have not heard counts for nothing */
    hear_lines(STAY, said + count - STAY);
    return now(CLOCK_MONOTONIC) - start;
}

static double resident(void) {
    char path[64];
    long pages = 0;
    sprintf(path, "/proc/%d/statm", server);
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%*d %ld", &pages) == 1)
        fclose(file);
    return pages * (double)sysconf(_SC_PAGESIZE);
}

static void read_options(int argc, char **argv) {
    static struct option names[] = {
        { "port", 1, 0, 'o' }, { "protocol", 1, 0, 'p' }, { "clients", 1, 0, 'c' },
        { "talkers", 1, 0, 't' }, { "window", 1, 0, 'w' }, { "seconds", 1, 0, 's' },
        { "turn", 1, 0, 'u' }, { "pid", 1, 0, 'i' }, { "russian", 0, 0, 'r' },
        { "leave", 0, 0, 'l' }, { 0 } };
    for (int option; (option = getopt_long(argc, argv, "", names, NULL)) != -1;)
        switch (option) {
        case 'o': port = atoi(optarg); break;
        case 'c': count = atoi(optarg); break;
        case 't': talkers = atoi(optarg); break;
        case 'w': window = atoi(optarg); break;
        case 's': seconds = atof(optarg); break;
        case 'u': turn = atoi(optarg); break;
        case 'i': server = atoi(optarg); break;
        case 'r': russian = 1; break;
        case 'l': leave = 1; break;
        case 'p':
            while (protocol->name && strcmp(protocol->name, optarg))
                if (++protocol == protocols + sizeof protocols / sizeof *protocols)
                    exit(2);
            break;
        default: exit(2);
        }
    if (port < 1 || talkers < 1 || talkers > count || count < 2 || window < 1 || turn < 1
        || (leave && count <= STAY)) {
        fprintf(stderr, "meter: nonsense in the options, or no --port\n");
        exit(2);
    }
    if (russian && !strcmp(protocol->name, "ncat")) {
        fprintf(stderr, "meter: ncat --chat turns Russian letters into octal numbers\n");
        exit(2);
    }
}

int main(int argc, char **argv) {
    struct rlimit limit;
    clockid_t clock = -1;
    read_options(argc, argv);
    alarm(LIMIT);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    poller = epoll_create1(0);
    clients = calloc(2 * count, sizeof *clients);
    talking_sockets = clients + count;
    if (server)
        clock_getcpuclockid(server, &clock);
    double empty = resident(), start = now(CLOCK_MONOTONIC), before = now(clock);
    join();
    double joined = now(CLOCK_MONOTONIC), cpu = now(clock), mine = now(CLOCK_PROCESS_CPUTIME_ID);
    talk();
    double took = now(CLOCK_MONOTONIC) - joined;
    printf("{\"per_second\": %.0f, \"deliveries\": %ld, \"seconds\": %.3f, \"joining\": %.3f, "
           "\"meter_cpu\": %.3f", deliveries / took, deliveries, took, joined - start,
           (now(CLOCK_PROCESS_CPUTIME_ID) - mine) / took);
    if (server)
        printf(", \"server_cpu\": %.3f, \"joining_cpu\": %.3f, \"memory_a_client\": %.0f",
               (now(clock) - cpu) / took, cpu - before, (resident() - empty) / count);
    cpu = now(clock);
    if (leave) {
        double leaving = let_leave();
        printf(", \"leaving\": %.3f, \"leaving_cpu\": %.3f", leaving, now(clock) - cpu);
    }
    printf("}\n");
}
