package dev.sealbox.runtime.layer;

import dev.sealbox.domain.layer.ArchiveRefusal.Malformed;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** A tar's entries one after the other; what one says about itself is bounded, since it is held in memory. */
final class TarEntries implements AutoCloseable {
    /** Far more than names, targets and attributes may have; in bytes. */
    private static final long LARGEST_HEADER = 1 << 20;

    private static final String SPARSE = "GNU.sparse.";
    private static final String SPARSE_NAME = SPARSE + "name";

    private final TarArchiveInputStream tar;
    private final boolean ours;
    private InputStream content;
    private long left = Long.MAX_VALUE;
    private boolean begun;

    private TarEntries(InputStream packed, boolean ours) {
        this.tar = new TarArchiveInputStream(new Counted(packed, this::take), StandardCharsets.UTF_8.name());
        this.content = tar;
        this.ours = ours;
    }

    /** Of a tar that a host of ours has packed: long holes are left out of it. */
    static TarEntries ofOurs(InputStream content) {
        return new TarEntries(new SparseAside(content), true);
    }

    /** Of any tar. Sparse entries are refused: a few bytes of them say to be more than any disk holds. */
    static TarEntries ofOthers(InputStream content) {
        return new TarEntries(content, false);
    }

    /** The next entry; what is left of the last one's content is passed over. */
    Optional<TarArchiveEntry> next() throws IOException {
        if (begun) {
            tar.transferTo(OutputStream.nullOutputStream());
        }
        left = LARGEST_HEADER;
        var entry = Optional.<TarArchiveEntry>ofNullable(tar.getNextEntry());
        left = Long.MAX_VALUE;
        begun = entry.isPresent();
        if (begun) {
            check(entry.get());
            content = content(entry.get());
        }
        return entry;
    }

    private void check(TarArchiveEntry entry) {
        // Headers that hold for all entries after them add up.
        var about = entry.getExtraPaxHeaders().entrySet().stream()
                .mapToLong(each -> each.getKey().length() + each.getValue().length())
                .sum();
        if (about > LARGEST_HEADER) {
            throw tooMuch();
        }
        if (isSparse(entry) && !(isOurs(entry) && isPlain(entry))) {
            throw RefusedFiles.unsafe(entry.getName(), "is sparse: pack it as it is, without --sparse");
        }
    }

    private static boolean isSparse(TarArchiveEntry entry) {
        return entry.isSparse() || entry.getExtraPaxHeaders().keySet().stream().anyMatch(key -> key.startsWith(SPARSE));
    }

    /** Whether it is sparse in the form in which we pack. */
    private boolean isOurs(TarArchiveEntry entry) {
        return ours && !entry.isSparse() && entry.getExtraPaxHeader(SparseAside.REAL_SIZE) != null;
    }

    private static boolean isPlain(TarArchiveEntry entry) {
        return entry.getLinkFlag() == TarConstants.LF_NORMAL && !entry.isDirectory();
    }

    private InputStream content(TarArchiveEntry entry) throws IOException {
        if (!isOurs(entry)) {
            return tar;
        }
        var name = entry.getExtraPaxHeader(SPARSE_NAME);
        if (name == null || !isPlain(entry)) {
            throw new IOException("a file with holes has no name");
        }
        entry.setName(name);
        try {
            return new SparseContent(tar, Long.parseLong(entry.getExtraPaxHeader(SparseAside.REAL_SIZE)));
        } catch (NumberFormatException e) {
            throw new IOException("a file with holes has no size", e);
        }
    }

    private void take(long count) {
        left -= count;
        if (left < 0) {
            throw tooMuch();
        }
    }

    private static RefusedFiles tooMuch() {
        return new RefusedFiles(new Malformed("an entry says more than " + LARGEST_HEADER + " bytes about itself"));
    }

    /** The current entry's content. */
    InputStream content() {
        return content;
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }
}
