/*
 * unpack FOLDER: makes a tree of files as standard input says. Every name is resolved by the kernel beneath FOLDER and
 * through no link, so that no record leads out of it, whatever earlier records have made.
 *
 * A record: a letter, then lengths and numbers as big-endian, then bytes.
 *   letter, u32 mode, u32 owner, u32 group, i64 seconds, u16 length of path, u16 length of other, path, other,
 *   then, for a file, pieces: u32 length, bytes; a hole of u32 length when the highest bit is set; 0 ends it
 *
 *   d directory   f file   l link, other is its target   h another name, other is the first   p named pipe
 *   m directory where nothing has its name
 *   w whiteout    o empties a directory and marks it opaque    e empties a directory    r removes
 *   x attribute of a file or directory: other is its name, a zero byte and its value
 *
 * Exit status 2 and "path: reason" when a record cannot be for what it says, 1 when the host fails.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "host.h"

enum { UNSAFE = 2, PIECE = 1 << 20, DEEPEST = 4096 };

static int root;
static char path[65536], other[65536], piece[PIECE];

struct __attribute__((packed)) record {
    char kind;
    uint32_t mode, owner, group;
    int64_t seconds;
    uint16_t path_length, other_length;
};

static void fail(void)
{
    int full = errno == ENOSPC || errno == EIO || errno == EDQUOT || errno == EMFILE || errno == ENOMEM || errno == EROFS;
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    exit(full ? 1 : UNSAFE);
}

static void must(int result)
{
    if (result < 0)
        fail();
}

static void take(void *into, size_t length)
{
    if (fread(into, 1, length, stdin) != length)
        exit(1); /* whoever feeds us has ended */
}

static int open_beneath(const char *name, uint64_t flags)
{
    struct open_how how = {.flags = flags | O_CLOEXEC | O_NOFOLLOW,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV};
    return (int)syscall(SYS_openat2, root, name, &how, sizeof how);
}

/* The folder that a name is in; *last is the name in it. */
static int parent(char *name, const char **last)
{
    char *slash = strrchr(name, '/');
    *last = slash == NULL ? name : slash + 1;
    if (slash == NULL)
        return fcntl(root, F_DUPFD_CLOEXEC, 0);
    *slash = 0;
    int folder = open_beneath(name, O_DIRECTORY | O_RDONLY);
    *slash = '/';
    return folder;
}

static void empty(int folder, int depth);

static void remove_at(int folder, const char *name, int depth)
{
    if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
        return;
    int inner = errno == EISDIR || errno == EPERM ? openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    must(inner);
    empty(inner, depth + 1);
    close(inner);
    must(unlinkat(folder, name, AT_REMOVEDIR));
}

static void empty(int folder, int depth)
{
    errno = ENAMETOOLONG;
    must(depth > DEEPEST ? -1 : 0);
    DIR *entries = fdopendir(dup(folder));
    must(entries == NULL ? -1 : 0);
    rewinddir(entries);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove_at(folder, entry->d_name, depth);
    closedir(entries);
}

static int is_whiteout(const struct stat *what)
{
    return S_ISCHR(what->st_mode) && what->st_rdev == makedev(0, 0);
}

static void give(int folder, const char *name, const struct record *record)
{
    struct timespec times[2] = {{.tv_sec = record->seconds}, {.tv_sec = record->seconds}};
    must(fchownat(folder, name, record->owner, record->group, AT_SYMLINK_NOFOLLOW));
    if (record->kind != 'l')
        must(fchmodat(folder, name, record->mode & 07777, 0)); /* it was made a moment ago and is no link */
    must(utimensat(folder, name, times, AT_SYMLINK_NOFOLLOW));
}

/* A directory that takes the place of what was deleted hides what lies below, as the deletion did. */
static void directory(int folder, const char *name, const struct record *record)
{
    struct stat there;
    int hidden = 0;
    if (fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(there.st_mode)) {
        hidden = is_whiteout(&there);
        remove_at(folder, name, 0);
    }
    if (mkdirat(folder, name, 0700) < 0 && errno != EEXIST)
        fail();
    if (hidden) {
        int made = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        must(made);
        must(fsetxattr(made, "trusted.overlay.opaque", "y", 1, 0));
        close(made);
    }
    give(folder, name, record);
}

