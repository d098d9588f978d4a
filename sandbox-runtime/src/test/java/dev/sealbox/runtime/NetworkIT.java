package dev.sealbox.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.SandboxId;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What reaches whom: a sandbox the gateway's ports, and nobody anything else. */
class NetworkIT {
    /** Answers on the gateway's ports, and on one that is not for sandboxes, with its own port and the asker's address. */
    private static final String LISTENERS = """
            import socket, struct, threading
            def directed():
                s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                s.bind(('0.0.0.0', 3129)); s.listen(50)
                while True:
                    c, peer = s.accept()
                    family, port, to = struct.unpack('!HH4s8x', c.getsockopt(socket.SOL_IP, 80, 16))
                    c.sendall(f'3129 {peer[0]} to {socket.inet_ntoa(to)}:{port}'.encode()); c.close()
            def tcp(port):
                s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                s.bind(('0.0.0.0', port)); s.listen(50)
                while True:
                    c, peer = s.accept(); c.sendall(f'{port} {peer[0]}'.encode()); c.close()
            def udp(port):
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('169.254.169.253', port))
                while True:
                    d, peer = s.recvfrom(2000); s.sendto(f'{port} {peer[0]}'.encode(), peer)
            for p in (53, 80, 443, 3128, 22): threading.Thread(target=tcp, args=(p,)).start()
            for p in (53, 443): threading.Thread(target=udp, args=(p,)).start()
            threading.Thread(target=directed).start()
            print('ready', flush=True)
            """;

    private static Node node;
    private static SandboxAddress one;
    private static SandboxAddress other;
    private static Process listeners;

    @BeforeAll
    static void start() throws IOException {
        node = Node.open();
        one = node.start(Node.LIMITS);
        other = node.start(Node.LIMITS);
        listeners = new ProcessBuilder(
                        "nsenter", "--net=" + node.runtime().networkNamespace(), "python3", "-c", LISTENERS)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(listeners.inputReader().readLine()).isEqualTo("ready");
    }

    @AfterAll
    static void stop() {
        listeners.destroyForcibly();
        node.close();
    }

    @ParameterizedTest
    @CsvSource({
        "169.254.169.253, 3128, 3128",
        "169.254.169.253, 443, 443",
        "93.184.216.34, 443, 443",
        "169.254.169.254, 80, 80",
        "10.0.0.1, 80, 80",
        "8.8.8.8, 53, 53"
    })
    void directsTheWebAndNamesToTheGateway(String address, int port, int answering) {
        assertThat(tcp(one.sandbox(), address, port)).isEqualTo(answering + " " + one.ip());
    }

    @ParameterizedTest
    @CsvSource({"198.18.0.1, 22", "198.18.77.5, 5432", "198.19.255.255, 65535", "198.19.1.1, 3128", "198.19.1.1, 3129"})
    void directsTcpToInventedAddressesToOnePortWhichLearnsWhereItWent(String address, int port) {
        assertThat(tcp(one.sandbox(), address, port)).isEqualTo("3129 " + one.ip() + " to " + address + ":" + port);
        assertThat(tcp(one.sandbox(), address, 443)).isEqualTo("443 " + one.ip());
    }

    @ParameterizedTest
    @CsvSource({
        "169.254.169.253, 22",
        "169.254.169.253, 3129",
        "198.17.255.255, 22",
        "198.20.0.0, 22",
        "169.254.169.253, 8080",
        "93.184.216.34, 3128",
        "93.184.216.34, 22",
        "93.184.216.34, 8443",
        "127.0.0.53, 80",
        "100.96.0.1, 22"
    })
    void resetsEverythingElse(String address, int port) {
        assertThat(tcp(one.sandbox(), address, port)).isEqualTo("ConnectionRefusedError");
    }

    @Test
    void directsNameQueriesOverUdpToTheGateway() {
        assertThat(udp(one.sandbox(), "1.1.1.1", 53)).isEqualTo("53 " + one.ip());
        assertThat(udp(one.sandbox(), "169.254.169.253", 53)).isEqualTo("53 " + one.ip());
    }

