#include "agent.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Programs that are to run as root whoever starts them, such as sudo, in a sandbox whose kernel knows no setuid bit, as
 * gVisor's of Debian does not. The shim (shim.c) puts a client in the place of such a program; process 1 starts what it
 * asks for as root, on the client's files. Wholly as root, since that kernel also takes no effective user along into a
 * program: who has called is not to be seen by it. So this is for the sandbox user alone, who may do everything by sudo
 * anyway. A file without the bit, or that is not root's, is not started.
 */
enum { FILES = 4, DIRECTORY = 3 }; /* the three standard ones, then where it works */

union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int) * FILES) + CMSG_SPACE(sizeof(struct ucred))];
};

extern char **environ;

static socklen_t place(struct sockaddr_un *address)
{
    static const char name[] = "\0sealbox-elevate";
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, name, sizeof name - 1);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof name - 1);
}

int listen_for_elevation(void)
{
    struct sockaddr_un address;
    socklen_t length = place(&address);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 64) < 0)
        return -1;
    return listener;
}

/*
 * What comes with the first byte: the client's files, and who it is, which the kernel has looked at. SO_PEERCRED would be
 * simpler, but gVisor's tells who asks. Returns -1 when something else comes.
 */
static int take_files(int connection, int files[FILES], struct ucred *caller)
{
    union control control;
    int on = 1, seen = 0;
    setsockopt(connection, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
    char nothing;
    struct iovec content = {.iov_base = &nothing, .iov_len = 1};
    struct msghdr message = {.msg_iov = &content, .msg_iovlen = 1};
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    if (recvmsg(connection, &message, MSG_CMSG_CLOEXEC) != 1)
        return -1;
    for (struct cmsghdr *each = CMSG_FIRSTHDR(&message); each != NULL; each = CMSG_NXTHDR(&message, each)) {
        if (each->cmsg_type == SCM_RIGHTS && each->cmsg_len == CMSG_LEN(sizeof(int) * FILES)) {
            memcpy(files, CMSG_DATA(each), sizeof(int) * FILES);
            seen |= 1;
        } else if (each->cmsg_type == SCM_CREDENTIALS && each->cmsg_len == CMSG_LEN(sizeof *caller)) {
            memcpy(caller, CMSG_DATA(each), sizeof *caller);
            seen |= 2;
        }
    }
    return seen == 3 ? 0 : -1;
}

/* As the loader does for such programs: what would have them load the caller's code is not handed on. */
static void leave_out_what_loads(char **environment)
{
    char **kept = environment;
    for (char **each = environment; *each != NULL; each++)
        if (strncmp(*each, "LD_", 3) != 0 && strncmp(*each, "GLIBC_TUNABLES=", 15) != 0 &&
            strncmp(*each, "GCONV_PATH=", 11) != 0)
            *kept++ = *each;
    *kept = NULL;
}

static void execute_as_root(const int files[FILES], const char *path, char **arguments, char **environment)
{
    struct stat program;
    sigset_t none;
    setsid();
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    umask(022);
    if (fchdir(files[DIRECTORY]) < 0 && chdir("/") < 0)
        _exit(126);
    for (int file = 0; file < DIRECTORY; file++)
        dup2(files[file], file);
    close_range(DIRECTORY, LAST_FILE, 0);
    if (stat(path, &program) < 0 || !S_ISREG(program.st_mode) || !(program.st_mode & S_ISUID) || program.st_uid != 0)
        _exit(126);
    leave_out_what_loads(environment);
    execve(path, arguments, environment);
    _exit(126);
}

static void carry(int connection, int signals, pid_t child)
{
    for (;;) {
        struct pollfd awaited[] = {{.fd = connection, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
        poll(awaited, 2, -1);
        struct signalfd_siginfo seen;
        while (read(signals, &seen, sizeof seen) == (ssize_t)sizeof seen)
            ;
        int status;
        pid_t process;
        while ((process = waitpid(-1, &status, WNOHANG)) > 0) {
            if (process != child)
                continue;
            uint8_t code[4];
            put_u32(code, WIFEXITED(status) ? (uint32_t)WEXITSTATUS(status) : 128u + (uint32_t)WTERMSIG(status));
            send_frame(connection, FRAME_EXIT, code, sizeof code);
            return;
        }
        if (awaited[0].revents == 0)
            continue;
        uint8_t type, payload[4];
        uint32_t length;
        struct form form = {.at = payload, .left = sizeof payload};
        if (read_header(connection, &type, &length) < 0 || type != FRAME_SIGNAL || length != sizeof payload ||
            read_fully(connection, payload, sizeof payload) < 0) {
            kill_descendants(); /* whoever asked is gone */
            return;
        }
        uint32_t number = take_u32(&form);
        if (number > 0 && number < NSIG)
            kill(-child, (int)number);
    }
}

void handle_elevation(int connection)
{
    int files[FILES];
    struct request request;
    struct ucred caller;
    if (take_files(connection, files, &caller) < 0 || read_request(connection, &request) < 0 || request.type != FRAME_ELEVATE || caller.uid != SANDBOX_UID)
        return;
    struct form form = {.at = request.payload, .left = request.length};
    struct command command;
    if (take_command(&form, &command) < 0 || form.left > 0)
        return;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    int signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    pid_t child = fork();
    if (child == 0)
        execute_as_root(files, command.directory, command.arguments, command.environment);
    for (int file = 0; file < FILES; file++)
        close(files[file]);
    if (child > 0)
        carry(connection, signals, child);
}

/* The form of a command: no timeout, arguments, environment, and the program's path for its directory. */
static size_t put_string(uint8_t *into, const char *string)
{
    size_t length = strlen(string);
    if (into != NULL) {
        put_u32(into, (uint32_t)length);
        memcpy(into + 4, string, length);
    }
    return 4 + length;
}

static size_t put_strings(uint8_t *into, char **strings)
{
    size_t at = 4;
    uint32_t count = 0;
    for (; strings[count] != NULL; count++)
        at += put_string(into == NULL ? NULL : into + at, strings[count]);
    if (into != NULL)
        put_u32(into, count);
    return at;
}

static size_t put_command(uint8_t *into, const char *path, char **arguments)
{
    size_t at = 4;
    if (into != NULL)
        put_u32(into, 0);
    at += put_strings(into == NULL ? NULL : into + at, arguments);
    at += put_strings(into == NULL ? NULL : into + at, environ);
    return at + put_string(into == NULL ? NULL : into + at, path);
}

static int send_files(int connection)
{
    union control control = {0};
    struct ucred self = {.pid = getpid(), .uid = getuid(), .gid = getgid()};
    int files[FILES] = {0, 1, 2, open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    for (int file = 0; file < FILES; file++)
        if (files[file] < 0 || fcntl(files[file], F_GETFD) < 0)
            files[file] = open("/dev/null", O_RDWR | O_CLOEXEC);
    char nothing = 0;
    struct iovec content = {.iov_base = &nothing, .iov_len = 1};
    struct msghdr message = {.msg_iov = &content, .msg_iovlen = 1};
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof files);
    memcpy(CMSG_DATA(rights), files, sizeof files);
    struct cmsghdr *who = CMSG_NXTHDR(&message, rights);
    who->cmsg_level = SOL_SOCKET;
    who->cmsg_type = SCM_CREDENTIALS;
    who->cmsg_len = CMSG_LEN(sizeof self);
    memcpy(CMSG_DATA(who), &self, sizeof self);
    return sendmsg(connection, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

static int follow(int connection)
{
    sigset_t all;
    sigfillset(&all);
    sigdelset(&all, SIGCHLD);
    sigprocmask(SIG_SETMASK, &all, NULL);
    int signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
    for (;;) {
        struct pollfd awaited[] = {{.fd = connection, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
        poll(awaited, 2, -1);
        struct signalfd_siginfo seen;
        while (read(signals, &seen, sizeof seen) == (ssize_t)sizeof seen) {
            uint8_t number[4];
            put_u32(number, seen.ssi_signo);
            send_frame(connection, FRAME_SIGNAL, number, sizeof number);
        }
        if (awaited[0].revents == 0)
            continue;
        uint8_t type, code[4];
        uint32_t length;
        struct form form = {.at = code, .left = sizeof code};
        if (read_header(connection, &type, &length) < 0 || type != FRAME_EXIT || length != sizeof code ||
            read_fully(connection, code, sizeof code) < 0)
            return 126;
        return (int)take_u32(&form);
    }
}

int ask_for_elevation(const char *path, char **arguments)
{
    struct sockaddr_un address;
    socklen_t length = place(&address);
    size_t size = put_command(NULL, path, arguments);
    uint8_t *form = size > LARGEST_REQUEST ? NULL : malloc(size);
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (form == NULL || connection < 0 || connect(connection, (struct sockaddr *)&address, length) < 0)
        return 126;
    put_command(form, path, arguments);
    if (send_files(connection) < 0 || send_frame(connection, FRAME_ELEVATE, form, (uint32_t)size) < 0)
        return 126;
    return follow(connection);
}
