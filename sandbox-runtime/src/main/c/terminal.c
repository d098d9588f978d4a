#include "agent.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TTY_GROUP = 5 };

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