    @ParameterizedTest
    @CsvSource({"169.254.169.253, 443", "1.1.1.1, 443", "1.1.1.1, 123", "255.255.255.255, 67", "224.0.0.251, 5353"})
    void dropsOtherDatagrams(String address, int port) {
        assertThat(udp(one.sandbox(), address, port)).isIn("TimeoutError", "PermissionError", "OSError");
    }

    @ParameterizedTest
    @ValueSource(ints = {22, 80, 443, 3128, 7777})
    void keepsNeighboursApart(int port) {
        node.run(other.sandbox(), "python3 -m http.server 7777 > /dev/null 2>&1 &");

        assertThat(tcp(one.sandbox(), other.ip(), port)).isIn("ConnectionRefusedError", port + " " + one.ip());
        assertThat(tcp(one.sandbox(), other.ip(), port)).doesNotContain("HTTP");
    }

    @Test
    void hasNoIpv6() {
        assertThat(
                        python(
                                one.sandbox(),
                                "s = socket.socket(socket.AF_INET6); s.settimeout(1); s.connect(('2606:4700::1111', 443)); print('through')"))
                .isEqualTo("OSError");
        assertThat(node.run(one.sandbox(), "cat /proc/net/if_inet6").stdout()).isEmpty();
    }

    /** Even one who could switch it on again in the sandbox's namespace. */
    @Test
    void dropsIpv6AtTheRouter() {
        enter(one, "echo 0 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6; ip -6 address add fd00::2/64 dev eth0 nodad");
        enter(one, "ip -6 neigh replace fd00::1 lladdr 02:5b:00:00:00:01 dev eth0 nud permanent");
        router("for each in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 0 > $each; done");
        router("ip -6 address add fd00::1/128 dev lo nodad; ip -6 route add fd00::2/128 dev " + device(one));
        var before = dropped("nfproto ipv6");
        try {
            assertThat(python(
                            one.sandbox(),
                            "s = socket.create_connection(('fd00::1', 3129), timeout=1); print('through')"))
                    .isEqualTo("TimeoutError");
            assertThat(dropped("nfproto ipv6")).isGreaterThan(before);
        } finally {
            router("for each in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 > $each; done");
            enter(one, "echo 1 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6");
        }
    }

    @Test
    void cannotPing() {
        assertThat(python(one.sandbox(), "socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)"))
                .isEqualTo("PermissionError");
    }

    /** Even one who has broken out of all but the network namespace cannot be another sandbox. */
    @Test
    void dropsForgedSources() {
        enter(one, "ip address add " + other.ip() + "/32 dev eth0");
        var before = dropped("@guests");
        try {
            assertThat(from(other.ip())).isEqualTo("TimeoutError");
            assertThat(dropped("@guests")).isGreaterThan(before);
        } finally {
            enter(one, "ip address del " + other.ip() + "/32 dev eth0");
        }
        assertThat(from(one.ip())).isEqualTo("3128 " + one.ip());
    }

    /** Without having broken out: an address that is not there may be bound, but nothing is sent from it. */
    @Test
    void sendsNothingFromAForgedSource() {
        assertThat(python(
                        one.sandbox(),
                        "s = socket.socket(); s.settimeout(1); s.setsockopt(0, 15, 1); s.bind(('" + other.ip()
                                + "', 0)); s.connect(('169.254.169.253', 3128)); print('through')"))
                .isEqualTo("OSError");
    }

