package dev.sealbox.runtime.container;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The OCI runtime configuration of a sandbox in gVisor. The same bounds as {@link OciConfig}'s where gVisor's kernel has
 * them; users, networks and control groups are those of its processes on the host.
 */
final class GvisorConfig {
    private GvisorConfig() {}

    static String of(ContainerSpec spec) {
        var config = OciConfig.JSON.createObjectNode().put("ociVersion", "1.0.2");
        config.put("hostname", spec.sandbox().value());
        config.putObject("root").put("path", OciConfig.STAGE + "/rootfs").put("readonly", false);
        var process = config.putObject("process");
        OciConfig.process(process, OciConfig.AGENT, "relayed");
        limits(process.putArray("rlimits"), spec);
        mounts(config.putArray("mounts"), spec);
        linux(config.putObject("linux"), spec);
        return config.toPrettyString();
    }

    private static void limits(ArrayNode limits, ContainerSpec spec) {
        limit(limits, "RLIMIT_NOFILE", spec.fence().openFiles());
        limit(limits, "RLIMIT_CORE", 0);
    }

    private static void limit(ArrayNode limits, String type, int value) {
        limits.addObject().put("type", type).put("soft", value).put("hard", value);
    }

    /** /dev and /sys are gVisor's own. */
    private static void mounts(ArrayNode mounts, ContainerSpec spec) {
        OciConfig.mount(mounts, "/proc", "proc", "proc", "nosuid", "noexec", "nodev");
        OciConfig.mount(mounts, "/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=64k");
        OciConfig.mount(mounts, "/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro");
        OciConfig.shm(mounts, spec);
        OciConfig.bind(mounts, OciConfig.STAGE + "/agent", OciConfig.AGENT, "bind", "nosuid", "nodev", "ro");
        OciConfig.bind(mounts, OciConfig.STAGE + "/shim", "/dev/sealbox-shim.so", "bind", "nosuid", "nodev", "ro");
        OciConfig.bind(mounts, OciConfig.STAGE + "/preload", "/etc/ld.so.preload", "bind", "nosuid", "nodev", "ro");
    }

    private static void linux(ObjectNode linux, ContainerSpec spec) {
        var namespaces = linux.putArray("namespaces");
        for (var type : List.of("pid", "mount", "ipc", "uts", "user")) {
            namespaces.addObject().put("type", type);
        }
        namespaces.addObject().put("type", "network").put("path", spec.network().toString());
        OciConfig.users(linux, spec);
        linux.set("seccomp", Seccomp.profileInGvisor());
    }
}
