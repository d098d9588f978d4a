/*
 * The runtime's hand on the host, run as root.
 *
 *   launch  mounts a sandbox's disk in a mount namespace of its own, opens the agent's socket and becomes runc. What it
 *           mounts is seen by nobody else and is gone with the container, so a crash leaves no mount behind.
 *   relay   the same for runsc, with a small process beside it that hands on the agent's connections, in relay.c.
 *   boot    run by runc inside a container that is being made: gives it the boot id that launch has drawn.
 *   shift   moves the owners of a tree into the range of user ids that sandboxes have.
 *   btrfs   what the storage driver for btrfs asks for, in btrfs.c.
 *   unpack  makes files of a layer that comes from elsewhere, in unpack.c.
 *
 * Exit status 1 and one line "step: reason" on standard error when a step fails.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/keyctl.h>
#include <linux/securebits.h>
#include <sched.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

/* Where the OCI configuration expects rootfs, sys and agent. Every launch sees only its own. */
#define BOOT_ID STAGE "/boot_id"

enum { AGENT_SOCKET = 3 };

void step(const char *name, int result)
{
    if (result >= 0)
        return;
    fprintf(stderr, "%s: %s\n", name, strerror(errno));
    exit(1);
}

void log_to(const char *path)
{
    int log = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    step("log", log);
    dup2(log, 1);
    dup2(log, 2);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    step("log", nothing);
    dup2(nothing, 0);
}

int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    unlink(path);
    umask(0077);
    int socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_fd < 0 || bind(socket_fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(socket_fd, 1024) < 0)
        return -1;
    umask(0022);
    return socket_fd;
}

/* A place of our own, whose path the sandbox's root may walk, as it may not that of the data folder. */
void make_stage(void)
{
    step("mount namespace", unshare(CLONE_NEWNS));
    step("mount namespace", mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL));
    if (mkdir(STAGE, 0755) < 0 && errno != EEXIST)
        step(STAGE, -1);
    step(STAGE, mount("tmpfs", STAGE, "tmpfs", MS_NODEV, "mode=0755,size=64k"));
    step(STAGE, mkdir(STAGE "/rootfs", 0755));
    step(STAGE, mkdir(STAGE "/sys", 0755));
    step(STAGE, close(open(STAGE "/agent", O_WRONLY | O_CREAT | O_CLOEXEC, 0755)));
}

