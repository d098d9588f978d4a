package dev.sealbox.cli;

import dev.sealbox.cli.Output.Column;
import dev.sealbox.client.ImportOptions;
import dev.sealbox.client.RawRequests;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code snapshot …}: files with a name, and their way in and out. */
@Command(name = "snapshot", description = "Snapshots, and archives of snapshots and checkpoints.")
final class SnapshotCommands extends Group {
    private static final List<Column> COLUMNS =
            Column.of("NAME", "name", "STATUS", "status", "IMAGE", "contentHash", "CREATED", "createdAt");

    private final Session session;

    SnapshotCommands(Session session) {
        this.session = session;
    }

    @Command(description = "All snapshots, by name.")
    int list() {
        return session.out().table(session.get("/snapshots"), COLUMNS);
    }

    @Command(description = "Frees names; what started from them goes on.")
    int delete(@Parameters(paramLabel = "NAME", arity = "1..*") List<String> names) {
        for (var name : names) {
            var answer = session.send("DELETE", "/snapshots/" + RawRequests.escaped(name));
            session.out().done(answer, "deleted " + name);
        }
        return 0;
    }

    @Command(name = "export", description = "Writes a snapshot's files to a signed archive.")
    int exportTo(@Parameters(paramLabel = "NAME") String name, @Parameters(paramLabel = "FILE") Path file) {
        return kept(session.client().archives().exportSnapshot(name), file);
    }

    @Command(name = "export-checkpoint", description = "Writes a checkpoint's files to a signed archive.")
    int exportCheckpoint(@Parameters(paramLabel = "ID") String id, @Parameters(paramLabel = "FILE") Path file) {
        return kept(session.client().archives().exportCheckpoint(id), file);
    }

    /** The file is there when all of it is. */
    private int kept(InputStream archive, Path file) {
        var draft = file.resolveSibling(file.getFileName() + ".part");
        try (archive) {
            Files.copy(archive, draft, StandardCopyOption.REPLACE_EXISTING);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
            session.out().line("wrote " + file);
            return 0;
        } catch (IOException e) {
            throw new CannotRun("the archive is not complete, or " + file + " cannot be written");
        } finally {
            draft.toFile().delete();
        }
    }

    @Command(
            name = "import",
            description =
                    "Makes a snapshot of an archive that was exported here or by a trusted server, or of an image or"
                            + " root file system of others.")
    int importFrom(
            @Parameters(paramLabel = "NAME") String name,
            @Parameters(paramLabel = "FILE") Path file,
            @ArgGroup(exclusive = true) @Nullable Form form,
            @ArgGroup(exclusive = true) @Nullable Rights rights) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new CannotRun("cannot read " + file);
        }
        var snapshot = session.client().archives().importAs(name, () -> open(file), options(file, form, rights));
        session.out().line("snapshot " + snapshot.name() + " is " + snapshot.status());
        return 0;
    }

    /** What the file is, unless an archive. */
    static final class Form {
        @Option(names = "--oci", description = "FILE is a tar of an OCI image layout.")
        boolean oci;

        @Option(names = "--rootfs", description = "FILE is a tar of a root file system, compressed or not.")
        boolean rootfs;
    }

    /** What becomes of files that give rights; they are refused unless something is said. */
    static final class Rights {
        @Option(
                names = "--drop-setuid",
                description = "Make ordinary files of setuid and setgid ones and of those with capabilities.")
        boolean drop;

        @Option(names = "--keep-setuid", description = "Let them be; not for archives.")
        boolean keep;
    }

    private static ImportOptions options(Path file, @Nullable Form form, @Nullable Rights rights) {
        var options = ImportOptions.archive();
        if (form != null) {
            options = (form.oci ? ImportOptions.oci() : ImportOptions.rootfs()).sha256(digest(file));
        }
        if (rights != null) {
            options = rights.drop ? options.dropSetuid() : options.keepSetuid();
        }
        return options;
    }

    private static String digest(Path file) {
        try (var content = new DigestInputStream(open(file), MessageDigest.getInstance("SHA-256"))) {
            content.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(content.getMessageDigest().digest());
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new CannotRun("cannot read " + file);
        }
    }

    private static InputStream open(Path file) {
        try {
            return Files.newInputStream(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
