package dev.sealbox.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.SandboxId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What not even the sandbox's root may do. */
class FenceIT {
    private static final int EPERM = 1;
    private static final int ENOSYS = 38;
    private static Node node;
    private static SandboxId sandbox;

    @BeforeAll
    static void start() {
        node = Node.open();
        sandbox = node.start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /** The numbers are those of x86-64. */
    @ParameterizedTest
    @CsvSource({
        "mount, 165",
        "umount2, 166",
        "pivot_root, 155",
        "unshare, 272",
        "setns, 308",
        "keyctl, 250",
        "add_key, 248",
        "request_key, 249",
        "bpf, 321",
        "userfaultfd, 323",
        "perf_event_open, 298",
        "ptrace, 101",
        "process_vm_readv, 310",
        "pidfd_getfd, 438",
        "io_uring_setup, 425",
        "open_by_handle_at, 304",
        "kexec_load, 246",
        "init_module, 175",
        "finit_module, 313",
        "reboot, 169",
        "swapon, 167",
        "settimeofday, 164",
        "clock_settime, 227",
        "sethostname, 170",
        "move_mount, 429",
        "fsopen, 430",
        "open_tree, 428",
        "quotactl, 179",
        "acct, 163",
        "syslog, 103",
        "fanotify_init, 300",
        "kexec_file_load, 320",
        "delete_module, 176",
        "process_vm_writev, 311",
        "kcmp, 312",
        "process_madvise, 440",
        "io_uring_enter, 426",
        "vmsplice, 278",
        "memfd_secret, 447",
        "fsmount, 432",
        "mount_setattr, 442",
        "iopl, 172",
        "ioperm, 173",
        "lookup_dcookie, 212",
        "setdomainname, 171"
    })
    void refusesTheSystemCall(String name, int number) {
        assertThat(errno("libc.syscall(" + number + ", 0, 0, 0, 0, 0, 0)"))
                .as(name)
                .isEqualTo(EPERM);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0x00020000", "0x02000000", "0x04000000", "0x08000000", "0x10000000", "0x20000000", "0x40000000"
            })
    void refusesNewNamespacesByClone(String flag) {
        assertThat(errno("libc.syscall(56, " + flag + " | 17, 0, 0, 0, 0)")).isEqualTo(EPERM);
    }

    @ParameterizedTest
    @CsvSource({"clone3, 435", "io_setup, 206"})
    void doesNotKnow(String name, int number) {
        assertThat(errno("libc.syscall(" + number + ", 0, 0)")).as(name).isEqualTo(ENOSYS);
    }

    @ParameterizedTest
    @CsvSource({"packet, 17", "vsock, 40", "alg, 38", "bluetooth, 31", "can, 29", "tipc, 30"})
    void refusesSocketsOf(String family, int number) {
        assertThat(errno("libc.socket(" + number + ", 3, 0)")).as(family).isEqualTo(EPERM);
    }

    /** SCTP, MPTCP, UDP-Lite; NETLINK_NETFILTER, NETLINK_XFRM. */
    @ParameterizedTest
    @CsvSource({"2, 1, 132", "2, 1, 262", "10, 1, 262", "2, 2, 136", "16, 3, 12", "16, 3, 6"})
    void refusesFurtherProtocols(int family, int type, int protocol) {
        assertThat(errno("libc.socket(" + family + ", " + type + ", " + protocol + ")"))
                .isEqualTo(EPERM);
    }

    @Test
    void refusesRawSockets() {
        assertThat(errno("libc.socket(2, 3, 1)")).isEqualTo(EPERM);
    }

    @Test
    void givesRootASmallSetOfCapabilitiesAndTheUserNone() {
        assertThat(node.run(sandbox, "sudo grep CapEff /proc/self/status").stdout())
                .isEqualTo("CapEff:\t00000000a00404fb\n");
        assertThat(node.run(sandbox, "grep -E 'Cap(Inh|Prm|Eff|Amb)' /proc/self/status | cut -f2 | sort -u")
                        .stdout())
                .isEqualTo("0000000000000000\n");
    }

