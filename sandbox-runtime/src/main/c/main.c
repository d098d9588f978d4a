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
    case FRAME_SAVABLE: handle_savable(connection); break;
    case FRAME_PING: send_frame(connection, FRAME_DONE, "", 0); break;
    default: refuse(connection, REFUSED_NOT_UNDERSTOOD, "the request", EINVAL);
    }
}

static void answer(int connection, void (*serve_it)(int))
{
    pid_t handler = fork();
    if (handler == 0) {
        close_range(LISTENER, (unsigned)connection - 1, 0);
        close_range((unsigned)connection + 1, LAST_FILE, 0);
        serve_it(connection);
        _exit(0);
    }
    if (handler < 0 && serve_it == serve) {
        fcntl(connection, F_SETFL, O_NONBLOCK);
        refuse(connection, REFUSED_BUSY, "the sandbox has no room for another process", errno);
    }
    close(connection);
}

/* Nobody reads what process 1 could print, and nothing of the host may stay open in here. */
static void let_go_of_the_host(int relayed)
{
    if (relayed)
        dup2(0, LISTENER);
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing >= 0) {
        dup2(nothing, 0);
        dup2(nothing, 1);
        dup2(nothing, 2);
    }
    close_range(LISTENER + 1, LAST_FILE, 0);
    fcntl(LISTENER, F_SETFD, FD_CLOEXEC);
    fcntl(LISTENER, F_SETFL, O_NONBLOCK);
}

/*
 * The argument "relayed" says that connections come over standard input; else they do to the inherited listener. "try"
 * ends at once, and "stay" never: by them a host learns whether it can run anything, and save it. "elevate" is no agent,
 * but one of its clients. "name" gives a sandbox that was saved under another name its own. "folders" looks for what
 * cannot be saved where only who may trace others can.
 */
int main(int count, char **arguments)
{
    if (count == 2 && strcmp(arguments[1], "try") == 0)
        return 0;
    while (count == 2 && strcmp(arguments[1], "stay") == 0)
        pause();
    if (count >= 4 && strcmp(arguments[1], "elevate") == 0)
        return ask_for_elevation(arguments[2], arguments + 3);
    int relayed = count == 2 && strcmp(arguments[1], "relayed") == 0;
    /* Undumpable: not even the sandbox's root may look into or write to the agent's memory. */
    prctl(PR_SET_DUMPABLE, 0);
    if (count == 3 && strcmp(arguments[1], "name") == 0)
        return sethostname(arguments[2], strlen(arguments[2])) < 0;
    if (count == 2 && strcmp(arguments[1], "folders") == 0)
        return look_for_gone_folders();
    let_go_of_the_host(relayed);
    if (relayed)
        leave_tmp_empty();
    kernel_knows_keys = !relayed;
    sigset_t all, children;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    int signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0)
        return 1;
    int inside = relayed ? listen_for_elevation() : -1;
    struct pollfd awaited[] = {
        {.fd = LISTENER, .events = POLLIN}, {.fd = signals, .events = POLLIN}, {.fd = inside, .events = POLLIN}};
    for (;;) {
        poll(awaited, 3, -1);
        reap(signals);
        int connection = relayed ? next_relayed(LISTENER) : accept4(LISTENER, NULL, NULL, SOCK_CLOEXEC);
        int error = errno;
        int asking = inside < 0 ? -1 : accept4(inside, NULL, NULL, SOCK_CLOEXEC);
        if (asking >= 0)
            answer(asking, handle_elevation);
        if (connection >= 0)
            answer(connection, serve);
        else if (error == EINVAL || error == ENOTSOCK || error == EBADF)
            return 1; /* without its socket the sandbox is of no use */
    }
}
