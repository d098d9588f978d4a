#include "agent.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LISTENER = 3 };

static void reap(int signals)
{
    struct signalfd_siginfo seen;
    while (read(signals, &seen, sizeof seen) == (ssize_t)sizeof seen)
        ;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

/* In the handler. A path's request is one string: its bytes are the payload. */
static void serve(int connection)
{
    struct request request;
    if (read_request(connection, &request) < 0)
        return;
    const char *path = (const char *)request.payload;
    if (request.type >= FRAME_READ && request.type <= FRAME_REMOVE &&
        (path[0] != '/' || strlen(path) != request.length || request.length >= 4096)) {
        refuse(connection, REFUSED_NOT_POSSIBLE, "the path", ENAMETOOLONG);
        return;
    }
    switch (request.type) {
    case FRAME_RUN: handle_run(connection, &request); break;
    case FRAME_SESSION: handle_session(connection, &request); break;
    case FRAME_CONNECT: handle_connect(connection, &request); break;
    case FRAME_READ: handle_read(connection, path); break;
    case FRAME_WRITE: handle_write(connection, path); break;
    case FRAME_LIST: handle_list(connection, path); break;
    case FRAME_MKDIR: handle_mkdir(connection, path); break;
    case FRAME_REMOVE: handle_remove(connection, path); break;
    case FRAME_PING: send_frame(connection, FRAME_DONE, "", 0); break;
    default: refuse(connection, REFUSED_NOT_UNDERSTOOD, "the request", EINVAL);
    }
}

static void answer(int connection)
{
    pid_t handler = fork();
    if (handler == 0) {
        close_range(LISTENER, (unsigned)connection - 1, 0);
        close_range((unsigned)connection + 1, ~0U, 0);
        serve(connection);
        _exit(0);
    }
    if (handler < 0) {
        fcntl(connection, F_SETFL, O_NONBLOCK);
        refuse(connection, REFUSED_BUSY, "the sandbox has no room for another process", errno);
    }
    close(connection);
}

/* Nobody reads what process 1 could print, and nothing of the host may stay open in here. */
static void let_go_of_the_host(void)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing >= 0) {
        dup2(nothing, 0);
        dup2(nothing, 1);
        dup2(nothing, 2);
    }
    close_range(LISTENER + 1, ~0U, 0);
    fcntl(LISTENER, F_SETFD, FD_CLOEXEC);
    fcntl(LISTENER, F_SETFL, O_NONBLOCK);
}

int main(void)
{
    /* Undumpable: not even the sandbox's root may look into or write to the agent's memory. */
    prctl(PR_SET_DUMPABLE, 0);
    let_go_of_the_host();
    sigset_t all, children;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    int signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0)
        return 1;
    struct pollfd awaited[] = {{.fd = LISTENER, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    for (;;) {
        poll(awaited, 2, -1);
        reap(signals);
        int connection = accept4(LISTENER, NULL, NULL, SOCK_CLOEXEC);
        if (connection >= 0)
            answer(connection);
        else if (errno == EINVAL || errno == ENOTSOCK || errno == EBADF)
            return 1; /* without its socket the sandbox is of no use */
    }
}