/* The kernel has one boot id for all of its containers, by which a fork would be taken for its parent. */
static void draw_boot_id(void)
{
    uint8_t drawn[16];
    step("boot id", getrandom(drawn, sizeof drawn, 0) == sizeof drawn ? 0 : -1);
    drawn[6] = (uint8_t)((drawn[6] & 0x0f) | 0x40);
    drawn[8] = (uint8_t)((drawn[8] & 0x3f) | 0x80);
    FILE *file = fopen(BOOT_ID, "we");
    step("boot id", file == NULL ? -1 : 0);
    for (size_t i = 0; i < sizeof drawn; i++)
        fprintf(file, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", drawn[i]);
    fputc('\n', file);
    step("boot id", fchmod(fileno(file), 0444));
    step("boot id", fclose(file));
    step("boot id", close(open(STAGE "/host", O_WRONLY | O_CREAT | O_CLOEXEC, 0755)));
    /* By its name, since the link itself leads into the mount namespace that was left. */
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    step("boot id", (int)length);
    self[length] = 0;
    step("boot id", mount(self, STAGE "/host", NULL, MS_BIND, NULL));
}

/* boot: it cannot be undone inside, where nobody may mount. */
static int boot(void)
{
    const char *shown = STAGE "/rootfs/proc/sys/kernel/random/boot_id";
    unsigned long as = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
    step("boot id", mount(BOOT_ID, shown, NULL, MS_BIND, NULL));
    step("boot id", mount(NULL, shown, NULL, MS_BIND | MS_REMOUNT | as, NULL));
    return 0;
}

void mount_disk(const char *folder, const char *options, const char *agent)
{
    step("agent", mount(agent, STAGE "/agent", NULL, MS_BIND, NULL));
    step("disk", chdir(folder));
    step("disk", mount("overlay", STAGE "/rootfs", "overlay", MS_NODEV, options));
    step("disk", chdir("/"));
}

static void set(const char *sysctl, const char *value)
{
    int file = open(sysctl, O_WRONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT)
        return; /* a kernel without IPv6 needs none switched off */
    step(sysctl, file);
    step(sysctl, (int)write(file, value, strlen(value)));
    close(file);
}

/*
 * Enters the sandbox's network, where runc is to start its container: no IPv6, low ports for everybody, and a read-only
 * view of its own devices.
 */
static void settle_network(const char *network)
{
    int there = open(network, O_RDONLY | O_CLOEXEC);
    step("network namespace", there);
    step("network namespace", setns(there, CLONE_NEWNET));
    set("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
    set("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
    set("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
    step("sysfs", mount("sysfs", STAGE "/sys", "sysfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL));
}

static void map(pid_t process, const char *which, const char *first)
{
    char path[64], line[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)process, which);
    snprintf(line, sizeof line, "0 %s 65536", first);
    set(path, line);
}

/*
 * The kernel holds some numbers (inotify instances and watches, queued signals, locked memory) also against whoever made
 * a user namespace. So each sandbox's is made by a user of its own, as whom nothing ever runs, and takes from nobody.
 */
static void make_users(const char *maker, const char *first)
{
    int made[2], done[2];
    step("user namespace", pipe2(made, O_CLOEXEC));
    step("user namespace", pipe2(done, O_CLOEXEC));
    uid_t user = (uid_t)strtoul(maker, NULL, 10);
    pid_t child = fork();
    step("user namespace", child);
    if (child == 0) {
        char end;
        close(done[1]);
        step("user namespace", prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP));
        step("user namespace", setresuid(user, user, user));
        step("user namespace", unshare(CLONE_NEWUSER));
        step("user namespace", write(made[1], "", 1) == 1 ? 0 : -1);
        _exit(read(done[0], &end, 1) < 0);
    }
    char ready, namespace[64];
    close(made[1]);
    if (read(made[0], &ready, 1) != 1)
        exit(1); /* it has said why */
    map(child, "uid_map", first);
    map(child, "gid_map", first);
    snprintf(namespace, sizeof namespace, "/proc/%d/ns/user", (int)child);
    step(STAGE, close(open(STAGE "/user", O_WRONLY | O_CREAT | O_CLOEXEC, 0600)));
    step("user namespace", mount(namespace, STAGE "/user", NULL, MS_BIND, NULL));
    close(done[1]);
    step("user namespace", waitpid(child, NULL, 0));
    close(made[0]);
    close(done[0]);
}

/* What runc hands on. It cannot set it itself where root lacks CAP_SYS_RESOURCE, since it owns no sandbox's users. */
void limit_files(const char *open_files)
{
    struct rlimit none = {0}, files = {.rlim_cur = strtoul(open_files, NULL, 10)};
    files.rlim_max = files.rlim_cur;
    step("limits", setrlimit(RLIMIT_CORE, &none));
    step("limits", setrlimit(RLIMIT_NOFILE, &files));
}

/*
 * An empty keyring of its own, made as the host's root. runc would make one as the sandbox's root, who is the same user
 * of the host in all sandboxes and may have 200 keys: the 201st sandbox would not start.
 */
void make_keyring(void)
{
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS)
        step("keyring", -1);
}

/* launch FOLDER OPTIONS AGENT NETWORK MAKER FIRST FILES SOCKET LOG PROGRAM ARGUMENT... */
static int launch(char **arguments)
{
    setsid();
    log_to(arguments[8]);
    int agent = listen_at(arguments[7]);
    step("agent socket", agent);
    make_stage();
    draw_boot_id();
    mount_disk(arguments[0], arguments[1], arguments[2]);
    make_users(arguments[4], arguments[5]);
    settle_network(arguments[3]);
    step("agent socket", agent == AGENT_SOCKET ? fcntl(agent, F_SETFD, 0) : dup2(agent, AGENT_SOCKET));
    step("agent socket", close_range(AGENT_SOCKET + 1, ~0U, 0));
    make_keyring();
    limit_files(arguments[6]);
    execvp(arguments[9], arguments + 9);
    step(arguments[9], -1);
    return 1;
}

static uid_t base;

/* A file with several names is met several times, but moved once. A change of owner drops setuid, so that is set anew. */
static int move(const char *path, const struct stat *what, int kind, struct FTW *walk)
{
    (void)kind;
    (void)walk;
    if (what->st_uid >= base)
        return 0;
    if (lchown(path, base + what->st_uid, base + what->st_gid) < 0)
        return -1;
    return !S_ISLNK(what->st_mode) && what->st_mode & (S_ISUID | S_ISGID) ? chmod(path, what->st_mode & 07777) : 0;
}

/* shift FOLDER BASE */
static int shift(char **arguments)
{
    base = (uid_t)strtoul(arguments[1], NULL, 10);
    step("shift", base >= 65536 ? nftw(arguments[0], move, 64, FTW_PHYS | FTW_MOUNT) : -1);
    return 0;
}

int main(int count, char **arguments)
{
    if (count >= 12 && strcmp(arguments[1], "launch") == 0)
        return launch(arguments + 2);
    if (count >= 12 && strcmp(arguments[1], "relay") == 0)
        return relay(arguments + 2);
    if (count == 2 && strcmp(arguments[1], "boot") == 0)
        return boot();
    if (count == 4 && strcmp(arguments[1], "shift") == 0)
        return shift(arguments + 2);
    if (count >= 4 && strcmp(arguments[1], "btrfs") == 0 && btrfs(count - 2, arguments + 2) == 0)
        return 0;
    if (count == 3 && strcmp(arguments[1], "unpack") == 0)
        return unpack(arguments[2]);
    fprintf(stderr, "usage: launch FOLDER OPTIONS AGENT NETWORK MAKER FIRST FILES SOCKET LOG PROGRAM ARGUMENT... | "
                    "relay FOLDER OPTIONS AGENT SHIM GROUPS MAKER FILES SOCKET LOG PROGRAM ARGUMENT... | boot | shift FOLDER BASE | btrfs WORD PATH... | unpack FOLDER\n");
    return 1;
}
