#include "agent.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void give_to_sandbox(int fd)
{
    char link[32], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return;
    path[length] = 0;
    size_t home = strlen(HOME);
    if (strncmp(path, HOME, home) == 0 && path[home] == '/' && fchown(fd, SANDBOX_UID, SANDBOX_UID) < 0)
        return; /* it stays root's; the sandbox user can sudo */
}

static int make_directory(const char *path)
{
    if (mkdir(path, 0755) < 0)
        return errno == EEXIST ? 0 : -1;
    int made = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (made >= 0) {
        give_to_sandbox(made);
        close(made);
    }
    return 0;
}

int make_directories(const char *path)
{
    char part[PATH_MAX];
    snprintf(part, sizeof part, "%s", path);
    for (char *slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (make_directory(part) < 0)
            return -1;
        *slash = '/';
    }
    if (make_directory(part) < 0)
        return -1;
    struct stat made;
    if (stat(part, &made) < 0)
        return -1;
    errno = ENOTDIR;
    return S_ISDIR(made.st_mode) ? 0 : -1;
}

int follow_links(char *path)
{
    char target[PATH_MAX], next[PATH_MAX];
    for (int links = 0; links < 40; links++) {
        ssize_t length = readlink(path, target, sizeof target - 1);
        if (length < 0)
            return errno == EINVAL || errno == ENOENT ? 0 : -1;
        target[length] = 0;
        char *slash = strrchr(path, '/');
        int directory = target[0] == '/' || slash == NULL ? 0 : (int)(slash + 1 - path);
        if (snprintf(next, sizeof next, "%.*s%s", directory, path, target) >= (int)sizeof next) {
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(path, next, sizeof next);
    }
    errno = ELOOP;
    return -1;
}
