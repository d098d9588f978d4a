package dev.sealbox.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.Limits;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One sandbox attacks, with root's rights in it; its neighbour on the same node goes on as if nothing were. What an
 * attack takes is held while the neighbour is looked at.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ContainmentTests {
    private static final Limits SMALL = new Limits(1, 256, 20480);

    /** Whatever an attacker does, for a neighbour that answers in some 20 ms on a machine with nothing else to do. */
    private static final Duration BEARABLE = Duration.ofSeconds(2);

    private static final Duration ATTACK = Duration.ofMillis(1200);

    private static final Map<String, String> PATH =
            Map.of("PATH", "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin");

    private static final String CTYPES = """
            import ctypes, itertools, os, signal, tempfile
            libc = ctypes.CDLL(None)
            count = itertools.count()
            signal.pthread_sigmask(signal.SIG_BLOCK, [40])
            """;

    private Node node;
    private SandboxAddress attacker;
    private SandboxAddress neighbour;

    /** As settings call it. */
    abstract String runtime();

    @BeforeAll
    void start() {
        node = Node.open("pids-limit = 300, default = " + runtime());
        node.assumeItRuns(runtime());
        attacker = node.start(SMALL);
        neighbour = node.start(SMALL);
    }

    /** Whether an attack may end all processes of its own sandbox, which then starts again from its disk. */
    abstract boolean mayEndItself();

    /** The control groups that a process sees itself in, one a line. */
    abstract String controlGroups();

    /** Whether its kernel takes this and does nothing. */
    abstract boolean isIdle(String command);

    /** Whether this file below /proc or /sys may be opened for writing. */
    abstract boolean isItsOwn(String file);

    @BeforeEach
    void reviveTheAttacker() {
        if (mayEndItself()) {
            node.startAgain(attacker.sandbox(), SMALL);
        }
    }

    @AfterAll
    void stop() {
        node.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // A fork bomb.
                "while True:\n try: os.fork()\n except OSError: pass",
                // Processes that want the CPU, at once and first of all.
                "[os.fork() for _ in range(5)]\ntry: os.nice(-20)\nexcept OSError: pass\nwhile True: pass",
                // A memory hog, again and again.
                "while True:\n if os.fork() == 0: x = b'x' * (1 << 30)\n else: os.wait()",
                // Memory that belongs to no process.
                "fds = []\nwhile True:\n fd = os.memfd_create('x'); fds.append(fd); os.write(fd, bytes(1 << 24))",
                // Open files, in many processes.
                "[os.fork() for _ in range(5)]\nwhile True:\n try: os.open('/dev/null', 0)\n except OSError: pass",
                // Writing and forcing it out, over and over.
                "f = os.open('/tmp/x', os.O_CREAT | os.O_WRONLY)\nwhile True: os.pwrite(f, bytes(1 << 20), 0); os.fsync(f)"
            })
    void keepsANeighbourAnsweringWhileItRages(String attack) {
        var raging = python(ATTACK, "import os\n" + attack).toCompletableFuture();

        var slowest = slowestAnswer();
        var patience = System.nanoTime() + ATTACK.toNanos();
        while (!raging.isDone() && !(mayEndItself() && System.nanoTime() > patience)) {
            slowest =
                    Stream.of(slowest, slowestAnswer()).max(Duration::compareTo).get();
        }

        assertThat(slowest).isLessThan(BEARABLE);
        if (mayEndItself()) {
            Node.await(node.runtime().park(attacker.sandbox(), false));
            reviveTheAttacker();
        } else {
            assertThat(Node.await(raging).exitCode()).isEqualTo(-1);
        }
        Eventually.holds(() -> assertThat(tryRun("echo back").stdout()).isEqualTo("back\n"));
    }

    /**
     * Linux counts these for the machine, or for a user who is the same in all sandboxes: inotify instances and watches,
     * terminals, queued signals, message queues, requests of legacy asynchronous I/O.
     */
    @Test
    void takesNothingFromANeighbourThatIsCountedForAll() {
        var holding = python(Duration.ofSeconds(60), CTYPES + """
                def hold(take, times, user=0):
                    if os.fork(): return
                    if user: os.setuid(user)
                    for _ in range(times):
                        try:
                            if take() < 0: break
                        except OSError: break
                    open(f'/tmp/held-{os.getpid()}', 'w').close()
                    while True: signal.pause()
                os.chmod('/tmp', 0o777)
                context = ctypes.c_ulong(0)
                for user in range(2000, 2020): hold(lambda: libc.inotify_init(), 200, user)
                one = libc.inotify_init()
                hold(lambda: libc.inotify_add_watch(one, tempfile.mkdtemp().encode(), 2), 1000)
                hold(lambda: libc.posix_openpt(2), 5000)
                hold(lambda: libc.sigqueue(os.getpid(), 40, 0), 200000)
                hold(lambda: libc.mq_open(b'/q%d' % next(count), 0o102, 0o600, None), 5000)
                hold(lambda: libc.syscall(206, 60000, ctypes.byref(context)), 3)
                while True: signal.pause()
                """);
        Eventually.holds(
                () -> assertThat(tryRun("ls /tmp | grep -c ^held-").stdout()).isEqualTo("25\n"));

        var inNeighbour = python(neighbour.sandbox(), Duration.ofSeconds(20), CTYPES + """
                def all(what, results): print(what, 'ok' if min(results) >= 0 else 'refused')
                notify = [libc.inotify_init() for _ in range(20)]
                all('inotify', notify)
                all('watches', [libc.inotify_add_watch(notify[0], tempfile.mkdtemp().encode(), 2) for _ in range(50)])
                all('terminals', [libc.posix_openpt(2) for _ in range(20)])
                all('signals', [libc.sigqueue(os.getpid(), 40, 0) for _ in range(30)])
                all('queues', [libc.mq_open(b'/q%d' % next(count), 0o102, 0o600, None) for i in range(5)])
                """);

        assertThat(Node.await(inNeighbour).stdout())
                .isEqualTo("inotify ok\nwatches ok\nterminals ok\nsignals ok\nqueues ok\n");
        assertThat(slowestAnswer()).isLessThan(BEARABLE);
        assertThat(holding.toCompletableFuture()).as("still holding").isNotDone();
        run("sudo pkill -9 python3; sudo rm -rf /tmp/held-* /tmp/tmp* /dev/mqueue/q*");
    }

    /** The kernel's memory for connections is one for the machine, and slows down all once a fixed part of it is used. */
    @Test
    void boundsWhatSocketsHold() {
        var script = """
                import socket
                server = socket.create_server(('127.0.0.1', 0), backlog=4096)
                ends, sent = [], 0
                for _ in range(400):
                    ends.append(socket.create_connection(server.getsockname()))
                    ends.append(server.accept()[0])
                    ends[-2].setblocking(False)
                    try:
                        while True: sent += ends[-2].send(bytes(1 << 20))
                    except OSError: pass
                print(sent >> 20)
                """;

        var sending = python(Duration.ofSeconds(20), script);

        if (mayEndItself()) {
            Eventually.holds(() -> assertThat(Node.await(node.runtime().running()))
                    .extracting(SandboxAddress::sandbox)
                    .containsExactly(neighbour.sandbox()));
        } else {
            var sent = Node.await(sending);
            assertThat(sent.exitCode()).as(sent.stderr()).isZero();
            assertThat(Integer.parseInt(sent.stdout().strip())).isLessThan(SMALL.memoryMB());
        }
        assertThat(slowestAnswer()).isLessThan(BEARABLE);
    }

    @Test
    void neitherSeesNorReachesANeighboursProcesses() {
        var marker = node.runtime().run(neighbour.sandbox(), command(Duration.ofSeconds(60), "sleep 4242"));
        Eventually.holds(() -> assertThat(
                        node.run(neighbour.sandbox(), "pgrep -f 'sleep 4242'").stdout())
                .isNotEmpty());

        assertThat(run("sudo ps -e -o args").stdout()).doesNotContain("4242");
        // It ends those who carry its own commands, too.
        assertThatThrownBy(() -> run("sudo python3 -c 'import os; os.kill(-1, 9)'"))
                .hasMessageContaining("hung up");

        assertThat(marker.toCompletableFuture()).isNotDone();
        node.run(neighbour.sandbox(), "pkill sleep");
        assertThat(run("echo back").stdout()).isEqualTo("back\n");
    }

    /** As root: each file that can be opened for writing is told. */
    @Test
    void writesToNoFileOfTheKernel() {
        var script = """
                import os
                open_for = []
                for top in ['/sys', '/proc/sys', '/proc']:
                    for folder, folders, files in os.walk(top):
                        if top == '/proc': folders[:] = [f for f in folders if not f.isdigit() and f not in ('self', 'thread-self', 'sys')]
                        for name in files:
                            path = os.path.join(folder, name)
                            if os.path.islink(path) or os.stat(path).st_rdev == os.stat('/dev/null').st_rdev: continue
                            try: os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK)); open_for.append(path)
                            except OSError: pass
                for path, text in [('/proc/self/oom_score_adj', '-1000'), ('/proc/self/uid_map', '0 0 1'), ('/proc/self/attr/current', 'x')]:
                    try:
                        with open(path, 'w') as file: file.write(text)
                        open_for.append(path)
                    except OSError: pass
                print(*open_for, sep='\\n')
                """;

        var opened = Node.await(python(Duration.ofSeconds(30), script));

        assertThat(opened.exitCode()).as(opened.stderr()).isZero();
        assertThat(opened.stdout().lines().filter(file -> !file.isEmpty() && !isItsOwn(file)))
                .isEmpty();
    }

    @Test
    void hasNoHandleOnControlGroups() {
        assertThat(run("cut -d: -f3 /proc/self/cgroup | sort -u").stdout()).isEqualTo(controlGroups());
        assertThat(
                        run("sudo find / -xdev \\( -name cgroup.procs -o -name release_agent \\) 2> /dev/null; ls /sys/fs/cgroup 2> /dev/null | wc -l")
                                .stdout())
                .isEqualTo("0\n");
        assertThat(run("sudo mount -t cgroup -o memory x /mnt").exitCode()).isNotZero();
        assertThat(run("sudo mount -t cgroup2 x /mnt").exitCode()).isNotZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chrt -f 99 true",
                "python3 -c 'import socket; socket.socket(17, 3, 0x0608)'",
                "python3 -c 'import socket; s = socket.socket(); s.setsockopt(0, 19, 1)'",
                "python3 -c 'import socket; s = socket.socket(); s.setsockopt(1, 36, 9)'",
                "date -s 2001-01-01",
                "hostname x",
                "dmesg",
                "losetup -f",
                "mount -t tmpfs x /mnt",
                "mount -o remount,rw /proc/sys",
                "umount /proc/kcore",
                "unshare --user true",
                "unshare --net true",
                "nsenter --target 1 --net true",
                "swapon /etc/hostname",
                "sysctl -w kernel.panic=1",
                "python3 -c 'import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))'",
                "python3 -c 'import resource; resource.setrlimit(7, (70000, 70000))'"
            })
    void isRefusedEvenToRoot(String command) {
        var result = run("sudo " + command);

        assertThat(result.exitCode() == 0).isEqualTo(isIdle(command));
        assertThat(result.stderr()).doesNotContain("not found");
    }

    /** Links, addresses, routes, neighbours, rules and queues, new and deleted: the numbers are those of rtnetlink.h. */
    @Test
    void changesNothingOfItsNetwork() {
        var script = """
                import socket, struct
                for kind in [16, 17, 19, 20, 21, 24, 25, 28, 29, 32, 33, 36, 37]:
                    s = socket.socket(16, 3, 0)
                    s.send(struct.pack('=IHHII', 32, kind, 5, 1, 0) + bytes(16))
                    print(kind, *struct.unpack('=i', s.recv(100)[16:20]))
                """;

        assertThat(Node.await(python(Duration.ofSeconds(10), script)).stdout().lines())
                .hasSize(13)
                .allMatch(line -> line.endsWith(" -1") || line.endsWith(" -13"), "is EPERM or EACCES");
    }

    /** As of the API, the database and whatever else listens on the host. */
    @Test
    void reachesNoPortOfItsHost() throws IOException {
        try (var api = new ServerSocket(0)) {
            api.setSoTimeout(1);
            var addresses = NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .map(address -> address.getHostAddress().replaceAll("%.*", ""));
            var script = """
                    import socket
                    for address in %s:
                        try: socket.create_connection((address, %d), timeout=0.3); print('reached', address)
                        except OSError: pass
                    """.formatted(
                            Stream.concat(addresses, Stream.of("169.254.169.254", "169.254.169.253", "0.0.0.0"))
                                    .map(address -> "'" + address + "'")
                                    .toList(),
                            api.getLocalPort());

            var scan = Node.await(python(Duration.ofSeconds(30), script));

            assertThat(scan.stdout() + scan.stderr()).isEmpty();
            assertThat(acceptsNobody(api)).isTrue();
        }
    }

    /** Every port but those of the gateway, where nobody listens here. */
    @Test
    void findsNothingByScanningNeighbourAndGateway() {
        node.run(neighbour.sandbox(), "python3 -m http.server 7777 > /dev/null 2>&1 & sleep 0.3");
        var script = """
                import socket
                for address in ['%s', '169.254.169.253', '169.254.169.254', '100.96.0.1']:
                    for port in [*range(1, 1100), 3128, 3129, 5432, 7777, 8080, 9090]:
                        s = socket.socket(); s.settimeout(0.3)
                        if s.connect_ex((address, port)) == 0: print('reached', address, port)
                        s.close()
                """.formatted(neighbour.ip());

        var scan = Node.await(python(Duration.ofSeconds(60), script));

        assertThat(scan.exitCode()).isZero();
        assertThat(scan.stdout() + scan.stderr()).isEmpty();
        assertThat(slowestAnswer()).isLessThan(BEARABLE);
    }

    private static boolean acceptsNobody(ServerSocket socket) throws IOException {
        try (var reached = socket.accept()) {
            return !reached.isConnected();
        } catch (SocketTimeoutException nobody) {
            return true;
        }
    }

    /** Of some commands in the neighbour, one after the other; the node is asked what runs as well. */
    private Duration slowestAnswer() {
        var slowest = Duration.ZERO;
        for (var i = 0; i < 5; i++) {
            var start = System.nanoTime();
            assertThat(node.run(neighbour.sandbox(), "echo here").stdout()).isEqualTo("here\n");
            var took = Duration.ofNanos(System.nanoTime() - start);
            slowest = took.compareTo(slowest) > 0 ? took : slowest;
        }
        assertThat(Node.await(node.runtime().running()))
                .extracting(SandboxAddress::sandbox)
                .contains(neighbour.sandbox());
        return slowest;
    }

    /** As root. */
    private CompletionStage<CommandResult> python(Duration timeout, String script) {
        return python(attacker.sandbox(), timeout, script);
    }

    private CompletionStage<CommandResult> python(SandboxId sandbox, Duration timeout, String script) {
        return node.runtime()
                .run(sandbox, new Command(List.of("sudo", "python3", "-c", script), PATH, "/home/sandbox", timeout));
    }

    private static Command command(Duration timeout, String script) {
        return new Command(List.of("sh", "-c", script), PATH, "/home/sandbox", timeout);
    }

    private CommandResult run(String script) {
        return node.run(attacker.sandbox(), script);
    }

    /** Where there may be no room for another process. */
    private CommandResult tryRun(String script) {
        try {
            return run(script);
        } catch (RuntimeException e) {
            throw new AssertionError(e);
        }
    }
}