    @Test
    void mapsItsRootToNobodyOfTheHost() {
        assertThat(node.run(sandbox, "cat /proc/self/uid_map /proc/self/gid_map")
                        .stdout()
                        .replaceAll(" +", " "))
                .isEqualTo(" 0 1000000 65536\n 0 1000000 65536\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/proc/sys/kernel/core_pattern",
                "/proc/sys/net/ipv4/ip_forward",
                "/proc/sysrq-trigger",
                "/sys/kernel/uevent_helper",
                "/proc/1/mem",
                "/proc/1/environ",
                "/sys/class/net/eth0/address"
            })
    void cannotWrite(String file) {
        assertThat(node.run(sandbox, "echo 1 | sudo tee " + file).exitCode()).isNotZero();
    }

    @Test
    void hidesWhatTheKernelTellsOnlyTheHost() {
        assertThat(node.run(sandbox, "sudo cat /proc/keys /proc/timer_list /proc/kcore | wc -c")
                        .stdout())
                .isEqualTo("0\n");
        assertThat(node.run(sandbox, "ls /sys/firmware").stdout()).isEmpty();
        assertThat(node.run(sandbox, "ls /sys/class/net").stdout()).isEqualTo("eth0\nlo\n");
        assertThat(node.run(sandbox, "cat /proc/net/unix | wc -l").stdout()).isEqualTo("1\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cat /proc/1/maps", "cat /proc/1/environ", "readlink /proc/1/fd/3", "readlink /proc/1/exe"})
    void cannotLookIntoItsAgent(String command) {
        assertThat(node.run(sandbox, "sudo " + command).exitCode()).isNotZero();
    }

    @Test
    void cannotMakeDevices() {
        assertThat(node.run(sandbox, "sudo mknod /tmp/mem c 1 1").exitCode()).isNotZero();
        assertThat(node.run(sandbox, "sudo mknod /tmp/disk b 254 0").exitCode()).isNotZero();
        assertThat(node.run(sandbox, "ls /dev | sort | tr '\\n' ' '").stdout())
                .isEqualTo(
                        "fd full mqueue null ptmx pts random sealbox-agent shm stderr stdin stdout tty urandom zero ");
    }

    @Test
    void cannotChangeItsAgentOrItsNetwork() {
        assertThat(node.run(sandbox, "sudo sh -c 'echo x > /dev/sealbox-agent'").exitCode())
                .isNotZero();
        assertThat(node.run(sandbox, "sudo rm -f /dev/sealbox-agent").exitCode())
                .isNotZero();
        assertThat(errno("libc.ioctl(libc.socket(2, 2, 0), 0x8914, b'eth0' + bytes(36))"))
                .isEqualTo(EPERM);
    }

    @Test
    void letsRootDoWhatPackagesNeed() {
        var result = node.run(
                sandbox,
                "touch f && sudo chown 123:456 f && sudo chmod 4755 f && stat -c '%u:%g %a' f"
                        + " && sudo rm f && sudo -u nobody id -un && sudo chroot / id -u && (exec 3<>/dev/tty) 2>/dev/null; echo $?");

        assertThat(result.stdout()).startsWith("123:456 4755\nnobody\n0\n");
    }

    @Test
    void letsRootInstallAndRemovePackagesAndUsers() {
        var result = node.run(
                sandbox,
                "sudo dpkg --remove unzip && sudo useradd --create-home else && sudo -u else id -un"
                        + " && sudo apt-get --simulate install -f > /dev/null && echo fine");

        assertThat(result.stdout()).contains("Removing unzip").endsWith("else\nfine\n");
    }

    private static int errno(String call) {
        var script = "import ctypes; libc = ctypes.CDLL(None, use_errno=True); r = " + call
                + "; print(ctypes.get_errno() if r < 0 else 0)";
        var result = node.run(sandbox, "sudo python3 -c \"" + script + "\"");
        assertThat(result.stderr()).isEmpty();
        return Integer.parseInt(result.stdout().strip());
    }
}
