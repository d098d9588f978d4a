#include "agent.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file that is being written lies beside the one that it will replace, so that the replacement is one rename. */
struct draft {
    int directory, file;
    char name[NAME_MAX + 1], target[NAME_MAX + 1];
};

static int open_directory_of(const char *path, struct draft *draft)
{
    char place[PATH_MAX];
    snprintf(place, sizeof place, "%s", path);
    if (follow_links(place) < 0)
        return -1;
    char *slash = strrchr(place, '/');
    if (slash == NULL || slash[1] == 0 || strcmp(slash + 1, ".") == 0 || strcmp(slash + 1, "..") == 0) {
        errno = EISDIR;
        return -1;
    }
    if (snprintf(draft->target, sizeof draft->target, "%s", slash + 1) >= (int)sizeof draft->target) {
        errno = ENAMETOOLONG;
        return -1;
    }
    slash[slash == place ? 1 : 0] = 0;
    if (make_directories(place) < 0)
        return -1;
    draft->directory = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return draft->directory < 0 ? -1 : 0;
}

/* A new file gets mode 0644; one that is replaced hands on its mode and owner. */
static int begin(const char *path, struct draft *draft)
{
    if (open_directory_of(path, draft) < 0)
        return -1;
    struct stat old;
    int replaces = fstatat(draft->directory, draft->target, &old, AT_SYMLINK_NOFOLLOW) == 0;
    if (replaces && !S_ISREG(old.st_mode)) {
        errno = S_ISDIR(old.st_mode) ? EISDIR : EINVAL;
        return -1;
    }
    uint64_t random;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        return -1;
    snprintf(draft->name, sizeof draft->name, ".sealbox-%016llx", (unsigned long long)random);
    draft->file = openat(draft->directory, draft->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (draft->file < 0)
        return -1;
    if (replaces && fchown(draft->file, old.st_uid, old.st_gid) < 0)
        return -1;
    give_to_sandbox(draft->file);
    return fchmod(draft->file, replaces ? old.st_mode & 07777 : 0644);
}

static int append(int file, const uint8_t *content, size_t length)
{
    while (length > 0) {
        ssize_t put = write(file, content, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return -1;
        content += put;
        length -= (size_t)put;
    }
    return 0;
}

/* Returns 0 at the end of the content, -1 with errno when the file cannot hold it, -2 when the client is gone. */
static int fill(int connection, int file)
{
    static uint8_t content[LARGEST_CONTENT];
    uint8_t type;
    uint32_t length;
    for (;;) {
        if (read_header(connection, &type, &length) < 0 || length > sizeof content ||
            read_fully(connection, content, length) < 0)
            return -2;
        if (type == FRAME_END)
            return 0;
        if (type != FRAME_INPUT)
            return -2;
        if (append(file, content, length) < 0)
            return -1;
    }
}

void handle_write(int connection, const char *path)
{
    struct draft draft = {.directory = -1, .file = -1};
    int result = begin(path, &draft);
    if (result == 0 && send_frame(connection, FRAME_DONE, "", 0) < 0)
        result = -2;
    if (result == 0)
        result = fill(connection, draft.file);
    if (result == 0)
        result = renameat(draft.directory, draft.name, draft.directory, draft.target);
    int error = errno;
    if (result != 0 && draft.file >= 0)
        unlinkat(draft.directory, draft.name, 0);
    if (result == 0)
        send_frame(connection, FRAME_DONE, "", 0);
    else if (result == -1)
        refuse(connection, REFUSED_NOT_POSSIBLE, path, error);
}
