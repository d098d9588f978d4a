/*
 * What the host program does on btrfs, by the kernel's own calls, so that a node needs no tool for what happens at every
 * start and checkpoint.
 *
 *   subvolume PATH        makes one
 *   snapshot FROM TO      makes TO what FROM is now, whatever its size
 *   drop PATH             removes a subvolume with all that is in it; what is none is left alone
 *   limit PATH BYTES      bounds what may be written into a subvolume; fails where quotas are off
 *   count PATH            begins to count what each subvolume of the file system writes
 *   extend PATH           grows the file system to its device's size
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/btrfs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"

/* Since Linux 6.7, where counting costs a snapshot nothing. */
#ifndef BTRFS_QUOTA_CTL_ENABLE_SIMPLE_QUOTA
#define BTRFS_QUOTA_CTL_ENABLE_SIMPLE_QUOTA 4
#endif

enum { SUBVOLUME_INODE = 256 };

static int folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    step(path, fd);
    return fd;
}

static int parent(const char *path)
{
    char *copy = strdup(path);
    step("memory", copy ? 0 : -1);
    return folder(dirname(copy));
}

static const char *name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void put(char *field, size_t size, const char *text)
{
    if (strlen(text) >= size) {
        errno = ENAMETOOLONG;
        step(text, -1);
    }
    strcpy(field, text);
}

static int subvolume(char **arguments)
{
    struct btrfs_ioctl_vol_args call = {0};
    put(call.name, sizeof call.name, name(arguments[0]));
    step("subvolume", ioctl(parent(arguments[0]), BTRFS_IOC_SUBVOL_CREATE, &call));
    return 0;
}

static int snapshot(char **arguments)
{
    struct btrfs_ioctl_vol_args_v2 call = {.fd = folder(arguments[0])};
    put(call.name, sizeof call.name, name(arguments[1]));
    step("snapshot", ioctl(parent(arguments[1]), BTRFS_IOC_SNAP_CREATE_V2, &call));
    return 0;
}

static int drop(char **arguments)
{
    struct stat what;
    struct btrfs_ioctl_vol_args call = {0};
    step("drop", lstat(arguments[0], &what));
    if (!S_ISDIR(what.st_mode) || what.st_ino != SUBVOLUME_INODE)
        return 0;
    put(call.name, sizeof call.name, name(arguments[0]));
    step("drop", ioctl(parent(arguments[0]), BTRFS_IOC_SNAP_DESTROY, &call));
    return 0;
}

static int limit(char **arguments)
{
    struct btrfs_ioctl_qgroup_limit_args call = {
        .lim = {.flags = BTRFS_QGROUP_LIMIT_MAX_RFER, .max_rfer = strtoull(arguments[1], NULL, 10)}};
    step("limit", ioctl(folder(arguments[0]), BTRFS_IOC_QGROUP_LIMIT, &call));
    return 0;
}

static int count(char **arguments)
{
    struct btrfs_ioctl_quota_ctl_args call = {.cmd = BTRFS_QUOTA_CTL_ENABLE_SIMPLE_QUOTA};
    step("count", ioctl(folder(arguments[0]), BTRFS_IOC_QUOTA_CTL, &call));
    return 0;
}

static int extend(char **arguments)
{
    struct btrfs_ioctl_vol_args call = {.name = "max"};
    step("extend", ioctl(folder(arguments[0]), BTRFS_IOC_RESIZE, &call));
    return 0;
}

int btrfs(int count_of, char **arguments)
{
    static const struct {
        const char *word;
        int arguments;
        int (*act)(char **);
    } acts[] = {{"subvolume", 1, subvolume}, {"snapshot", 2, snapshot}, {"drop", 1, drop},
                {"limit", 2, limit},         {"count", 1, count},       {"extend", 1, extend}};
    for (size_t each = 0; each < sizeof acts / sizeof *acts; each++)
        if (count_of == acts[each].arguments + 1 && strcmp(arguments[0], acts[each].word) == 0)
            return acts[each].act(arguments + 1);
    return -1;
}
