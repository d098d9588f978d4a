#include "agent.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int next_relayed(int relay)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    char nothing;
    struct iovec content = {.iov_base = &nothing, .iov_len = 1};
    struct msghdr message = {.msg_iov = &content, .msg_iovlen = 1};
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    ssize_t got = recvmsg(relay, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (got == 0)
        errno = EBADF; /* the relay has ended */
    if (got <= 0)
        return -1;
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    errno = EAGAIN;
    if (rights == NULL || rights->cmsg_type != SCM_RIGHTS || rights->cmsg_len != CMSG_LEN(sizeof(int)))
        return -1;
    int connection;
    memcpy(&connection, CMSG_DATA(rights), sizeof connection);
    return connection;
}

void leave_tmp_empty(void)
{
    unlink("/tmp/.sealbox");
}
