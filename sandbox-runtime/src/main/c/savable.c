#include "agent.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * What gVisor of Debian cannot save, and does not refuse to: it ends the sandbox with the attempt. So it is looked for
 * first, as far as can be seen from in here.
 */

/* A file on the disk that has no name any more. What lies in memory, below /dev and as memfd, is saved as it is. */
static int is_gone(const char *name)
{
    static const char gone[] = " (deleted)";
    size_t length = strlen(name);
    return name[0] == '/' && strncmp(name, "/dev/", 5) != 0 && strncmp(name, "/memfd:", 7) != 0 &&
           length >= sizeof gone && strcmp(name + length - (sizeof gone - 1), gone) == 0;
}

static int holds_gone_files(const char *process)
{
    char path[300], name[4096 + 32];
    snprintf(path, sizeof path, "/proc/%s/fd", process);
    DIR *files = opendir(path);
    struct dirent *file;
    int found = 0;
    while (files != NULL && !found && (file = readdir(files)) != NULL) {
        ssize_t length = readlinkat(dirfd(files), file->d_name, name, sizeof name - 1);
        if (length > 0) {
            name[length] = 0;
            found = is_gone(name);
        }
    }
    if (files != NULL)
        closedir(files);
    return found;
}

static int maps_gone_files(const char *process)
{
    char path[300];
    static char line[4096 + 200];
    snprintf(path, sizeof path, "/proc/%s/maps", process);
    FILE *maps = fopen(path, "re");
    int found = 0;
    while (maps != NULL && !found && fgets(line, sizeof line, maps) != NULL) {
        line[strcspn(line, "\n")] = 0;
        char *name = strchr(line, '/');
        found = name != NULL && is_gone(name);
    }
    if (maps != NULL)
        fclose(maps);
    return found;
}

/*
 * A connection that leaves the sandbox can be reset from outside as long as its other end is there. One that the other
 * end has left, and the program has not, stays until the program closes it.
 */
static int keeps_left_connections(void)
{
    enum { ESTABLISHED = 1, CLOSED = 7, LISTENS = 10, LOOPBACK = 127 };
    FILE *connections = fopen("/proc/net/tcp", "re");
    char line[512];
    unsigned local, remote, state;
    int found = 0;
    while (connections != NULL && !found && fgets(line, sizeof line, connections) != NULL)
        found = sscanf(line, "%*d: %x:%*x %x:%*x %x", &local, &remote, &state) == 3 && state != ESTABLISHED &&
                state != CLOSED && state != LISTENS && (remote & 0xff) != LOOPBACK;
    if (connections != NULL)
        fclose(connections);
    return found;
}

void handle_savable(int connection)
{
    DIR *processes = opendir("/proc");
    struct dirent *process;
    int gone = 0;
    while (processes != NULL && !gone && (process = readdir(processes)) != NULL)
        gone = isdigit((unsigned char)process->d_name[0]) &&
               (holds_gone_files(process->d_name) || maps_gone_files(process->d_name));
    if (processes != NULL)
        closedir(processes);
    if (gone)
        refuse(connection, REFUSED_NOT_POSSIBLE, "a process uses a file that was removed", EBUSY);
    else if (keeps_left_connections())
        refuse(connection, REFUSED_NOT_POSSIBLE, "a process keeps a connection that its other end has closed", EBUSY);
    else
        send_frame(connection, FRAME_DONE, "", 0);
}

/*
 * Whether a process is in a folder that was removed: its exit code. A program of its own, since the agent's own handlers
 * may not ask where others are. Whoever cannot be asked has ended.
 */
int look_for_gone_folders(void)
{
    char path[300], name[4096 + 32];
    DIR *processes = opendir("/proc");
    struct dirent *process;
    int gone = processes == NULL;
    while (!gone && (process = readdir(processes)) != NULL) {
        if (!isdigit((unsigned char)process->d_name[0]))
            continue;
        snprintf(path, sizeof path, "/proc/%s/cwd", process->d_name);
        ssize_t length = readlink(path, name, sizeof name - 1);
        if (length > 0) {
            name[length] = 0;
            gone = is_gone(name);
        }
    }
    if (processes != NULL)
        closedir(processes);
    return gone;
}
