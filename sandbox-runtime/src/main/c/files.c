#include "agent.h"

#include <dirent.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Never waits: a fifo without a writer and a device open at once, and are then refused. */
static int open_regular(const char *path)
{
    int file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat what;
    if (file < 0 || fstat(file, &what) < 0)
        return -1;
    if (S_ISREG(what.st_mode))
        return file;
    close(file);
    errno = S_ISDIR(what.st_mode) ? EISDIR : EINVAL;
    return -1;
}

void handle_read(int connection, const char *path)
{
    static uint8_t chunk[CHUNK];
    int file = open_regular(path);
    if (file < 0) {
        refuse(connection, REFUSED_NOT_FOUND, path, errno);
        return;
    }
    if (send_frame(connection, FRAME_DONE, "", 0) < 0)
        return;
    ssize_t got;
    while ((got = read(file, chunk, sizeof chunk)) > 0)
        if (send_frame(connection, FRAME_OUTPUT, chunk, (uint32_t)got) < 0)
            return;
    if (got < 0)
        refuse(connection, REFUSED_NOT_POSSIBLE, path, errno);
    else
        send_frame(connection, FRAME_END, "", 0);
}

/* One entry: 1 byte directory, 8 bytes size, name. */
static int send_entry(int connection, DIR *directory, const char *name)
{
    uint8_t entry[9 + NAME_MAX + 1];
    struct stat what;
    if (fstatat(dirfd(directory), name, &what, 0) < 0 && fstatat(dirfd(directory), name, &what, AT_SYMLINK_NOFOLLOW) < 0)
        return 0; /* gone meanwhile */
    uint64_t size = S_ISREG(what.st_mode) ? (uint64_t)what.st_size : 0;
    size_t length = strnlen(name, NAME_MAX);
    entry[0] = S_ISDIR(what.st_mode) ? 1 : 0;
    put_u32(entry + 1, (uint32_t)(size >> 32));
    put_u32(entry + 5, (uint32_t)size);
    memcpy(entry + 9, name, length);
    return send_frame(connection, FRAME_OUTPUT, entry, (uint32_t)(9 + length));
}

void handle_list(int connection, const char *path)
{
    DIR *directory = opendir(path);
    if (directory == NULL) {
        refuse(connection, errno == EACCES ? REFUSED_NOT_POSSIBLE : REFUSED_NOT_FOUND, path, errno);
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (send_entry(connection, directory, entry->d_name) < 0)
            return;
    }
    send_frame(connection, FRAME_DONE, "", 0);
}

void handle_mkdir(int connection, const char *path)
{
    if (make_directories(path) < 0)
        refuse(connection, REFUSED_NOT_POSSIBLE, path, errno);
    else
        send_frame(connection, FRAME_DONE, "", 0);
}

/* Deep trees are no trouble: fts walks them by changing directory, and never through a link. */
static int remove_tree(char *path)
{
    char *roots[] = {path, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL, NULL);
    if (walk == NULL)
        return -1;
    int error = 0;
    FTSENT *at;
    while ((at = fts_read(walk)) != NULL) {
        if (at->fts_info == FTS_D)
            continue;
        int gone = at->fts_info == FTS_DP ? rmdir(at->fts_accpath) : unlink(at->fts_accpath);
        if (gone < 0 && errno != ENOENT)
            error = at->fts_info == FTS_DNR ? at->fts_errno : errno;
    }
    if (errno != 0 && error == 0)
        error = errno;
    fts_close(walk);
    errno = error;
    return error == 0 ? 0 : -1;
}

void handle_remove(int connection, const char *path)
{
    char target[PATH_MAX];
    snprintf(target, sizeof target, "%s", path);
    for (size_t end = strlen(target); end > 1 && target[end - 1] == '/'; end--)
        target[end - 1] = 0;
    struct stat what;
    int there = lstat(target, &what) == 0;
    if (!there && (errno == ENOENT || errno == ENOTDIR))
        send_frame(connection, FRAME_DONE, "", 0);
    else if (!there || strcmp(target, "/") == 0)
        refuse(connection, REFUSED_NOT_POSSIBLE, path, there ? EBUSY : errno);
    else if (remove_tree(target) < 0)
        refuse(connection, REFUSED_NOT_POSSIBLE, path, errno);
    else
        send_frame(connection, FRAME_DONE, "", 0);
}
