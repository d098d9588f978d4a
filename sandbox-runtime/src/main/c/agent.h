/*
 * The guest agent: process 1 of every sandbox. It accepts connections on an inherited listening socket, or is handed
 * them by a relay on the host, and forks one handler per connection; a handler does one operation and ends. Process 1
 * itself never reads what a client sends.
 *
 * Frames, both ways: 1 byte type, 4 bytes big-endian length, payload. Numbers are big-endian, strings are a 4-byte
 * length and bytes.
 */
#ifndef SEALBOX_AGENT_H
#define SEALBOX_AGENT_H

#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum frame_type {
    FRAME_INPUT = 0x00,   /* content of a file that is written */
    FRAME_OUTPUT = 0x01,  /* standard output, content of a file that is read, entries of a directory */
    FRAME_ERRORS = 0x02,  /* standard error */
    FRAME_EXIT = 0x03,    /* 4 bytes: exit code, or -1 after a signal or the timeout */
    FRAME_REFUSED = 0x04, /* 1 byte: enum refusal, then a line of text */
    FRAME_DONE = 0x05,    /* the operation, or its first half, has succeeded */
    FRAME_END = 0x06,     /* end of content */
    FRAME_TAKEN = 0x07,   /* 4 bytes: so many bytes of input have left the agent */
    FRAME_SIGNAL = 0x08,  /* 4 bytes: to be sent to a session's process group */
    FRAME_RESIZE = 0x09,  /* columns, rows */
    FRAME_HANG_UP = 0x0a, /* of a terminal */
    FRAME_RUN = 0x10,     /* timeout in ms (0: never), argv, environment, directory */
    FRAME_READ = 0x11,    /* path; and so are the next four */
    FRAME_WRITE = 0x12,
    FRAME_LIST = 0x13,
    FRAME_MKDIR = 0x14,
    FRAME_REMOVE = 0x15,
    FRAME_PING = 0x16,
    FRAME_CONNECT = 0x18, /* 4 bytes: a TCP port of the sandbox; see port.c for what follows */
    FRAME_ELEVATE = 0x19, /* as FRAME_RUN, with the program's path for the directory; only from inside */
    FRAME_SAVABLE = 0x1a, /* whether all that runs could be saved, as far as can be told */
    FRAME_SESSION = 0x17, /* as FRAME_RUN, then ms to live on without the host (0: for ever), columns, rows (0: pipes) */
};

enum refusal { REFUSED_NOT_FOUND = 1, REFUSED_NOT_POSSIBLE = 2, REFUSED_BUSY = 3, REFUSED_NOT_UNDERSTOOD = 4 };

enum {
    SANDBOX_UID = 1000,
    LARGEST_REQUEST = 4 << 20, /* bytes of the first frame: a command with its environment */
    LARGEST_CONTENT = 1 << 20, /* bytes of a frame of content */
    CHUNK = 64 << 10,          /* bytes of a frame that the agent sends */
    INPUT_WINDOW = 64 << 10,   /* bytes of input that a session's host may send before they are taken */
    REQUEST_SECONDS = 30,      /* within which a client must have sent its request */
};

#define HOME "/home/sandbox"

/* Up to which files are closed: the kernel of gVisor takes the largest number of all for -1. */
#define LAST_FILE 0x7fffffffU

struct request {
    uint8_t type;
    uint32_t length;
    uint8_t *payload; /* always followed by a zero byte */
};

/* protocol.c: all return 0, or -1 when the other side is gone or talks nonsense. */
int read_header(int connection, uint8_t *type, uint32_t *length);
int read_fully(int connection, void *into, size_t length);
int read_request(int connection, struct request *request);
int send_frame(int connection, uint8_t type, const void *payload, uint32_t length);
void put_u32(uint8_t *into, uint32_t value);
int refuse(int connection, enum refusal kind, const char *what, int error);

/* command.c: what is to be run, read from a request, and the child's way to it. */
struct command {
    uint32_t timeout; /* in ms, 0: none */
    char **arguments, **environment;
    char *directory;
};

struct form {
    const uint8_t *at;
    size_t left;
    int broken;
};

/* A command's files; -1 for an empty input, or for no report. A report is closed by a start that succeeds. */
struct streams {
    int input, output, errors, report;
    int terminal; /* whether the input is to be the controlling terminal */
    int keys;     /* where it is told of keys that are signals, with a terminal whose kernel does not know them; else -1 */
};

uint32_t take_u32(struct form *form);
int take_command(struct form *form, struct command *command); /* -1 when it is none */
void execute(const struct command *command, const struct streams *streams) __attribute__((noreturn));
int64_t now(void); /* in ms of the monotonic clock */

/* run.c, session.c */
void handle_run(int connection, const struct request *request);
void handle_session(int connection, const struct request *request);

/* terminal.c */
int open_terminal(int *master, int *slave); /* -1 and errno when there is none left */
void resize_terminal(int master, uint32_t columns, uint32_t rows);

/*
 * The gVisor of Debian makes no signal of Ctrl-C. There the agent does: of what is typed it takes the keys that are one
 * at the time, and tells a process in the terminal's session, which sends it to who is in the foreground.
 */
extern int kernel_knows_keys;
int open_keys(int *ear, int *mouth);
size_t until_key(int master, const uint8_t *typed, size_t length, uint8_t *key); /* 1 and the signal when it is first */
void begin_to_listen_to_keys(int ear, int terminal);

/* port.c */
void handle_connect(int connection, const struct request *request);

/* relayed.c: for where no socket can be inherited. */
int next_relayed(int relay); /* a connection that the host's relay has sent; -1, as accept, with EBADF at its end */
void leave_tmp_empty(void);  /* of what told that it belongs to the disk */

/* savable.c */
void handle_savable(int connection);
int look_for_gone_folders(void);

/* elevate.c: both sides of what takes the place of the setuid bit. */
int listen_for_elevation(void); /* -1 when nobody can be heard */
void handle_elevation(int connection);
int ask_for_elevation(const char *path, char **arguments); /* the exit code */

/* descendants.c: ends every process that descends from the caller, however often it forked. */
void kill_descendants(void);

/* files.c, write.c */
void handle_read(int connection, const char *path);
void handle_list(int connection, const char *path);
void handle_mkdir(int connection, const char *path);
void handle_remove(int connection, const char *path);
void handle_write(int connection, const char *path);

/* paths.c */
int make_directories(const char *path); /* -1 and errno when one cannot be made */
int follow_links(char *path);           /* replaces a path of PATH_MAX bytes by what its last links lead to */
void give_to_sandbox(int fd);           /* when it lies under the sandbox user's home */

#endif
