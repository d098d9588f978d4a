package dev.sealbox.client;

import com.fasterxml.jackson.core.type.TypeReference;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.function.Supplier;

/** The files of checkpoints and snapshots as signed archives, of any size. Thread-safe. */
public final class Archives {
    private static final String BYTES = "application/octet-stream";

    private final Requests requests;

    Archives(Requests requests) {
        this.requests = requests;
    }

    /** A checkpoint's archive while it arrives; the caller closes it. It is whole when its end is read without a failure. */
    public InputStream exportCheckpoint(String checkpointId) {
        return requests.follow("/sandboxes/checkpoints/" + Requests.escaped(checkpointId) + "/export", BYTES);
    }

    /** As {@link #exportCheckpoint}, of a snapshot. */
    public InputStream exportSnapshot(String name) {
        return requests.follow("/snapshots/" + Requests.escaped(name) + "/export", BYTES);
    }

    /**
     * Makes a snapshot of an archive; answers when it is ready.
     *
     * @param archive opened once, read to its end and closed
     * @param dropSetuid whether files that give rights become ordinary ones; else an archive with such files is refused
     * @throws ApiException with a code {@code archive.…} when the archive is not let in
     */
    public Snapshot importAs(String name, Supplier<InputStream> archive, boolean dropSetuid) {
        return importAs(name, archive, dropSetuid ? ImportOptions.archive().dropSetuid() : ImportOptions.archive());
    }

    /**
     * Makes a snapshot of what others have made; answers when it is ready.
     *
     * @param files opened once, read to its end and closed
     * @throws ApiException with a code {@code archive.…} when it is not let in
     */
    public Snapshot importAs(String name, Supplier<InputStream> files, ImportOptions options) {
        var path = "/snapshots/" + Requests.escaped(name) + "/import" + options.query();
        return requests.upload(path, BodyPublishers.ofInputStream(files), BYTES, new TypeReference<Snapshot>() {});
    }
}
