/*
 * Launches a sandbox in gVisor. runsc hands on no file but the three standard ones, and a socket that is made inside is
 * none of the host's. But a socket of the host that is its standard input stays one, and brings in others that are sent
 * over it. So the listening socket stays out here, with a process that does nothing but accept and hand on; it lives as
 * long as the sandbox, and so as little depends on the server as with runc. It never reads a byte: neither of what a
 * client sends nor of what the sandbox could say to it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

enum { LISTENER = 3, SANDBOX = 4 };

/* Returns -1 when the sandbox is gone. A connection that cannot be handed on is closed, which its client sees. */
static int hand_on(int connection)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    char nothing = 0;
    struct iovec content = {.iov_base = &nothing, .iov_len = 1};
    struct msghdr message = {.msg_iov = &content, .msg_iovlen = 1};
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof connection);
    memcpy(CMSG_DATA(rights), &connection, sizeof connection);
    ssize_t sent;
    while ((sent = sendmsg(SANDBOX, &message, MSG_NOSIGNAL)) < 0 && errno == EINTR)
        ;
    return sent < 0 && (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN) ? -1 : 0;
}

static void carry(void)
{
    struct pollfd awaited[] = {{.fd = LISTENER, .events = POLLIN}, {.fd = SANDBOX}};
    for (;;) {
        poll(awaited, 2, -1);
        if ((awaited[1].revents & (POLLHUP | POLLERR)) != 0)
            return;
        int connection = accept4(LISTENER, NULL, NULL, SOCK_CLOEXEC);
        if (connection < 0)
            continue;
        int gone = hand_on(connection);
        close(connection);
        if (gone < 0)
            return;
    }
}

/* As a user of the host as whom nothing else runs, without rights and without a file but its two sockets. */
static void let_go(int listener, int sandbox, const char *user)
{
    uid_t id = (uid_t)strtoul(user, NULL, 10);
    int kept = fcntl(sandbox, F_DUPFD, SANDBOX + 1);
    int heard = fcntl(listener, F_DUPFD, SANDBOX + 1);
    step("relay", kept < 0 || heard < 0 ? -1 : 0);
    step("relay", dup2(heard, LISTENER));
    step("relay", dup2(kept, SANDBOX));
    step("relay", close_range(SANDBOX + 1, ~0U, 0));
    step("relay", fcntl(LISTENER, F_SETFL, O_NONBLOCK));
    step("relay", chdir("/"));
    step("relay", setgroups(0, NULL));
    step("relay", setresgid(id, id, id));
    step("relay", setresuid(id, id, id));
    step("relay", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    int nothing = open("/dev/null", O_RDWR);
    for (int file = 0; file < 3; file++)
        dup2(nothing, file);
    close_range(SANDBOX + 1, ~0U, 0);
    prctl(PR_SET_NAME, "sealbox-relay");
}

/*
 * Waits for runsc, which leaves the sandbox's processes behind, and tells how it ended. What it leaves becomes this
 * process' children, which are gone as soon as they have ended: runsc waits for that when it deletes a sandbox, and not
 * every machine's process 1 is quick to ask.
 */
static void begin_relay(int listener, int sandbox, const char *user, int report)
{
    int status;
    step("relay", setsid());
    step("relay", prctl(PR_SET_CHILD_SUBREAPER, 1));
    pid_t launch = fork();
    step("relay", launch);
    if (launch == 0)
        return;
    while (waitpid(launch, &status, 0) < 0 && errno == EINTR)
        ;
    uint8_t code = WIFEXITED(status) ? (uint8_t)WEXITSTATUS(status) : 1;
    if (write(report, &code, 1) != 1 || code != 0)
        _exit(1);
    signal(SIGCHLD, SIG_IGN);
    let_go(listener, sandbox, user);
    carry();
    close(LISTENER);
    while (wait(NULL) > 0 || errno == EINTR)
        ;
    _exit(0);
}

/* The first process of the three lives until the sandbox runs, or does not. */
static void await(int report)
{
    uint8_t code = 1;
    while (read(report, &code, 1) < 0 && errno == EINTR)
        ;
    _exit(code);
}

/* Groups are folders, with colons between them. What is started from here on is held by their limits. */
static void join(char *groups)
{
    for (char *group = strtok(groups, ":"); group != NULL; group = strtok(NULL, ":")) {
        char path[4096];
        snprintf(path, sizeof path, "%s/cgroup.procs", group);
        int file = open(path, O_WRONLY | O_CLOEXEC);
        step(path, file);
        step(path, write(file, "0", 1) == 1 ? 0 : -1);
        close(file);
    }
}

/*
 * What runsc is to find in its place: the shim with the file that has it loaded, and no /proc/sys/net. runsc takes a
 * file there for the mark of the host's own network, which the kernel shows in all networks since Linux 6.8. Whoever
 * cannot see a whole /proc may not mount one either, as runsc does in a user namespace, so there is one beside it.
 */
static void set_the_stage_for_runsc(const char *shim)
{
    step(STAGE, close(open(STAGE "/shim", O_WRONLY | O_CREAT | O_CLOEXEC, 0755)));
    step("shim", mount(shim, STAGE "/shim", NULL, MS_BIND, NULL));
    FILE *preload = fopen(STAGE "/preload", "we");
    step(STAGE, preload == NULL ? -1 : 0);
    fputs("/dev/sealbox-shim.so\n", preload);
    step(STAGE, fchmod(fileno(preload), 0444));
    step(STAGE, fclose(preload));
    step(STAGE, mkdir(STAGE "/proc", 0700));
    step("/proc", mount("proc", STAGE "/proc", "proc", MS_RELATIME, NULL));
    step("/proc/sys/net", mount("tmpfs", "/proc/sys/net", "tmpfs", MS_RDONLY | MS_NODEV, "size=4k"));
}

/*
 * runsc takes an empty /tmp for one that may lie in memory; a file in it says that it belongs to the disk. The agent
 * removes it. Whatever the sandbox has made of the path is not followed.
 */
static void mark_tmp(void)
{
    int folder = open(STAGE "/rootfs/tmp", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return;
    int mark = openat(folder, ".sealbox", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    close(folder);
    if (mark >= 0)
        close(mark);
}

/* relay FOLDER OPTIONS AGENT SHIM GROUPS MAKER FILES SOCKET LOG PROGRAM ARGUMENT... */
int relay(char **arguments)
{
    int ends[2], report[2];
    setsid();
    log_to(arguments[8]);
    join(arguments[4]);
    int listener = listen_at(arguments[7]);
    step("agent socket", listener);
    step("agent socket", socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends));
    limit_files(arguments[6]);
    step("relay", pipe2(report, O_CLOEXEC));
    pid_t beside = fork();
    step("relay", beside);
    if (beside > 0) {
        close(report[1]);
        await(report[0]);
    }
    begin_relay(listener, ends[0], arguments[5], report[1]);
    make_stage();
    mount_disk(arguments[0], arguments[1], arguments[2]);
    set_the_stage_for_runsc(arguments[3]);
    mark_tmp();
    make_keyring();
    step("agent socket", dup2(ends[1], 0));
    step("agent socket", close_range(3, ~0U, 0));
    execvp(arguments[9], arguments + 9);
    step(arguments[9], -1);
    return 1;
}
