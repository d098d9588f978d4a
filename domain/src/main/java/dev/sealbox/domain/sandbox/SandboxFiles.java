package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.SandboxId;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Port: the files of a running sandbox, seen from inside it, so that no path can lead out of it. Relative paths start
 * at {@code /home/sandbox}. Thread-safe.
 */
public interface SandboxFiles {

    /** The file's bytes as a stream that the caller closes; refused when there is no such regular file. */
    CompletionStage<Outcome<InputStream>> read(SandboxId sandbox, String path);

    /**
     * Replaces the file's content at once when {@code content} has ended, making parent directories. Reads
     * {@code content} on a thread of its own and closes it.
     */
    CompletionStage<Outcome<Unit>> write(SandboxId sandbox, String path, InputStream content);

    /** Ordered by name, without {@code .} and {@code ..}. */
    CompletionStage<Outcome<List<FileEntry>>> list(SandboxId sandbox, String path);

    /** Makes a directory and its parents; succeeds when it is there. */
    CompletionStage<Outcome<Unit>> makeDirectory(SandboxId sandbox, String path);

    /** Removes a file or a tree; succeeds when nothing is there. */
    CompletionStage<Outcome<Unit>> remove(SandboxId sandbox, String path);
}
