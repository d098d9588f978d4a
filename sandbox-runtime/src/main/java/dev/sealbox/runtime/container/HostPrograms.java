package dev.sealbox.runtime.container;

import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The C programs of the jar, unpacked. Each is named after its content: sandboxes of an earlier release keep the
 * agent that they were started with.
 *
 * @param agent process 1 of every sandbox
 * @param host mounts disks and starts containers
 * @param shim a library for the programs of sandboxes in gVisor
 */
public record HostPrograms(Path agent, Path host, Path shim) {

    public static HostPrograms unpackInto(Path folder) {
        return new HostPrograms(
                unpack("sealbox-agent", folder), unpack("sealbox-host", folder), unpack("sealbox-shim.so", folder));
    }

    private static Path unpack(String name, Path folder) {
        try (var resource = HostPrograms.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new RuntimeFailure("programs", name + " is not in the jar");
            }
            var content = resource.readAllBytes();
            var target = folder.resolve(name + "-" + digest(content));
            if (!Files.exists(target)) {
                write(folder, target, content);
            }
            return target;
        } catch (IOException e) {
            throw new RuntimeFailure("programs", e);
        }
    }

    private static void write(Path folder, Path target, byte[] content) throws IOException {
        Files.createDirectories(folder);
        var draft = Files.createTempFile(folder, ".program", "");
        Files.write(draft, content);
        Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String digest(byte[] content) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
