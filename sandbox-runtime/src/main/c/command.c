#include "agent.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { REPORT = 3 };

uint32_t take_u32(struct form *form)
{
    if (form->left < 4) {
        form->broken = 1;
        return 0;
    }
    const uint8_t *b = form->at;
    form->at += 4;
    form->left -= 4;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static char *take_string(struct form *form)
{
    uint32_t length = take_u32(form);
    if (form->broken || length > form->left) {
        form->broken = 1;
        return NULL;
    }
    char *string = strndup((const char *)form->at, length);
    form->at += length;
    form->left -= length;
    form->broken |= string == NULL;
    return string;
}

static char **take_strings(struct form *form)
{
    uint32_t count = take_u32(form);
    if (form->broken || count > form->left / 4) {
        form->broken = 1;
        return NULL;
    }
    char **strings = calloc((size_t)count + 1, sizeof *strings);
    form->broken |= strings == NULL;
    for (uint32_t i = 0; i < count && !form->broken; i++)
        strings[i] = take_string(form);
    return strings;
}

int take_command(struct form *form, struct command *command)
{
    command->timeout = take_u32(form);
    command->arguments = take_strings(form);
    command->environment = take_strings(form);
    command->directory = take_string(form);
    return form->broken || command->arguments[0] == NULL ? -1 : 0;
}

int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* When memory runs out, a command goes before the agent. */
static void be_first_when_memory_runs_out(void)
{
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file >= 0) {
        if (write(file, "500", 3) != 3)
            _exit(126);
        close(file);
    }
}

static void become_the_sandbox_user(void)
{
    gid_t group = SANDBOX_UID;
    if (setgroups(1, &group) < 0 || setresgid(group, group, group) < 0 ||
        setresuid(SANDBOX_UID, SANDBOX_UID, SANDBOX_UID) < 0)
        _exit(126);
}

/* Tells it where somebody listens: to the host, or as a shell would. */
static void fail(const struct streams *streams, const char *what, int code)
{
    if (streams->report >= 0)
        dprintf(REPORT, "%s: %s", what, strerror(errno));
    else
        dprintf(2, "sealbox: %s: %s\n", what, strerror(errno));
    _exit(code);
}

static void take_files(const struct streams *streams)
{
    setsid();
    int input = streams->input >= 0 ? streams->input : open("/dev/null", O_RDONLY);
    if (streams->terminal)
        ioctl(input, TIOCSCTTY, 0);
    if (streams->terminal && streams->keys >= 0)
        begin_to_listen_to_keys(streams->keys, input);
    dup2(input, 0);
    dup2(streams->output, 1);
    dup2(streams->errors, 2);
    if (streams->report >= 0 && streams->report != REPORT)
        dup3(streams->report, REPORT, O_CLOEXEC);
    close_range(streams->report >= 0 ? REPORT + 1 : REPORT, LAST_FILE, 0);
}

void execute(const struct command *command, const struct streams *streams)
{
    take_files(streams);
    for (int signal = 1; signal < NSIG; signal++)
        signal != SIGKILL && signal != SIGSTOP ? (void)sigaction(signal, &(struct sigaction){0}, NULL) : (void)0;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    be_first_when_memory_runs_out();
    become_the_sandbox_user();
    umask(022);
    if (chdir(command->directory) < 0)
        fail(streams, command->directory, 126);
    environ = command->environment;
    execvp(command->arguments[0], command->arguments);
    fail(streams, command->arguments[0], errno == ENOENT ? 127 : 126);
    _exit(126);
}
