#include "agent.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 32768, ROUNDS = 2000 };

struct process {
    pid_t id, parent;
    char state;
    char ours;
};

static struct process seen[MOST];

static int look_at(const char *id, struct process *process)
{
    char name[64], text[512];
    snprintf(name, sizeof name, "/proc/%.20s/stat", id);
    int file = open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0)
        return -1;
    text[length] = 0;
    /* The name of the program stands in parentheses and may hold some itself. */
    char *after = strrchr(text, ')');
    int parent;
    if (after == NULL || sscanf(after + 1, " %c %d", &process->state, &parent) != 2)
        return -1;
    process->id = atoi(id);
    process->parent = parent;
    process->ours = 0;
    return 0;
}

static size_t look_around(void)
{
    DIR *proc = opendir("/proc");
    if (proc == NULL)
        return 0;
    size_t count = 0;
    struct dirent *entry;
    while (count < MOST && (entry = readdir(proc)) != NULL) {
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && look_at(entry->d_name, &seen[count]) == 0)
            count++;
    }
    closedir(proc);
    return count;
}

static int is_ours(pid_t id, size_t count)
{
    if (id == getpid())
        return 1;
    for (size_t i = 0; i < count; i++)
        if (seen[i].id == id)
            return seen[i].ours;
    return 0;
}

/* Marks the descendants of the caller; /proc lists ids in ascending order, so one pass nearly always does. */
static void mark(size_t count)
{
    int changed = 1;
    while (changed) {
        changed = 0;
        for (size_t i = 0; i < count; i++)
            if (!seen[i].ours && is_ours(seen[i].parent, count))
                changed = seen[i].ours = 1;
    }
}

/* Sends the signal to all descendants that it would still change. Returns how many those were. */
static size_t signal_all(int signal)
{
    size_t count = look_around(), reached = 0;
    mark(count);
    for (size_t i = 0; i < count; i++) {
        if (!seen[i].ours || seen[i].state == 'Z' || (signal == SIGSTOP && seen[i].state == 'T'))
            continue;
        kill(seen[i].id, signal);
        reached++;
    }
    return reached;
}

static void reap_all(void)
{
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

static void breathe(void)
{
    struct timespec millisecond = {.tv_nsec = 1000000};
    nanosleep(&millisecond, NULL);
}

/* Stopped processes fork no more but keep their place under the limit, so a fork bomb comes to rest before it dies. */
void kill_descendants(void)
{
    for (int round = 0; round < ROUNDS && signal_all(SIGSTOP) > 0; round++)
        reap_all();
    for (int round = 0; round < ROUNDS && signal_all(SIGKILL) > 0; round++) {
        reap_all();
        breathe();
    }
    reap_all();
}
