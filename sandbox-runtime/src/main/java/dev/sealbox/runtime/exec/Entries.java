package dev.sealbox.runtime.exec;

import dev.sealbox.domain.sandbox.FileEntry;
import dev.sealbox.runtime.step.RuntimeFailure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** How the agent tells a directory's entry: 1 byte directory, 8 bytes size, name. */
final class Entries {
    private static final int FIXED = 9;
    private static final int LONGEST_NAME = 255;

    private Entries() {}

    static FileEntry entry(String directory, byte[] form) {
        if (form.length <= FIXED || form.length > FIXED + LONGEST_NAME) {
            throw new RuntimeFailure("agent", "the agent sent an entry of " + form.length + " bytes");
        }
        var fields = ByteBuffer.wrap(form);
        var isDirectory = fields.get() != 0;
        var size = Math.max(0, fields.getLong());
        var name = StandardCharsets.UTF_8.decode(fields).toString();
        var parent = directory.endsWith("/") ? directory : directory + "/";
        return new FileEntry(name, isDirectory, parent + name, isDirectory ? 0 : size);
    }
}
