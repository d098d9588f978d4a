// Another wall clock for one process: the machine's and as many nanoseconds as the file SEALBOX_CLOCK_FILE says, which is
// looked at each time. Loaded before the C library (LD_PRELOAD). Clocks that cannot be set, such as the monotonic ones, and
// all waiting, stay the machine's.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { SECOND = 1000000000 };

static int (*ask)(clockid_t, struct timespec *);
static const _Atomic int64_t *offset;

__attribute__((constructor)) static void begin(void)
{
    ask = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    const char *path = getenv("SEALBOX_CLOCK_FILE");
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        void *page = mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
        if (page != MAP_FAILED)
            offset = page;
        close(file);
    }
    if (offset == NULL) {
        fputs("sealbox-clock: SEALBOX_CLOCK_FILE cannot be read\n", stderr);
        _exit(127);
    }
    // What the node starts is another program, and lives by the machine's clock.
    if (strcmp(program_invocation_short_name, "java") == 0)
        unsetenv("LD_PRELOAD");
}

int clock_gettime(clockid_t id, struct timespec *now)
{
    if (ask == NULL)
        begin();
    int failed = ask(id, now);
    if (failed || (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE))
        return failed;
    int64_t step = atomic_load_explicit(offset, memory_order_relaxed);
    int64_t nanos = now->tv_nsec + step % SECOND;
    now->tv_sec += step / SECOND + (nanos >= SECOND) - (nanos < 0);
    now->tv_nsec = nanos - (nanos >= SECOND) * SECOND + (nanos < 0) * SECOND;
    return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    (void)zone;
    struct timespec precise;
    if (clock_gettime(CLOCK_REALTIME, &precise))
        return -1;
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out)
{
    struct timespec precise;
    if (clock_gettime(CLOCK_REALTIME, &precise))
        return -1;
    if (out != NULL)
        *out = precise.tv_sec;
    return precise.tv_sec;
}
