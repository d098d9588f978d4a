package dev.sealbox.proxy.revocation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.CRLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.security.auth.x500.X500Principal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operator's lists of revoked certificates, read again when a file of them changes. Thread-safe. */
final class ListsOnDisk {
    private static final Logger log = LoggerFactory.getLogger(ListsOnDisk.class);

    private final Path path;
    private volatile Read read;

    /** @param version grows whenever there is something new */
    private record Read(long version, Map<Path, Stamp> stamps, List<RevocationList> lists) {}

    private record Stamp(FileTime modified, long size) {}

    /** The lists cannot be read; the message names the file. */
    static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unreadable(Path file, Exception cause) {
            super("reading lists of revoked certificates from " + file, cause);
        }
    }

    /**
     * Reads them.
     *
     * @param path a file, or a folder whose files all are such
     */
    ListsOnDisk(Path path) {
        this.path = path;
        var stamps = stamps();
        this.read = new Read(0, stamps, lists(stamps));
    }

    /** Grows whenever there is something new. */
    long version() {
        return read.version();
    }

    List<RevocationList> of(X500Principal issuer) {
        return read.lists().stream()
                .filter(list -> list.issuer().equals(issuer))
                .toList();
    }

    /** Looks for changed files; blocks. What became unreadable is logged, and what was known before stays known. */
    synchronized void look() {
        try {
            var stamps = stamps();
            if (!stamps.equals(read.stamps())) {
                var lists = lists(stamps);
                read = new Read(read.version() + 1, stamps, lists);
                log.atInfo().addKeyValue("lists", lists.size()).log("read the lists of revoked certificates again");
            }
        } catch (Unreadable e) {
            log.atError().setCause(e).log("the lists of revoked certificates stay as they were");
        }
    }

    private Map<Path, Stamp> stamps() {
        var stamps = new TreeMap<Path, Stamp>();
        try {
            for (var file : files()) {
                stamps.put(file, new Stamp(Files.getLastModifiedTime(file), Files.size(file)));
            }
            return stamps;
        } catch (IOException e) {
            throw new Unreadable(path, e);
        }
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (var files = Files.list(path)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static List<RevocationList> lists(Map<Path, Stamp> stamps) {
        var lists = new ArrayList<RevocationList>();
        for (var file : stamps.keySet()) {
            try {
                lists.addAll(RevocationList.read(Files.readAllBytes(file)));
            } catch (IOException | CRLException e) {
                throw new Unreadable(file, e);
            }
        }
        return List.copyOf(lists);
    }
}
