package dev.sealbox.runtime.container;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * The system calls of sandboxes: what {@code system-calls.txt} lists is allowed, and of {@code clone}, {@code socket} and
 * {@code personality} the harmless forms. All else fails with EPERM.
 *
 * <p>In the spirit of Docker's default profile, but narrower: no ptrace, no io_uring, no legacy AIO, no sockets but
 * Unix, TCP, UDP and netlink, no 32-bit programs.
 */
final class Seccomp {
    /** CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET} of sched.h. */
    static final long NEW_NAMESPACES = 0x7E020000L;

    private static final int ENOSYS = 38;

    private static final String CLONE3 = "clone3";

    /**
     * Said to be unknown, so that programs do without. The flags of clone3 lie in memory, where no filter sees them; libc
     * falls back to clone. What io_setup takes is counted for the whole machine, so that one sandbox could take it all.
     */
    private static final List<String> UNKNOWN = List.of(CLONE3, "io_setup");

    private static final int FIRST = 0;
    private static final int UNIX = 1;

    /** By family, IPv4, IPv6 and netlink: the protocols that programs use; any other one is a further part of the kernel. */
    private static final Map<Integer, List<Integer>> PROTOCOLS = Map.of(
            2, List.of(0, 6, 17),
            10, List.of(0, 6, 17),
            16, List.of(0, 4, 9, 15));

    private static final int PROTOCOL = 2;
    private static final List<Long> PERSONALITIES = List.of(0L, 8L, 0x20000L, 0x20008L, 0xFFFFFFFFL);
    private static final ObjectMapper JSON = new ObjectMapper();

    private Seccomp() {}

    static ObjectNode profile() {
        return profile(UNKNOWN);
    }

    private static ObjectNode profile(List<String> saidToBeUnknown) {
        var profile =
                JSON.createObjectNode().put("defaultAction", "SCMP_ACT_ERRNO").put("defaultErrnoRet", 1);
        profile.putArray("architectures").add(architecture());
        var rules = profile.putArray("syscalls");
        var listed = rules.addObject().put("action", "SCMP_ACT_ALLOW").putArray("names");
        allowed().forEach(listed::add);
        argument(rules, "clone", "SCMP_CMP_MASKED_EQ", NEW_NAMESPACES).put("valueTwo", 0);
        argument(rules, "socket", "SCMP_CMP_EQ", UNIX);
        PROTOCOLS.forEach((family, protocols) -> protocols.forEach(protocol -> {
            var rule = rules.addObject().put("action", "SCMP_ACT_ALLOW");
            rule.putArray("names").add("socket");
            var both = rule.putArray("args");
            argument(both, FIRST, "SCMP_CMP_EQ", family);
            argument(both, PROTOCOL, "SCMP_CMP_EQ", protocol);
        }));
        PERSONALITIES.forEach(persona -> argument(rules, "personality", "SCMP_CMP_EQ", persona));
        var unknown = rules.addObject()
                .put("action", "SCMP_ACT_ERRNO")
                .put("errnoRet", ENOSYS)
                .putArray("names");
        saidToBeUnknown.forEach(unknown::add);
        return profile;
    }

    /** A rule that allows a system call by its first argument; returns the argument's condition. */
    private static ObjectNode argument(ArrayNode rules, String name, String operator, long value) {
        var rule = rules.addObject().put("action", "SCMP_ACT_ALLOW");
        rule.putArray("names").add(name);
        return argument(rule.putArray("args"), FIRST, operator, value);
    }

    private static ObjectNode argument(ArrayNode conditions, int index, String operator, long value) {
        return conditions.addObject().put("index", index).put("value", value).put("op", operator);
    }

    /**
     * The same for gVisor's kernel, which calls pselect6 otherwise. Of what it has no name for it says EPERM, and of what
     * is to be unknown as well, at which libc would make no thread: so clone3 goes through to that kernel, which has none.
     */
    static ObjectNode profileInGvisor() {
        var profile =
                profile(UNKNOWN.stream().filter(name -> !name.equals(CLONE3)).toList());
        ((ArrayNode) profile.path("syscalls").path(0).path("names"))
                .add("pselect")
                .add(CLONE3);
        return profile;
    }

    static List<String> allowed() {
        try (var file = Seccomp.class.getResourceAsStream("system-calls.txt")) {
            if (file == null) {
                throw new RuntimeFailure("seccomp", "system-calls.txt is not in the jar");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .flatMap(line -> List.of(line.strip().split("\\s+")).stream())
                    .filter(name -> !name.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw new RuntimeFailure("seccomp", e);
        }
    }

    private static String architecture() {
        return switch (System.getProperty("os.arch")) {
            case "amd64" -> "SCMP_ARCH_X86_64";
            case "aarch64" -> "SCMP_ARCH_AARCH64";
            case String other -> throw new RuntimeFailure("seccomp", "no system call filter for " + other);
        };
    }
}
