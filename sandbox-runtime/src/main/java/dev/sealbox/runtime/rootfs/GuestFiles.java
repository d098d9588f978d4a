package dev.sealbox.runtime.rootfs;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Gateway;
import dev.sealbox.runtime.exec.Agent;
import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The files that every sandbox gets at each start. They are written from inside by its agent: whatever links an earlier
 * life of the disk has left lead nowhere but into the sandbox itself.
 */
public final class GuestFiles {
    private static final String STEP = "guest files";
    private static final String HOSTS = "/etc/hosts";
    private static final String OURS = " # sealbox";
    private static final int LARGEST_HOSTS = 1 << 20;

    private GuestFiles() {}

    /** Writes trust, who the sandbox is, and its name server; removes what would make it act as the one that it comes from. */
    public static void write(Agent agent, GuestIdentity identity, Map<String, byte[]> trust) {
        var sandbox = identity.sandbox();
        try {
            for (var file : trust.entrySet()) {
                put(agent, file.getKey(), file.getValue());
            }
            put(agent, "/etc/hostname", text(sandbox + "\n"));
            put(agent, "/etc/resolv.conf", text("nameserver " + Gateway.ADDRESS + "\n"));
            put(agent, HOSTS, text(hosts(currentHosts(agent), sandbox)));
            identify(agent, identity);
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }

    private static void identify(Agent agent, GuestIdentity identity) throws IOException {
        put(agent, GuestIdentity.FILE, text(identity.text()));
        put(agent, GuestIdentity.MACHINE, text(identity.machine() + "\n"));
        if (agent.read(GuestIdentity.OLD_MACHINE) instanceof Outcome.Done<InputStream>(var content)) {
            content.close();
            put(agent, GuestIdentity.OLD_MACHINE, text(identity.machine() + "\n"));
        }
        for (var seed : GuestIdentity.SEEDS) {
            agent.remove(seed);
        }
    }

    /** What stands in the way and is no file is removed. */
    private static void put(Agent agent, String path, byte[] content) throws IOException {
        var written = agent.write(path, new ByteArrayInputStream(content));
        if (written instanceof Outcome.Refused<?>) {
            clearTheWay(agent, path);
            written = agent.write(path, new ByteArrayInputStream(content));
        }
        if (written instanceof Outcome.Refused<?>(var reason)) {
            throw new RuntimeFailure(STEP, reason.message());
        }
    }

    /** Removes what is neither a directory nor leads to one where directories should be, and whatever has the file's name. */
    private static void clearTheWay(Agent agent, String path) throws IOException {
        for (var slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            if (agent.makeDirectory(path.substring(0, slash)) instanceof Outcome.Refused<?>) {
                agent.remove(path.substring(0, slash));
            }
        }
        agent.remove(path);
    }

    /** Keeps what the sandbox's owner wrote, and replaces the line of an earlier name. */
    static String hosts(String current, SandboxId sandbox) {
        return current.lines().filter(line -> !line.endsWith(OURS)).collect(Collectors.joining("\n", "", "\n"))
                + "127.0.1.1 " + sandbox + OURS + "\n";
    }

    private static String currentHosts(Agent agent) throws IOException {
        return switch (agent.read(HOSTS)) {
            case Outcome.Done<InputStream>(var content) -> {
                try (content) {
                    yield new String(content.readNBytes(LARGEST_HOSTS), StandardCharsets.UTF_8);
                }
            }
            case Outcome.Refused<InputStream> none -> "127.0.0.1 localhost\n";
        };
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
