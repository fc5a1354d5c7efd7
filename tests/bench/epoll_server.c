/* A chat server in C: one thread, epoll, all that is said in one turn sent as one block.
 *
 * It is what lab/load.py compares other servers to: about the most that one core can do.
 *
 *   cc -O2 -o epoll_server epoll_server.c && ./epoll_server --port 8080
 *
 * Left out on purpose: no check of names and messages (length, doubles, control characters,
 * UTF-8, empty lines), no peers without newlines, Linux only. A line that is longer than
 * LINE is cut; a client that is more than BEHIND bytes behind is let go.
 */
#include "common.h"

struct client {
    int fd, named, gone;
    char name[NAME + 3];     /* ends with ": " once it is known */
    size_t name_size, start; /* start: where its part of the block begins */
    struct buffer tail;      /* of a line that has not ended yet */
    struct buffer unsent;    /* what the kernel had no room for */
};

static struct client *clients[FDS];
static int client_count, poller;
static struct buffer block;  /* what all are to hear at the end of this turn */

static void say(const char *name, size_t size, const char *text) {
    append(&block, name, size);
    append(&block, text, strlen(text));
}

static void watch(struct client *client, int how) {
    struct epoll_event event = { .data.ptr = client };
    event.events = client->unsent.size ? EPOLLIN | EPOLLOUT : EPOLLIN;
    epoll_ctl(poller, how, client->fd, &event);
}

static void deliver(struct client *client, const char *data, size_t size) {
    size_t before = client->unsent.size;
    ssize_t sent = 0;
    if (client->gone)
        return;
    if (!before && (sent = send(client->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL)) < 0) {
        if (errno != EAGAIN && errno != EINTR)
            return;          /* its own end of file will come */
        sent = 0;
    }
    append(&client->unsent, data + sent, size - sent);
    if (before > BEHIND)
        client->gone = 1;
    else if (!before && client->unsent.size)
        watch(client, EPOLL_CTL_MOD);
}

static void deliver_unsent(struct client *client) {
    struct buffer *unsent = &client->unsent;
    ssize_t sent = send(client->fd, unsent->data, unsent->size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent <= 0)
        return;
    memmove(unsent->data, unsent->data + sent, unsent->size -= sent);
    if (!unsent->size)
        watch(client, EPOLL_CTL_MOD);
}

static void broadcast(void) {
    for (int i = 0; block.size && i < client_count; i++) {
        struct client *client = clients[i];
        if (client->named)
            deliver(client, block.data + client->start, block.size - client->start);
        client->start = 0;
    }
    block.size = 0;
}

static void hear_line(struct client *client, const char *line, size_t size) {
    if (client->named) {
        append(&block, client->name, client->name_size + 2);
        append(&block, line, size);
        append(&block, "\n", 1);
        return;
    }
    client->start = block.size;  /* it hears nothing of what was said before */
    client->name_size = size < NAME ? size : NAME;
    memcpy(client->name, line, client->name_size);
    memcpy(client->name + client->name_size, ": ", 2);
    client->named = 1;
    say(client->name, client->name_size, " присоединился к чату.\n");
}

static void hear(struct client *client, char *data, size_t size) {
    char *end;
    while (size && (end = memchr(data, '\n', size))) {
        if (client->tail.size) {
            append(&client->tail, data, end - data);
            hear_line(client, client->tail.data, client->tail.size);
            client->tail.size = 0;
        } else {
            hear_line(client, data, end - data);
        }
        size -= end + 1 - data;
        data = end + 1;
    }
    append(&client->tail, data, size);
    if (client->tail.size > LINE) {
        hear_line(client, client->tail.data, client->tail.size);
        client->tail.size = 0;
    }
}

static void read_from(struct client *client) {
    static char data[RECV];
    ssize_t size = recv(client->fd, data, RECV, MSG_DONTWAIT);
    if (size > 0)
        return hear(client, data, size);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (client->tail.size)
        hear_line(client, client->tail.data, client->tail.size);
    client->gone = 1;
}

static void remove_gone(void) {
    for (int i = client_count - 1; i >= 0; i--) {
        struct client *client = clients[i];
        if (!client->gone)
            continue;
        clients[i] = clients[--client_count];
        if (client->named)
            say(client->name, client->name_size, " вышел из чата.\n");
        close(client->fd);
        free(client->tail.data);
        free(client->unsent.data);
        free(client);
    }
    broadcast();
}

static void accept_client(int listener) {
    int fd = accept(listener, NULL, NULL);
    if (fd < 0)
        return;
    struct client *client = client_count < FDS ? calloc(1, sizeof *client) : NULL;
    if (!client) {
        close(fd);
        return;
    }
    client->fd = fd;
    clients[client_count++] = client;
    watch(client, EPOLL_CTL_ADD);
    deliver(client, PROMPT, sizeof PROMPT - 1);
}

int main(int argc, char **argv) {
    struct epoll_event events[EVENTS], event = { .events = EPOLLIN };  /* data.ptr is NULL */
    int listener = listen_as_told(argc, argv);
    poller = epoll_create1(0);
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(poller, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            struct client *client = events[i].data.ptr;
            if (!client)
                accept_client(listener);
            else if (events[i].events & EPOLLOUT)
                deliver_unsent(client);
            if (client && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                read_from(client);
        }
        broadcast();
        remove_gone();
    }
}
