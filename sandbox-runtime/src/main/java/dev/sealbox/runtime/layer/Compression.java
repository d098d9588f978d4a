package dev.sealbox.runtime.layer;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** What a file is compressed with, as its first bytes say. */
final class Compression {
    private static final int BUFFER = 1 << 16;
    private static final int GZIP = 0x1f8b;
    private static final int ZSTD = 0x28b52ffd;

    private Compression() {}

    /** The file's bytes as they were before they were compressed with gzip, zstd or nothing. */
    static InputStream open(Path file) throws IOException {
        var raw = new BufferedInputStream(Files.newInputStream(file), BUFFER);
        try {
            raw.mark(Integer.BYTES);
            var first = raw.readNBytes(Integer.BYTES);
            raw.reset();
            if (first.length == Integer.BYTES && number(first, 2) == GZIP) {
                return new GZIPInputStream(raw, BUFFER);
            }
            return first.length == Integer.BYTES && number(first, Integer.BYTES) == ZSTD
                    ? new ZstdInputStream(raw)
                    : raw;
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    private static int number(byte[] bytes, int count) {
        var number = 0;
        for (var i = 0; i < count; i++) {
            number = (number << 8) | (bytes[i] & 0xff);
        }
        return number;
    }
}
