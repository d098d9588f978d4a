#include "agent.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What a running command's handler knows. */
struct run {
    int connection, output, errors, signals; /* output and errors are -1 once they have ended */
    pid_t child;
    int ended, status, timed_out;
    int64_t deadline; /* in ms of the monotonic clock, 0: none */
    size_t pending, sent;
    uint8_t buffer[5 + CHUNK];
};

static int start(struct run *run, const struct command *command)
{
    int output[2], errors[2];
    if (pipe2(output, O_CLOEXEC) < 0 || pipe2(errors, O_CLOEXEC) < 0)
        return -1;
    run->child = fork();
    if (run->child == 0)
        execute(command, &(struct streams){.input = -1, .output = output[1], .errors = errors[1], .report = -1});
    close(output[1]);
    close(errors[1]);
    run->output = output[0];
    run->errors = errors[0];
    fcntl(run->output, F_SETFL, O_NONBLOCK);
    fcntl(run->errors, F_SETFL, O_NONBLOCK);
    return run->child < 0 ? -1 : 0;
}

static void reap(struct run *run)
{
    struct signalfd_siginfo seen;
    while (read(run->signals, &seen, sizeof seen) == (ssize_t)sizeof seen)
        ;
    int status;
    pid_t process;
    while ((process = waitpid(-1, &status, WNOHANG)) > 0) {
        if (process == run->child) {
            run->ended = 1;
            run->status = status;
        }
    }
}

/* Makes one frame of what the pipe holds now. Returns 1 if there was something. */
static int take(struct run *run, int *pipe, uint8_t type)
{
    if (*pipe < 0 || run->pending > 0)
        return 0;
    ssize_t got = read(*pipe, run->buffer + 5, CHUNK);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (got <= 0) {
        close(*pipe);
        *pipe = -1;
        return 0;
    }
    run->buffer[0] = type;
    put_u32(run->buffer + 1, (uint32_t)got);
    run->pending = (size_t)got + 5;
    run->sent = 0;
    return 1;
}

/* Returns -1 when the client is gone. */
static int flush(struct run *run)
{
    while (run->pending > 0) {
        ssize_t put = send(run->connection, run->buffer + run->sent, run->pending, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put < 0)
            return errno == EAGAIN || errno == EINTR ? 0 : -1;
        run->sent += (size_t)put;
        run->pending -= (size_t)put;
    }
    return 0;
}

/* Returns -1 when the client has hung up; what it sends is of no interest. */
static int client_is_there(struct run *run)
{
    uint8_t ignored[4096];
    ssize_t got = recv(run->connection, ignored, sizeof ignored, MSG_DONTWAIT);
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)) ? 0 : -1;
}

static void await(struct run *run)
{
    int full = run->pending > 0;
    struct pollfd awaited[] = {
        {.fd = run->connection, .events = (short)(full ? POLLIN | POLLOUT : POLLIN)},
        {.fd = run->signals, .events = POLLIN},
        {.fd = full ? -1 : run->output, .events = POLLIN},
        {.fd = full ? -1 : run->errors, .events = POLLIN},
    };
    int64_t left = run->deadline == 0 || run->timed_out ? -1 : run->deadline - now();
    poll(awaited, 4, left < -1 ? 0 : left > 1000000000 ? 1000000000 : (int)left);
}

/* Carries output to the client until the command has ended and all that it wrote is sent. Returns -1 if nobody listens. */
static int carry(struct run *run)
{
    for (;;) {
        reap(run); /* before the pipes: what a process wrote is there once its end is seen */
        int ended = run->ended;
        if (flush(run) < 0)
            return -1;
        if (!run->timed_out && run->deadline != 0 && now() >= run->deadline) {
            run->timed_out = 1;
            kill_descendants();
            run->ended = ended = 1;
        }
        if (take(run, &run->output, FRAME_OUTPUT) || take(run, &run->errors, FRAME_ERRORS))
            continue;
        if (ended && run->pending == 0)
            return 0;
        await(run);
        if (client_is_there(run) < 0)
            return -1;
    }
}

/* Processes in the background outlive their command; until they close its pipes, somebody must read these. */
static void drain(struct run *run)
{
    close(run->connection);
    while (run->output >= 0 || run->errors >= 0) {
        struct pollfd awaited[] = {
            {.fd = run->signals, .events = POLLIN},
            {.fd = run->output, .events = POLLIN},
            {.fd = run->errors, .events = POLLIN},
        };
        poll(awaited, 3, -1);
        reap(run);
        run->pending = 0;
        take(run, &run->output, FRAME_OUTPUT);
        run->pending = 0;
        take(run, &run->errors, FRAME_ERRORS);
    }
}

static void watch(struct run *run)
{
    if (carry(run) < 0) {
        kill_descendants();
        return;
    }
    uint8_t code[4];
    put_u32(code, run->timed_out || !WIFEXITED(run->status) ? 0xffffffffU : (uint32_t)WEXITSTATUS(run->status));
    send_frame(run->connection, FRAME_EXIT, code, sizeof code);
    drain(run);
}

void handle_run(int connection, const struct request *request)
{
    static struct run run;
    struct command command;
    struct form form = {.at = request->payload, .left = request->length};
    if (take_command(&form, &command) < 0 || form.left > 0) {
        refuse(connection, REFUSED_NOT_UNDERSTOOD, "the command", EINVAL);
        return;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    run.connection = connection;
    run.signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    run.deadline = command.timeout == 0 ? 0 : now() + command.timeout;
    if (run.signals < 0 || start(&run, &command) < 0) {
        refuse(connection, REFUSED_BUSY, "the sandbox has no room for another process", errno);
        return;
    }
    watch(&run);
}
