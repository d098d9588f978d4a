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

enum {
    AFTER_END = 1 << 20,   /* what may be in a pipe when its writer has ended; more comes from others */
    HANG_UP_GRACE_MS = 2000, /* between the hang-up of a terminal and the end of its shell */
};

/*
 * A process whose input stays open and whose host may talk to it all the time. Nothing here waits but await: a host that
 * takes no output still gets its signals through, and a process that takes no input holds up nobody. The host sends at
 * most INPUT_WINDOW bytes of input that it was not told of as taken.
 */
struct session {
    int connection, signals;       /* the connection is -1 once the host is gone */
    int input, output, errors;     /* -1 once they are closed */
    int terminal;                  /* input and output are one terminal's master side */
    int keys;                      /* where keys that are signals go, if the kernel makes none of them; else -1 */
    pid_t child;
    int ended, status, timed_out;
    int64_t deadline, hung_up_until; /* in ms of the monotonic clock, 0: none */
    uint32_t orphan_limit;
    size_t after_end;              /* bytes that are still read */
    size_t pending, sent;          /* of outgoing */
    size_t fed, held;              /* input between them waits for the process */
    uint32_t taken;                /* input that the host does not yet know of */
    uint8_t outgoing[5 + CHUNK], incoming[INPUT_WINDOW];
};

static void shut(int *file)
{
    if (*file >= 0)
        close(*file);
    *file = -1;
}

static void hang_up(struct session *session)
{
    if (!session->terminal || session->hung_up_until != 0)
        return;
    session->hung_up_until = now() + HANG_UP_GRACE_MS;
    if (!session->ended) {
        kill(-session->child, SIGHUP);
        kill(-session->child, SIGCONT);
    }
    session->input = -1;
    shut(&session->output);
}

/* The process goes on as long as it was allowed to; what it writes is dropped. A terminal means nothing to nobody. */
static void lose_host(struct session *session)
{
    shut(&session->connection);
    session->pending = 0;
    hang_up(session);
    int64_t limit = session->orphan_limit == 0 ? 0 : now() + session->orphan_limit;
    if (limit != 0 && (session->deadline == 0 || limit < session->deadline))
        session->deadline = limit;
}

static void reap(struct session *session)
{
    struct signalfd_siginfo seen;
    while (read(session->signals, &seen, sizeof seen) == (ssize_t)sizeof seen)
        ;
    int status;
    pid_t process;
    while ((process = waitpid(-1, &status, WNOHANG)) > 0) {
        if (process == session->child) {
            session->ended = 1;
            session->status = status;
        }
    }
}

static void keep_time(struct session *session)
{
    if (session->ended)
        return;
    if (session->deadline != 0 && now() >= session->deadline) {
        session->timed_out = 1;
        kill_descendants();
        session->ended = 1;
    } else if (session->hung_up_until != 0 && now() >= session->hung_up_until) {
        kill(-session->child, SIGKILL);
        session->hung_up_until = INT64_MAX;
    }
}

/* Returns -1 when this is more than was agreed. */
static int hold(struct session *session, uint32_t length)
{
    memmove(session->incoming, session->incoming + session->fed, session->held - session->fed);
    session->held -= session->fed;
    session->fed = 0;
    if (length > sizeof session->incoming - session->held ||
        read_fully(session->connection, session->incoming + session->held, length) < 0)
        return -1;
    session->held += length;
    return 0;
}

static int obey(struct session *session, uint8_t type, uint32_t length)
{
    uint8_t payload[8];
    if (length > sizeof payload || read_fully(session->connection, payload, length) < 0)
        return -1;
    struct form form = {.at = payload, .left = length};
    uint32_t first = take_u32(&form);
    if (type == FRAME_SIGNAL && !form.broken && first > 0 && first < NSIG) {
        if (!session->ended)
            kill(-session->child, (int)first);
        return 0;
    }
    uint32_t second = take_u32(&form);
    if (type == FRAME_RESIZE && !form.broken && session->output >= 0)
        resize_terminal(session->output, first, second);
    return type == FRAME_RESIZE && !form.broken ? 0 : -1;
}

/* One frame of the host's, which sends frames whole. Returns -1 when it is gone or talks nonsense. */
static int hear(struct session *session)
{
    uint8_t type;
    uint32_t length;
    if (read_header(session->connection, &type, &length) < 0)
        return -1;
    if (type == FRAME_INPUT)
        return hold(session, length);
    if (type == FRAME_HANG_UP && length == 0) {
        hang_up(session);
        return 0;
    }
    return obey(session, type, length);
}

