/* What both chat servers in C need: a growing buffer, a listener, the command line. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINE = 8192, NAME = 128, RECV = 65536, BEHIND = 1 << 20, EVENTS = 1024, FDS = 65536 };
static const char PROMPT[] = "Введите своё имя:\n";

struct buffer { char *data; size_t size, room; };

static void append(struct buffer *buffer, const char *data, size_t size) {
    if (buffer->size + size > buffer->room) {
        buffer->room = 2 * (buffer->size + size);
        if (!(buffer->data = realloc(buffer->data, buffer->room)))
            exit(1);
    }
    memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
}

/* Start listening where the command line says, with as many descriptors as allowed. */
static int listen_as_told(int argc, char **argv) {
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t size = sizeof address;
    struct rlimit limit;
    if (argc != 1 && (argc != 3 || strcmp(argv[1], "--port"))) {
        fprintf(stderr, "usage: %s [--port PORT]\n", argv[0]);
        exit(2);
    }
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_port = htons(argc == 3 ? atoi(argv[2]) : 8080);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);  /* clients inherit it */
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 1024)) {
        perror(argv[0]);
        exit(1);
    }
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("Сервер запущен на localhost:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}