    /** The router remembers a connection for a while, and has one memory for all sandboxes. */
    @Test
    void keepsANeighboursConnectionsWhileOneSandboxFloods() {
        node.run(node.start(), """
                python3 -c "
                import socket
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.setblocking(False)
                for i in range(20000):
                    try: s.sendto(b'x', (f'198.18.{i >> 8}.{i & 255}', 53))
                    except OSError: pass
                "
                """);

        assertThat(Integer.parseInt(
                        router("cat /proc/sys/net/netfilter/nf_conntrack_count").strip()))
                .isBetween(5_000, 10_000);
        assertThat(router("cat /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_time_wait")
                        .strip())
                .isEqualTo("10");
        assertThat(tcp(other.sandbox(), "169.254.169.253", 3128)).isEqualTo("3128 " + other.ip());
    }

    @Test
    void dropsForgedHardwareAddresses() {
        var genuine = enter(other, "cat /sys/class/net/eth0/address").strip();
        var knowTheRouter = "; ip neigh replace 169.254.169.253 lladdr 02:5b:00:00:00:01 dev eth0 nud permanent";
        enter(other, "ip link set eth0 address 02:5b:00:00:00:77" + knowTheRouter);
        var before = dropped("@guests");
        try {
            assertThat(tcp(other.sandbox(), "169.254.169.253", 3128)).isEqualTo("TimeoutError");
            assertThat(dropped("@guests")).isGreaterThan(before);
        } finally {
            enter(other, "ip link set eth0 address " + genuine + knowTheRouter);
        }
        assertThat(tcp(other.sandbox(), "169.254.169.253", 3128)).isEqualTo("3128 " + other.ip());
    }

    @Test
    void hasNoWayOutOfTheRouter() {
        assertThat(router(
                                "ip -o route show default; ip -o link show | grep -v -c -E ' (lo|sb-[0-9a-f]{8})[@:]' || true")
                        .strip())
                .isEqualTo("0");
        assertThat(router("cat /proc/sys/net/ipv4/ip_forward").strip()).isEqualTo("0");
    }

    @Test
    void letsTheSandboxListenOnLowPortsForItself() {
        assertThat(python(one.sandbox(), "s = socket.socket(); s.bind(('127.0.0.1', 81)); print('bound')"))
                .isEqualTo("bound");
    }

    private static String tcp(SandboxId sandbox, String address, int port) {
        return python(
                sandbox,
                "s = socket.create_connection(('" + address + "', " + port
                        + "), timeout=1); print(s.recv(100).decode())");
    }

    private static String udp(SandboxId sandbox, String address, int port) {
        return python(
                sandbox,
                "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(0.7); s.sendto(b'x', ('" + address
                        + "', " + port + ")); print(s.recv(100).decode())");
    }

    private static String from(String source) {
        return python(
                one.sandbox(),
                "s = socket.create_connection(('169.254.169.253', 3128), timeout=1, source_address=('" + source
                        + "', 0)); print(s.recv(100).decode())");
    }

    /** What the script prints, or the name of its exception. */
    private static String python(SandboxId sandbox, String script) {
        var guarded = "import socket\ntry:\n    " + script + "\nexcept Exception as e: print(type(e).__name__)";
        return node.run(sandbox, "python3 -c \"" + guarded + "\"").stdout().strip();
    }

    private static String enter(SandboxAddress sandbox, String script) {
        var name = "sandbox-" + node.settings().nodeId() + "-"
                + sandbox.sandbox().value().substring(3);
        return Node.Host.run("ip", "netns", "exec", name, "sh", "-c", script);
    }

    private static String router(String script) {
        return Node.Host.run("nsenter", "--net=" + node.runtime().networkNamespace(), "sh", "-c", script);
    }

    /** How many packets the rule with these words has dropped so far. */
    private static int dropped(String rule) {
        return Integer.parseInt(router("nft list chain inet sealbox genuine")
                .lines()
                .filter(line -> line.contains(rule))
                .findFirst()
                .orElseThrow()
                .replaceAll(".*packets (\\d+) .*", "$1"));
    }

    private static String device(SandboxAddress sandbox) {
        return router("ip -o route get " + sandbox.ip()).replaceAll("(?s).* dev (\\S+) .*", "$1");
    }
}
