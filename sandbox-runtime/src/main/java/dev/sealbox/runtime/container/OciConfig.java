package dev.sealbox.runtime.container;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The OCI runtime configuration of a sandbox: who its root is, what it sees, and what it may not do. */
public final class OciConfig {
    /** Where the agent's program is seen inside, on a file system that no checkpoint holds. */
    static final String AGENT = "/dev/sealbox-agent";

    /** Where the host program mounts the disk, the agent and /sys, in the container's mount namespace only. */
    static final String STAGE = "/run/sealbox";

    static final int IDS = 65536;

    /** Of the 3072 that a kernel has for all sandboxes together; more than the sessions that one may have. */
    private static final int TERMINALS = 256;

    static final ObjectMapper JSON = new ObjectMapper();

    /** Enough for sudo, apt and chown; nothing that reaches beyond the sandbox's own files and processes. */
    private static final List<String> CAPABILITIES = List.of(
            "CAP_AUDIT_WRITE",
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_FOWNER",
            "CAP_FSETID",
            "CAP_KILL",
            "CAP_NET_BIND_SERVICE",
            "CAP_SETFCAP",
            "CAP_SETGID",
            "CAP_SETUID",
            "CAP_SYS_CHROOT");

    private static final List<String> MASKED = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/pressure",
            "/proc/sched_debug",
            "/proc/scsi",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/sys/devices/virtual/powercap",
            "/sys/firmware");

    private static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private OciConfig() {}

    /** The content of {@code config.json}. */
    public static String of(ContainerSpec spec) {
        var config = JSON.createObjectNode().put("ociVersion", "1.0.2");
        config.put("hostname", spec.sandbox().value());
        config.putObject("root").put("path", STAGE + "/rootfs").put("readonly", false);
        process(config.putObject("process"), AGENT);
        mounts(config.putArray("mounts"), spec);
        hooks(config.putObject("hooks"));
        linux(config.putObject("linux"), spec);
        return config.toPrettyString();
    }

    static void process(ObjectNode process, String... arguments) {
        process.put("terminal", false).put("cwd", "/").put("noNewPrivileges", false);
        process.putObject("user").put("uid", 0).put("gid", 0);
        strings(process.putArray("args"), List.of(arguments));
        process.putArray("env").add("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        var capabilities = process.putObject("capabilities");
        for (var set : List.of("bounding", "effective", "permitted")) {
            strings(capabilities.putArray(set), CAPABILITIES);
        }
    }

    private static void mounts(ArrayNode mounts, ContainerSpec spec) {
        mount(mounts, "/proc", "proc", "proc", "nosuid", "noexec", "nodev");
        mount(mounts, "/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=64k");
        mount(
                mounts,
                "/dev/pts",
                "devpts",
                "devpts",
                "nosuid",
                "noexec",
                "newinstance",
                "ptmxmode=0666",
                "mode=0620",
                "gid=5",
                "max=" + TERMINALS);
        shm(mounts, spec);
        mount(mounts, "/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev");
        bind(mounts, STAGE + "/agent", AGENT, "bind", "nosuid", "nodev", "ro");
        bind(mounts, STAGE + "/sys", "/sys", "rbind", "nosuid", "noexec", "nodev", "ro");
    }

    static void shm(ArrayNode mounts, ContainerSpec spec) {
        var size = "size=" + spec.fence().shmBytes();
        mount(mounts, "/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", size);
    }

    /** runc lets no configuration mount below /proc, so the host program does, once the container's own is there. */
    private static void hooks(ObjectNode hooks) {
        var hook = hooks.putArray("createContainer").addObject().put("path", STAGE + "/host");
        strings(hook.putArray("args"), List.of("host", "boot"));
    }

    static void bind(ArrayNode mounts, String source, String destination, String... options) {
        mount(mounts, destination, "bind", source, options);
    }

    static void mount(ArrayNode mounts, String destination, String type, String source, String... options) {
        var mount = mounts.addObject()
                .put("destination", destination)
                .put("type", type)
                .put("source", source);
        strings(mount.putArray("options"), List.of(options));
    }

    private static void linux(ObjectNode linux, ContainerSpec spec) {
        var namespaces = linux.putArray("namespaces");
        for (var type : List.of("pid", "mount", "ipc", "uts", "cgroup")) {
            namespaces.addObject().put("type", type);
        }
        // The network's is the one that the host program starts runc in: once in the sandbox's user namespace nobody
        // may
        // enter it.
        namespaces.addObject().put("type", "user").put("path", STAGE + "/user");
        users(linux, spec);
        linux.put("cgroupsPath", spec.cgroup());
        resources(linux.putObject("resources"), spec);
        strings(linux.putArray("maskedPaths"), MASKED);
        strings(linux.putArray("readonlyPaths"), READ_ONLY);
        linux.set("seccomp", Seccomp.profile());
    }

    static void users(ObjectNode linux, ContainerSpec spec) {
        for (var mappings : List.of("uidMappings", "gidMappings")) {
            linux.putArray(mappings)
                    .addObject()
                    .put("containerID", 0)
                    .put("hostID", spec.fence().uidBase())
                    .put("size", IDS);
        }
    }

    private static void resources(ObjectNode resources, ContainerSpec spec) {
        var memory = (long) spec.limits().memoryMB() << 20;
        resources.putObject("memory").put("limit", memory).put("swap", memory);
        resources
                .putObject("cpu")
                .put("period", 100_000)
                .put("quota", 100_000L * spec.limits().cpuCount());
        resources.putObject("pids").put("limit", spec.fence().pidsLimit());
        resources.putArray("devices").addObject().put("allow", false).put("access", "rwm");
    }

    private static void strings(ArrayNode into, List<String> values) {
        values.forEach(into::add);
    }
}
