package dev.sealbox.runtime.layer;

import com.github.luben.zstd.ZstdOutputStream;
import dev.sealbox.runtime.layer.PackList.Packed;
import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Makes one compressed tar of a layer's folder: the same bytes each time, whatever the order of its entries on disk. */
final class Packing {
    private static final String STEP = "pack";
    private static final int BUFFER = 1 << 18;
    private static final int LEVEL = 3;

    private Packing() {}

    static Packed pack(Path folder, Path into) {
        var errors = into.resolveSibling(into.getFileName() + ".errors");
        try {
            var digest = sha256();
            var program = start(folder, errors);
            long size;
            try (var tar = program.getInputStream();
                    var out = compressing(new DigestOutputStream(Files.newOutputStream(into), digest))) {
                size = tar.transferTo(out);
            } catch (IOException e) {
                program.destroy();
                throw e;
            }
            if (program.waitFor() != 0) {
                var said = Files.readString(errors).strip();
                throw new RuntimeFailure(STEP, said.length() > 300 ? said.substring(0, 300) : said);
            }
            return new Packed(HexFormat.of().formatHex(digest.digest()), Files.size(into), size);
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RuntimeFailure(STEP, e);
        }
    }

    private static OutputStream compressing(OutputStream out) throws IOException {
        var compressing = new ZstdOutputStream(out, LEVEL);
        compressing.setChecksum(true);
        return new java.io.BufferedOutputStream(compressing, BUFFER);
    }

    /** GNU tar reads trees deeper than a path may be long, and names that are not UTF-8. */
    private static Process start(Path folder, Path errors) throws IOException {
        var builder = new ProcessBuilder(List.of(
                        "tar",
                        "--create",
                        "--file=-",
                        "--directory=" + folder,
                        "--format=posix",
                        "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime",
                        "--sort=name",
                        "--numeric-owner",
                        "--sparse",
                        "--xattrs",
                        "--xattrs-include=*",
                        "--one-file-system",
                        "--warning=no-file-ignored",
                        "."))
                .redirectError(errors.toFile());
        builder.environment().putAll(Map.of("LC_ALL", "C.UTF-8", "TZ", "UTC"));
        return builder.start();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