static void file(int folder, const char *name, const struct record *record)
{
    remove_at(folder, name, 0);
    int made = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    must(made);
    off_t at = 0;
    for (;;) {
        uint32_t length;
        take(&length, sizeof length);
        length = be32toh(length);
        if (length == 0)
            break;
        int hole = length >> 31;
        length &= 0x7fffffff;
        if (!hole) {
            errno = EINVAL;
            must(length > PIECE ? -1 : 0);
            take(piece, length);
            for (uint32_t done = 0; done < length;) {
                ssize_t written = pwrite(made, piece + done, length - done, at + done);
                must((int)(written < 0 ? -1 : 0));
                done += (uint32_t)written;
            }
        }
        at += length;
    }
    must(ftruncate(made, at));
    close(made);
    give(folder, name, record);
}

static void name_again(int folder, const char *name)
{
    const char *first;
    int where = parent(other, &first);
    must(where);
    struct stat target, there;
    must(fstatat(where, first, &target, AT_SYMLINK_NOFOLLOW));
    errno = EPERM;
    must(S_ISREG(target.st_mode) ? 0 : -1);
    int same = fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && there.st_ino == target.st_ino;
    if (!same) {
        remove_at(folder, name, 0);
        must(linkat(where, first, folder, name, 0));
    }
    close(where);
}

static void clear(int opaque)
{
    int folder = open_beneath(path, O_RDONLY | O_DIRECTORY);
    if (folder < 0 && errno == ENOENT && !opaque)
        return;
    must(folder);
    empty(folder, 0);
    if (opaque)
        must(fsetxattr(folder, "trusted.overlay.opaque", "y", 1, 0));
    close(folder);
}

static void attribute(size_t length)
{
    size_t name = strlen(other) + 1;
    int target = open_beneath(path, O_RDONLY | O_NONBLOCK);
    must(target);
    errno = EINVAL;
    must(name <= length ? 0 : -1);
    must(fsetxattr(target, other, other + name, length - name, 0));
    close(target);
}

static void act(const struct record *record)
{
    const char *name;
    int folder;
    switch (record->kind) {
    case 'o':
    case 'e':
        clear(record->kind == 'o');
        return;
    case 'x':
        attribute(record->other_length);
        return;
    }
    folder = parent(path, &name);
    if (folder < 0 && errno == ENOENT && record->kind == 'r')
        return;
    must(folder);
    switch (record->kind) {
    case 'd':
        directory(folder, name, record);
        break;
    case 'm':
        must(mkdirat(folder, name, 0700));
        give(folder, name, record);
        break;
    case 'f':
        file(folder, name, record);
        break;
    case 'l':
        remove_at(folder, name, 0);
        must(symlinkat(other, folder, name));
        give(folder, name, record);
        break;
    case 'h':
        name_again(folder, name);
        break;
    case 'p':
        remove_at(folder, name, 0);
        must(mkfifoat(folder, name, 0600));
        give(folder, name, record);
        break;
    case 'w':
        remove_at(folder, name, 0);
        must(mknodat(folder, name, S_IFCHR, makedev(0, 0)));
        break;
    case 'r':
        remove_at(folder, name, 0);
        break;
    default:
        errno = EINVAL;
        fail();
    }
    close(folder);
}

int unpack(const char *folder)
{
    struct record record;
    umask(0);
    root = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    step("unpack", root);
    while (fread(&record, sizeof record, 1, stdin) == 1) {
        record.mode = be32toh(record.mode);
        record.owner = be32toh(record.owner);
        record.group = be32toh(record.group);
        record.seconds = (int64_t)be64toh((uint64_t)record.seconds);
        record.path_length = (uint16_t)be16toh(record.path_length);
        record.other_length = (uint16_t)be16toh(record.other_length);
        take(path, record.path_length);
        path[record.path_length] = 0;
        take(other, record.other_length);
        other[record.other_length] = 0;
        act(&record);
    }
    return ferror(stdin) ? 1 : 0;
}
