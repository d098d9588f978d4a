package dev.sealbox.runtime.layer;

import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of this host while something of others is read: that it cannot be written is not their fault. */
final class OwnFile extends OutputStream {
    private static final String STEP = "unpack";

    private final OutputStream out;

    OwnFile(Path file) {
        try {
            out = Files.newOutputStream(file);
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }

    @Override
    public void write(int each) {
        write(new byte[] {(byte) each}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }
}
