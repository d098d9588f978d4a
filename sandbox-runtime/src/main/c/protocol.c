#include "agent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int read_fully(int connection, void *into, size_t length)
{
    uint8_t *at = into;
    while (length > 0) {
        ssize_t got = read(connection, at, length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        at += got;
        length -= (size_t)got;
    }
    return 0;
}

static int write_fully(int connection, const void *from, size_t length)
{
    const uint8_t *at = from;
    while (length > 0) {
        ssize_t put = send(connection, at, length, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return -1;
        at += put;
        length -= (size_t)put;
    }
    return 0;
}

void put_u32(uint8_t *into, uint32_t value)
{
    into[0] = (uint8_t)(value >> 24);
    into[1] = (uint8_t)(value >> 16);
    into[2] = (uint8_t)(value >> 8);
    into[3] = (uint8_t)value;
}

int read_header(int connection, uint8_t *type, uint32_t *length)
{
    uint8_t header[5];
    if (read_fully(connection, header, sizeof header) < 0)
        return -1;
    *type = header[0];
    *length = (uint32_t)header[1] << 24 | (uint32_t)header[2] << 16 | (uint32_t)header[3] << 8 | header[4];
    return 0;
}

int read_request(int connection, struct request *request)
{
    struct timeval limited = {.tv_sec = REQUEST_SECONDS}, unlimited = {0};
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limited, sizeof limited);
    if (read_header(connection, &request->type, &request->length) < 0 || request->length > LARGEST_REQUEST)
        return -1;
    request->payload = calloc(1, (size_t)request->length + 1);
    if (request->payload == NULL || read_fully(connection, request->payload, request->length) < 0)
        return -1;
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &unlimited, sizeof unlimited);
    return 0;
}

int send_frame(int connection, uint8_t type, const void *payload, uint32_t length)
{
    uint8_t header[5] = {type};
    put_u32(header + 1, length);
    if (write_fully(connection, header, sizeof header) < 0)
        return -1;
    return write_fully(connection, payload, length);
}

int refuse(int connection, enum refusal kind, const char *what, int error)
{
    char text[4096 + 128];
    text[0] = (char)kind;
    snprintf(text + 1, sizeof text - 1, "%s: %s", what, strerror(error));
    return send_frame(connection, FRAME_REFUSED, text, (uint32_t)(1 + strlen(text + 1)));
}