/* Gives the process what it takes of its input; without a reader the rest is dropped. */
static void feed(struct session *session)
{
    while (session->held > session->fed) {
        size_t length = session->held - session->fed;
        uint8_t key = 0;
        if (session->input >= 0 && session->keys >= 0)
            length = until_key(session->input, session->incoming + session->fed, length, &key);
        if (key != 0) {
            if (write(session->keys, &key, 1) != 1)
                shut(&session->keys);
        } else if (session->input >= 0) {
            ssize_t put = write(session->input, session->incoming + session->fed, length);
            if (put < 0 && (errno == EAGAIN || errno == EINTR))
                return;
            if (put < 0) {
                if (!session->terminal)
                    shut(&session->input);
                session->input = -1;
                continue;
            }
            length = (size_t)put;
        }
        session->fed += length;
        session->taken += (uint32_t)length;
    }
}

static void frame(struct session *session, uint8_t type, size_t length)
{
    session->outgoing[0] = type;
    put_u32(session->outgoing + 1, (uint32_t)length);
    session->pending = session->connection < 0 ? 0 : length + 5;
    session->sent = 0;
}

/* Makes one frame of what the file holds now. Returns 1 if there was something. */
static int take(struct session *session, int *file, uint8_t type)
{
    if (*file < 0 || session->pending > 0)
        return 0;
    size_t most = session->ended && session->after_end < CHUNK ? session->after_end : CHUNK;
    ssize_t got = most == 0 ? -1 : read(*file, session->outgoing + 5, most);
    if (most == 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
        return 0;
    if (got <= 0) {
        if (session->terminal)
            session->input = -1;
        shut(file);
        return 0;
    }
    if (session->ended)
        session->after_end -= (size_t)got;
    frame(session, type, (size_t)got);
    return 1;
}

static int make_frame(struct session *session)
{
    if (session->pending == 0 && session->taken > 0) {
        put_u32(session->outgoing + 5, session->taken);
        session->taken = 0;
        frame(session, FRAME_TAKEN, 4);
        return 1;
    }
    return take(session, &session->output, FRAME_OUTPUT) || take(session, &session->errors, FRAME_ERRORS);
}

/* Returns -1 when the host is gone. */
static int flush(struct session *session)
{
    while (session->pending > 0) {
        ssize_t put = send(session->connection, session->outgoing + session->sent, session->pending,
                           MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put < 0)
            return errno == EAGAIN || errno == EINTR ? 0 : -1;
        session->sent += (size_t)put;
        session->pending -= (size_t)put;
    }
    return 0;
}

static int patience(const struct session *session)
{
    int64_t until = session->ended ? 0 : session->deadline;
    if (!session->ended && session->hung_up_until != 0 && (until == 0 || session->hung_up_until < until))
        until = session->hung_up_until;
    int64_t left = until - now();
    return until == 0 ? -1 : left < 0 ? 0 : left > 1000000000 ? 1000000000 : (int)left;
}

/* Whether the host says something. */
static int await(struct session *session)
{
    int full = session->pending > 0;
    struct pollfd awaited[] = {
        {.fd = session->connection, .events = (short)(full ? POLLIN | POLLOUT : POLLIN)},
        {.fd = session->signals, .events = POLLIN},
        {.fd = full ? -1 : session->output, .events = POLLIN},
        {.fd = full ? -1 : session->errors, .events = POLLIN},
        {.fd = session->held > session->fed ? session->input : -1, .events = POLLOUT},
    };
    poll(awaited, 5, patience(session));
    return (awaited[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0;
}

/* Until the process has ended and all that it wrote is sent. */
static void carry(struct session *session)
{
    for (;;) {
        int says = await(session);
        reap(session); /* before the pipes: what a process wrote is there once its end is seen */
        keep_time(session);
        if (session->connection >= 0 && ((says && hear(session) < 0) || flush(session) < 0))
            lose_host(session);
        feed(session);
        int made = make_frame(session);
        if (session->connection >= 0 && flush(session) < 0)
            lose_host(session);
        /* When it has ended, nobody might ever wake us again: go on as long as there is something. */
        while (session->ended && session->pending == 0 && (made = make_frame(session)))
            if (session->connection >= 0 && flush(session) < 0)
                lose_host(session);
        if (session->ended && session->pending == 0 && !made)
            return;
    }
}

/* Processes in the background outlive their session; until they close its pipes, somebody must read these. */
static void drain(struct session *session)
{
    shut(&session->connection);
    shut(&session->input);
    session->ended = 0;
    session->deadline = session->hung_up_until = 0;
    session->held = session->fed = 0;
    while (session->output >= 0 || session->errors >= 0) {
        await(session);
        reap(session);
        make_frame(session);
    }
}

static void report_end(struct session *session)
{
    uint8_t code[4];
    int exited = !session->timed_out && WIFEXITED(session->status);
    put_u32(code, exited ? (uint32_t)WEXITSTATUS(session->status) : 0xffffffffU);
    if (session->connection >= 0)
        send_frame(session->connection, FRAME_EXIT, code, sizeof code);
}

static int open_pipes(struct session *session, struct streams *child)
{
    int input[2], output[2], errors[2];
    if (pipe2(input, O_CLOEXEC) < 0 || pipe2(output, O_CLOEXEC) < 0 || pipe2(errors, O_CLOEXEC) < 0)
        return -1;
    child->input = input[0];
    child->output = output[1];
    child->errors = errors[1];
    session->input = input[1];
    session->output = output[0];
    session->errors = errors[0];
    fcntl(session->input, F_SETFL, O_NONBLOCK);
    fcntl(session->output, F_SETFL, O_NONBLOCK);
    fcntl(session->errors, F_SETFL, O_NONBLOCK);
    return 0;
}

static int open_files(struct session *session, struct streams *child, uint32_t columns, uint32_t rows)
{
    session->terminal = child->terminal = columns > 0 && rows > 0;
    session->keys = child->keys = -1;
    if (session->terminal && !kernel_knows_keys && open_keys(&child->keys, &session->keys) < 0)
        return -1;
    if (!session->terminal)
        return open_pipes(session, child);
    int slave;
    if (open_terminal(&session->output, &slave) < 0)
        return -1;
    resize_terminal(session->output, columns, rows);
    session->input = session->output;
    session->errors = -1;
    child->input = child->output = child->errors = slave;
    return 0;
}

static void close_files(const struct streams *child)
{
    close(child->input);
    if (child->keys >= 0)
        close(child->keys);
    if (!child->terminal) {
        close(child->output);
        close(child->errors);
    }
}

/* Returns 0 when the program runs; else the host has been told why not. */
static int start(struct session *session, const struct command *command, uint32_t columns, uint32_t rows)
{
    struct streams child;
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0 || open_files(session, &child, columns, rows) < 0 || (session->child = fork()) < 0) {
        refuse(session->connection, REFUSED_BUSY, "the sandbox has no room for another process", errno);
        return -1;
    }
    child.report = report[1];
    if (session->child == 0)
        execute(command, &child);
    close_files(&child);
    close(report[1]);
    char text[1 + 4096] = {REFUSED_NOT_POSSIBLE};
    size_t length = 0;
    ssize_t got;
    while (length < sizeof text - 1 && (got = read(report[0], text + 1 + length, sizeof text - 1 - length)) != 0) {
        if (got < 0 && errno != EINTR)
            break;
        length += got < 0 ? 0 : (size_t)got;
    }
    close(report[0]);
    if (length > 0)
        send_frame(session->connection, FRAME_REFUSED, text, (uint32_t)(1 + length));
    return length > 0 ? -1 : send_frame(session->connection, FRAME_DONE, "", 0);
}

void handle_session(int connection, const struct request *request)
{
    static struct session session;
    struct command command;
    struct form form = {.at = request->payload, .left = request->length};
    int broken = take_command(&form, &command);
    session.orphan_limit = take_u32(&form);
    uint32_t columns = take_u32(&form), rows = take_u32(&form);
    if (broken < 0 || form.broken || form.left > 0 || columns > 0xffff || rows > 0xffff) {
        refuse(connection, REFUSED_NOT_UNDERSTOOD, "the session", EINVAL);
        return;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    session.connection = connection;
    session.signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    session.deadline = command.timeout == 0 ? 0 : now() + command.timeout;
    session.after_end = AFTER_END;
    if (session.signals < 0) {
        refuse(connection, REFUSED_BUSY, "the sandbox has no room for another process", errno);
        return;
    }
    if (start(&session, &command, columns, rows) < 0)
        return;
    carry(&session);
    report_end(&session);
    if (!session.terminal)
        drain(&session);
}
