#include "agent.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    DIAL_MS = 10000,  /* a program whose queue is full does not answer a dial at all */
    LOOK_MS = 5000,   /* how often it is looked whether the host is still there while nobody listens to it */
    FAREWELL_MS = 3000, /* in which a program may still take what was sent to it before the host hung up */
};

/*
 * A connection to a port of this sandbox. The host sends bytes as they are, and is sent frames: FRAME_OUTPUT, and
 * FRAME_END when the program has closed its side as it should; a connection that breaks ends without. Each way holds one
 * chunk at most; more waits where it comes from.
 */
struct relay {
    int host, port;
    size_t held, fed;      /* of incoming */
    size_t pending, sent;  /* of outgoing */
    int deaf;              /* the program takes no more: the rest is dropped */
    int silent;            /* the program has said all */
    uint8_t incoming[CHUNK], outgoing[5 + CHUNK];
};

static int wait_for(int file, short events, int ms)
{
    struct pollfd awaited = {.fd = file, .events = events};
    int found;
    while ((found = poll(&awaited, 1, ms)) < 0 && errno == EINTR)
        ;
    return found;
}

/* Returns a connected socket, or -1 and errno. */
static int dial(const struct sockaddr *address, socklen_t length)
{
    int file = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (file < 0)
        return -1;
    int error = 0, one = 1;
    socklen_t size = sizeof error;
    if (connect(file, address, length) < 0) {
        error = errno;
        if (error == EINPROGRESS) {
            if (wait_for(file, POLLOUT, DIAL_MS) <= 0)
                error = ETIMEDOUT;
            else
                getsockopt(file, SOL_SOCKET, SO_ERROR, &error, &size);
        }
    }
    if (error != 0) {
        close(file);
        errno = error;
        return -1;
    }
    setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return file;
}

/* There is no IPv6 in a sandbox. */
static int dial_loopback(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return dial((struct sockaddr *)&address, sizeof address);
}

/* Returns -1 when the host has hung up. */
static int take_from_host(struct relay *relay)
{
    ssize_t got = recv(relay->host, relay->incoming, sizeof relay->incoming, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (got <= 0)
        return -1;
    relay->fed = 0;
    relay->held = relay->deaf ? 0 : (size_t)got;
    return 0;
}

static void feed(struct relay *relay)
{
    while (relay->held > relay->fed) {
        ssize_t put = send(relay->port, relay->incoming + relay->fed, relay->held - relay->fed, MSG_NOSIGNAL);
        if (put < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (put < 0) {
            relay->deaf = 1;
            relay->held = relay->fed = 0;
            return;
        }
        relay->fed += (size_t)put;
    }
    relay->held = relay->fed = 0;
}

/* Returns -1 when the connection has broken. */
static int take_from_port(struct relay *relay)
{
    ssize_t got = recv(relay->port, relay->outgoing + 5, CHUNK, 0);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    relay->silent = got == 0;
    relay->outgoing[0] = got == 0 ? FRAME_END : FRAME_OUTPUT;
    put_u32(relay->outgoing + 1, (uint32_t)got);
    relay->pending = 5 + (size_t)got;
    relay->sent = 0;
    return 0;
}

/* Returns -1 when the host has hung up. */
static int flush(struct relay *relay)
{
    while (relay->pending > 0) {
        ssize_t put = send(relay->host, relay->outgoing + relay->sent, relay->pending, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put < 0)
            return errno == EAGAIN || errno == EINTR ? 0 : -1;
        relay->sent += (size_t)put;
        relay->pending -= (size_t)put;
    }
    return 0;
}

/* What the host sent last is still given to the program, if it takes it soon. */
static void part(struct relay *relay)
{
    int64_t until = now() + FAREWELL_MS;
    while (relay->held > relay->fed && now() < until) {
        if (wait_for(relay->port, POLLOUT, (int)(until - now())) <= 0)
            return;
        feed(relay);
    }
}

static void carry(struct relay *relay)
{
    for (;;) {
        int full = relay->held > relay->fed;
        struct pollfd awaited[] = {
            {.fd = full && relay->pending == 0 ? -1 : relay->host,
             .events = (short)((full ? 0 : POLLIN) | (relay->pending > 0 ? POLLOUT : 0))},
            {.fd = relay->port,
             .events = (short)((full ? POLLOUT : 0) | (relay->pending > 0 || relay->silent ? 0 : POLLIN))},
        };
        /* A hang-up is told whether it was asked for or not. */
        if (awaited[1].events == 0)
            awaited[1].fd = -1;
        int found = poll(awaited, 2, full ? LOOK_MS : -1);
        if (found == 0 && wait_for(relay->host, 0, 0) > 0)
            return;
        if (!full && (awaited[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && take_from_host(relay) < 0)
            break;
        if (full && (awaited[0].revents & (POLLHUP | POLLERR)) != 0)
            break;
        feed(relay);
        if ((awaited[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && relay->pending == 0 && !relay->silent &&
            take_from_port(relay) < 0)
            return;
        if (flush(relay) < 0)
            break;
        if (relay->silent && relay->pending == 0)
            return;
    }
    part(relay);
}

void handle_connect(int connection, const struct request *request)
{
    static struct relay relay;
    struct form form = {.at = request->payload, .left = request->length};
    uint32_t port = take_u32(&form);
    if (form.broken || form.left > 0 || port == 0 || port > 0xffff) {
        refuse(connection, REFUSED_NOT_UNDERSTOOD, "the port", EINVAL);
        return;
    }
    relay.host = connection;
    relay.port = dial_loopback((uint16_t)port);
    if (relay.port < 0) {
        refuse(connection, errno == ECONNREFUSED ? REFUSED_NOT_FOUND : REFUSED_NOT_POSSIBLE, "the port", errno);
        return;
    }
    if (send_frame(connection, FRAME_DONE, "", 0) == 0)
        carry(&relay);
}
