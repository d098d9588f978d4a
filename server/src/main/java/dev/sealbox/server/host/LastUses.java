package dev.sealbox.server.host;

import dev.sealbox.domain.identity.SandboxId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last uses of a host's sandboxes in a file, so that idle clocks go on over a restart: a line {@code sandbox
 * milliseconds} each. Losing it costs idle sandboxes one more timeout awake, so it is not forced to the disk. Used by one
 * thread.
 */
final class LastUses {
    private static final Logger log = LoggerFactory.getLogger(LastUses.class);

    private final Path file;
    private final LongSupplier ahead;
    private String written = "";

    /** {@code ahead} is how many milliseconds the wall clock, of which the file is, is ahead of the host's own time. */
    LastUses(Path file, LongSupplier ahead) {
        this.file = file;
        this.ahead = ahead;
    }

    /** By whole seconds, so that what did not change is not written again. */
    private long secondsAhead() {
        return ahead.getAsLong() / 1000 * 1000;
    }

    Map<SandboxId, Long> read() {
        var uses = new HashMap<SandboxId, Long>();
        var more = secondsAhead();
        try {
            if (Files.exists(file)) {
                for (var line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                    var space = line.indexOf(' ');
                    uses.put(new SandboxId(line.substring(0, space)), Long.parseLong(line.substring(space + 1)) - more);
                }
            }
        } catch (IOException | RuntimeException e) {
            log.warn("the last uses of sandboxes cannot be read, so their idle clocks begin anew: {}", e.toString());
        }
        return uses;
    }

    /** Writes them if they have changed. */
    void write(Map<SandboxId, Long> uses) {
        var more = secondsAhead();
        var text = new TreeMap<>(uses.entrySet().stream()
                        .collect(Collectors.toMap(use -> use.getKey().value(), Map.Entry::getValue)))
                .entrySet().stream()
                        .map(use -> use.getKey() + " " + (use.getValue() + more) + "\n")
                        .collect(Collectors.joining());
        if (text.equals(written)) {
            return;
        }
        try {
            var draft = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(draft, text);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            written = text;
        } catch (IOException e) {
            log.warn("the last uses of sandboxes cannot be written: {}", e.toString());
        }
    }
}
