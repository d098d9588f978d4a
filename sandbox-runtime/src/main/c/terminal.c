#include "agent.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { TTY_GROUP = 5 };

int kernel_knows_keys = 1;

void resize_terminal(int master, uint32_t columns, uint32_t rows)
{
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
    ioctl(master, TIOCSWINSZ, &size); /* tells the foreground processes by SIGWINCH */
}

int open_terminal(int *master, int *slave)
{
    char name[64];
    *master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (*master < 0)
        return -1;
    if (unlockpt(*master) == 0 && ptsname_r(*master, name, sizeof name) == 0) {
        *slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
        /* As the sandbox user's own: programs open it again as /dev/tty or by its name. */
        if (*slave >= 0 && fchown(*slave, SANDBOX_UID, TTY_GROUP) == 0 && fchmod(*slave, 0620) == 0)
            return 0;
        if (*slave >= 0)
            close(*slave);
    }
    close(*master);
    return -1;
}

int open_keys(int *ear, int *mouth)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    *ear = ends[0];
    *mouth = ends[1];
    return 0;
}

size_t until_key(int master, const uint8_t *typed, size_t length, uint8_t *key)
{
    struct termios now;
    int looked = 0;
    for (size_t at = 0; at < length; at++) {
        if (typed[at] >= ' ' && typed[at] != 0x7f)
            continue;
        if (!looked && tcgetattr(master, &now) < 0)
            return length;
        looked = 1;
        if (!(now.c_lflag & ISIG))
            return length;
        uint8_t number = typed[at] == now.c_cc[VINTR]   ? SIGINT
                         : typed[at] == now.c_cc[VQUIT] ? SIGQUIT
                         : typed[at] == now.c_cc[VSUSP] ? SIGTSTP
                                                        : 0;
        if (number == 0)
            continue;
        *key = at == 0 ? number : 0;
        return at == 0 ? 1 : at;
    }
    return length;
}

/* In the session, since only from there the foreground can be seen, but in a group of its own. */
static void listen_to_keys(int ear, int terminal)
{
    uint8_t key;
    setpgid(0, 0);
    dup2(terminal, 0);
    dup2(ear, 1);
    close_range(2, LAST_FILE, 0);
    while (read(1, &key, 1) == 1) {
        pid_t foreground = tcgetpgrp(0);
        if (foreground > 1)
            kill(-foreground, key);
    }
    _exit(0);
}

void begin_to_listen_to_keys(int ear, int terminal)
{
    pid_t between = fork();
    if (between == 0) {
        if (fork() == 0)
            listen_to_keys(ear, terminal);
        _exit(0);
    }
    waitpid(between, NULL, 0);
}
