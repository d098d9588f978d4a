/*
 * Loaded into the programs of a sandbox in gVisor, since the gVisor of Debian 12 and 13 lacks two things.
 *
 * It answers EINVAL to the flag AT_NO_AUTOMOUNT, which today's ls, stat and others give with every question; nothing
 * there is ever mounted by itself, so that the flag asks for nothing. And it takes no notice of the setuid bit, so that
 * sudo would be nothing but its caller: such a program becomes a client of the agent, which starts it as it should run.
 *
 * It stands on no C library, since programs bring their own: system calls are made here.
 */
enum { AT_NO_AUTOMOUNT = 0x800, AT_HERE = -100, MODE_SETUID = 04000, LONGEST = 4096 };

extern int *__errno_location(void);

#if defined(__x86_64__)
enum { NEWFSTATAT = 262, STATX = 332, READLINKAT = 267, EXECVE = 59, GETEUID = 107 };

static long call(long number, long a, long b, long c, long d, long e)
{
    long result;
    register long fourth __asm__("r10") = d;
    register long fifth __asm__("r8") = e;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth)
                     : "rcx", "r11", "memory");
    return result;
}
#elif defined(__aarch64__)
enum { NEWFSTATAT = 79, STATX = 291, READLINKAT = 78, EXECVE = 221, GETEUID = 175 };

static long call(long number, long a, long b, long c, long d, long e)
{
    register long which __asm__("x8") = number;
    register long first __asm__("x0") = a;
    register long second __asm__("x1") = b;
    register long third __asm__("x2") = c;
    register long fourth __asm__("x3") = d;
    register long fifth __asm__("x4") = e;
    __asm__ volatile("svc 0"
                     : "+r"(first)
                     : "r"(which), "r"(second), "r"(third), "r"(fourth), "r"(fifth)
                     : "memory");
    return first;
}
#endif

static int answer(long result)
{
    if (result >= 0)
        return (int)result;
    *__errno_location() = (int)-result;
    return -1;
}

int statx(int folder, const char *path, int flags, unsigned mask, void *into)
{
    return answer(call(STATX, folder, (long)path, flags & ~AT_NO_AUTOMOUNT, mask, (long)into));
}

int fstatat(int folder, const char *path, void *into, int flags)
{
    return answer(call(NEWFSTATAT, folder, (long)path, (long)into, flags & ~AT_NO_AUTOMOUNT, 0));
}

int fstatat64(int folder, const char *path, void *into, int flags)
{
    return fstatat(folder, path, into, flags);
}

/* Of struct statx, as far as it matters. */
struct seen {
    unsigned mask, block;
    unsigned long long attributes;
    unsigned links, owner, group;
    unsigned short mode;
    char rest[256];
};

/* Room for the arguments of a program that becomes a client. More are not handed on, and it goes on without rights. */
enum { MOST = 4096 };

__attribute__((constructor)) static void elevate(int count, char **arguments, char **environment)
{
    static const char self[] = "/proc/self/exe", agent[] = "/dev/sealbox-agent";
    char path[LONGEST];
    char *handed[MOST + 4];
    struct seen program;
    if (call(GETEUID, 0, 0, 0, 0, 0) == 0 || count > MOST ||
        call(STATX, AT_HERE, (long)self, 0, 0xf, (long)&program) < 0 || !(program.mode & MODE_SETUID) ||
        program.owner != 0)
        return;
    long length = call(READLINKAT, AT_HERE, (long)self, (long)path, sizeof path - 1, 0);
    if (length <= 0)
        return;
    path[length] = 0;
    handed[0] = (char *)agent;
    handed[1] = (char *)"elevate";
    handed[2] = path;
    for (int each = 0; each <= count; each++)
        handed[3 + each] = arguments[each];
    call(EXECVE, (long)agent, (long)handed, (long)environment, 0, 0);
}
