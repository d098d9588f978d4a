package dev.sealbox.runtime;

import com.typesafe.config.Config;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.sandbox.ContainerRuntime;
import dev.sealbox.runtime.exec.SessionSettings;
import dev.sealbox.runtime.storage.StorageKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * What an operator may choose about the sandbox runtime; the keys live under {@code sealbox.runtime}, explained in
 * {@code reference.conf}.
 *
 * @param runtime what runs a sandbox of which nobody has said
 * @param gvisorPlatform by which gVisor comes to run, as runsc names it
 * @param storageImageBytes of the file system in a file, where disks lie in one
 * @param diskReserve bytes of the disk that nothing new is begun in
 * @param importLimit bytes of one import, packed and unpacked
 * @param portConnections from outside into one sandbox at a time
 */
public record RuntimeSettings(
        Path dataDir,
        Path templateDir,
        String nodeId,
        ContainerRuntime runtime,
        String gvisorPlatform,
        String addressPool,
        int uidBase,
        int pidsLimit,
        long shmBytes,
        int openFiles,
        long outputLimit,
        Duration agentPatience,
        Duration freezeTimeout,
        Duration silenceTimeout,
        SessionSettings sessions,
        StorageKind storage,
        long storageImageBytes,
        long diskReserve,
        long importLimit,
        int portConnections) {
    private static final Pattern NODE = Pattern.compile("[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?");
    private static final Pattern MOUNTABLE = Pattern.compile("[^:,\\\\]+");
    private static final Pattern PLATFORM = Pattern.compile("[a-z]{1,16}");
    private static final int LONGEST_DATA_DIR = 70;

    public RuntimeSettings {
        dataDir = dataDir.toAbsolutePath().normalize();
        templateDir = templateDir.toAbsolutePath().normalize();
        check(NODE.matcher(nodeId).matches(), "node-id is not 1 to 24 of a-z, 0-9 and dash");
        check(MOUNTABLE.matcher(dataDir.toString()).matches(), "data-dir holds a colon, a comma or a backslash");
        check(
                MOUNTABLE.matcher(templateDir.toString()).matches(),
                "template-dir holds a colon, a comma or a backslash");
        check(
                dataDir.toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST_DATA_DIR,
                "data-dir is longer than " + LONGEST_DATA_DIR + " bytes, too long for sockets below it");
        check(PLATFORM.matcher(gvisorPlatform).matches(), "gvisor-platform is no word");
        check(uidBase >= 65536, "uid-base is below 65536");
        check(portConnections >= 1, "port-connections is below 1");
        check(pidsLimit >= 16, "pids-limit is below 16");
        check(sessions.scrollback() >= 128 << 10, "sessions.scrollback is below 128 KiB");
        if (storageImageBytes < 256L << 20) {
            throw new InvalidValue("sealbox.host.storage-image-size is below 256 MiB");
        }
    }

    /** Reads {@code sealbox.runtime} and what {@code sealbox.host} says about storage; a wrong value is told with its key. */
    public static RuntimeSettings from(Config config) {
        var runtime = config.getConfig("sealbox.runtime");
        return new RuntimeSettings(
                Path.of(runtime.getString("data-dir")),
                Path.of(runtime.getString("template-dir")),
                runtime.getString("node-id"),
                runtime(runtime.getString("default")),
                runtime.getString("gvisor-platform"),
                runtime.getString("address-pool"),
                runtime.getInt("uid-base"),
                runtime.getInt("pids-limit"),
                runtime.getBytes("shm-size"),
                runtime.getInt("open-files"),
                runtime.getBytes("output-limit"),
                runtime.getDuration("agent-patience"),
                runtime.getDuration("freeze-timeout"),
                runtime.getDuration("silence-timeout"),
                SessionSettings.from(runtime.getConfig("sessions")),
                storage(config.getString("sealbox.host.storage")),
                config.getBytes("sealbox.host.storage-image-size"),
                config.getBytes("sealbox.host.disk-reserve"),
                runtime.getBytes("import-limit"),
                runtime.getInt("port-connections"));
    }

    private static ContainerRuntime runtime(String word) {
        try {
            return ContainerRuntime.of(word);
        } catch (InvalidValue e) {
            throw new InvalidValue("sealbox.runtime.default is neither runc nor runsc");
        }
    }

    private static StorageKind storage(String word) {
        try {
            return StorageKind.of(word);
        } catch (IllegalArgumentException e) {
            throw new InvalidValue("sealbox.host.storage " + e.getMessage());
        }
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new InvalidValue("sealbox.runtime." + otherwise);
        }
    }
}
