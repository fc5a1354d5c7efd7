/* A chat server in C, of the design of lab/server.py: a thread for each client reads, one
 * thread takes what all of them have read from one inbox, decides, and sends one block to all.
 *
 * It tells which part of the way from lab/server.py to epoll_server.c is the price of Python.
 *
 *   cc -O2 -pthread -o thread_server thread_server.c && ./thread_server --port 8080
 *
 * Left out on purpose: what epoll_server.c leaves out.
 */
#include "common.h"
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>

enum { STACK = RECV + 65536 };

struct client {
    int fd, place, named, left;
    char name[NAME + 3];     /* ends with ": " once it is known */
    size_t name_size, start; /* start: where its part of the block begins */
    sem_t turn;              /* taken while its words are on the way */
    struct buffer said;      /* whole lines; belongs to whoever has the turn */
    int owed;                /* its words are dealt with: the turn is to be given back */
    struct buffer unsent;    /* what the kernel had no room for */
    int late, watched;       /* late: its socket is full, watch will say when there is room */
};
struct item { struct client *client; enum { SAID, LEFT, ROOM } kind; };
struct items { struct item *all; size_t count, room; };

static struct items inbox;   /* belongs to whoever holds the lock; all else to decide() */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static struct client *clients[FDS];  /* those who have joined */
static int client_count, poller;
static struct buffer block;  /* what all hear next */

static void put(struct client *client, int kind) {
    pthread_mutex_lock(&lock);
    if (inbox.count == inbox.room
        && !(inbox.all = realloc(inbox.all, (inbox.room += EVENTS) * sizeof *inbox.all)))
        exit(1);
    inbox.all[inbox.count++] = (struct item){ client, kind };
    int first = inbox.count == 1;
    pthread_mutex_unlock(&lock);
    if (first)
        pthread_cond_signal(&filled);
}

/* Wait for something, take all of it, and leave the emptied old items in its place. */
static struct items take(struct items old) {
    pthread_mutex_lock(&lock);
    while (!inbox.count)
        pthread_cond_wait(&filled, &lock);
    struct items taken = inbox;
    inbox = old;
    inbox.count = 0;
    pthread_mutex_unlock(&lock);
    return taken;
}

/* A client's thread: hand on whole lines, and read on while they are on the way. */
static void *read_from(void *argument) {
    struct client *client = argument;
    char data[RECV], *end;
    size_t size = 0;         /* of a line that has not ended yet */
    ssize_t more;
    while ((more = recv(client->fd, data + size, RECV - 1 - size, 0)) > 0) {
        end = memrchr(data + size, '\n', more);
        size += more;
        if (!end && size > LINE)
            *(end = data + size++) = '\n';
        if (!end)
            continue;
        sem_wait(&client->turn);
        append(&client->said, data, ++end - data);
        put(client, SAID);
        memmove(data, end, size -= end - data);
    }
    sem_wait(&client->turn);
    if (size) {
        data[size++] = '\n';
        append(&client->said, data, size);
        put(client, SAID);
        sem_wait(&client->turn);
    }
    put(client, LEFT);
    return NULL;
}

static void give_turn(struct client *client) {
    if (!client->owed || client->late)
        return;
    client->owed = 0;
    sem_post(&client->turn);
}

static void wait_for_room(struct client *client) {
    struct epoll_event event = { .events = EPOLLOUT | EPOLLONESHOT, .data.ptr = client };
    client->late = 1;
    epoll_ctl(poller, client->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, client->fd, &event);
    client->watched = 1;
}

/* A thread: tell when a socket that was full has room. */
static void *watch(void *unused) {
    struct epoll_event events[EVENTS];
    for (;;) {
        int count = epoll_wait(poller, events, EVENTS, -1);
        for (int i = 0; i < count; i++)
            put(events[i].data.ptr, ROOM);
    }
    return unused;
}

static void deliver(struct client *client, const char *data, size_t size) {
    ssize_t sent = 0;
    if (!client->late && (sent = send(client->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL)) < 0)
        sent = errno == EAGAIN ? 0 : size;  /* it is gone: its thread will say so */
    append(&client->unsent, data + sent, size - sent);
    if (client->unsent.size > BEHIND + size)
        shutdown(client->fd, SHUT_RDWR);
    if (!client->late && client->unsent.size)
        wait_for_room(client);
    give_turn(client);
}

static void deliver_unsent(struct client *client) {
    struct buffer *unsent = &client->unsent;
    ssize_t sent = send(client->fd, unsent->data, unsent->size, MSG_DONTWAIT | MSG_NOSIGNAL);
    client->late = 0;
    if (sent < 0)
        sent = errno == EAGAIN ? 0 : unsent->size;
    memmove(unsent->data, unsent->data + sent, unsent->size -= sent);
    if (unsent->size)
        wait_for_room(client);
    give_turn(client);
}

static void broadcast(void) {
    for (int i = 0; block.size && i < client_count; i++) {
        struct client *client = clients[i];
        deliver(client, block.data + client->start, block.size - client->start);
        client->start = 0;
    }
    block.size = 0;
}

static void say(const char *name, size_t size, const char *text) {
    append(&block, name, size);
    append(&block, text, strlen(text));
}

static void join(struct client *client, const char *name, size_t size) {
    client->name_size = size < NAME ? size : NAME;
    memcpy(client->name, name, client->name_size);
    memcpy(client->name + client->name_size, ": ", 2);
    client->named = 1;
    client->start = block.size;  /* it hears nothing of what was said before */
    client->place = client_count;
    clients[client_count++] = client;
    say(client->name, client->name_size, " присоединился к чату.\n");
}

static void hear(struct client *client) {
    char *line = client->said.data, *stop = line + client->said.size, *end;
    for (; line < stop; line = end + 1) {
        end = memchr(line, '\n', stop - line);
        if (!client->named) {
            join(client, line, end - line);
            continue;
        }
        append(&block, client->name, client->name_size + 2);
        append(&block, line, end + 1 - line);
    }
    client->said.size = 0;
    client->owed = 1;
}

static void leave(struct client *client) {
    client->left = 1;
    if (!client->named)
        return;
    clients[client->place] = clients[--client_count];
    clients[client->place]->place = client->place;
    say(client->name, client->name_size, " вышел из чата.\n");
}

static void release(struct client *client) {
    close(client->fd);
    free(client->said.data);
    free(client->unsent.data);
    free(client);
}

/* The thread that decides and sends. */
static void *decide(void *unused) {
    struct items items = { 0 };
    for (;;) {
        items = take(items);
        for (size_t i = 0; i < items.count; i++) {
            struct client *client = items.all[i].client;
            if (items.all[i].kind == SAID)
                hear(client);
            else if (items.all[i].kind == LEFT)
                leave(client);
            else
                deliver_unsent(client);
            if (client->left && !client->late)
                release(client);
        }
        broadcast();
    }
    return unused;
}

static void start_thread(void *(*run)(void *), void *argument) {
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &attributes, run, argument)) {
        perror("thread_server");
        exit(1);
    }
}

int main(int argc, char **argv) {
    int listener = listen_as_told(argc, argv);
    sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){ 0 });  /* as lab/server.py */
    poller = epoll_create1(0);
    start_thread(watch, NULL);
    start_thread(decide, NULL);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            continue;
        struct client *client = calloc(1, sizeof *client);
        if (!client)
            exit(1);
        client->fd = fd;
        sem_init(&client->turn, 0, 1);
        send(fd, PROMPT, sizeof PROMPT - 1, MSG_NOSIGNAL);
        start_thread(read_from, client);
    }
}
