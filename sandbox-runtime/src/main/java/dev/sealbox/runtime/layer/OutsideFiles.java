package dev.sealbox.runtime.layer;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.layer.ArchiveRefusal.Damaged;
import dev.sealbox.domain.layer.ArchiveRefusal.Malformed;
import dev.sealbox.domain.layer.ArchiveRefusal.TooLarge;
import dev.sealbox.domain.layer.Incoming;
import dev.sealbox.domain.layer.SetuidFiles;
import dev.sealbox.domain.layer.Unpacked;
import dev.sealbox.runtime.layer.LayerTar.Whiteouts;
import dev.sealbox.runtime.rootfs.Templates;
import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.storage.SandboxRecord.Base;
import dev.sealbox.runtime.storage.StorageDriver;
import dev.sealbox.runtime.storage.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Root file systems of others, each made one layer on the empty template: all that comes is here, and what it says to be,
 * before a file is made of it; every entry is judged; a sandbox's user is put in. Thread-safe.
 *
 * @param hostProgram that unpacks
 * @param uidBase whom root of a sandbox is on this host
 * @param limit bytes that one may have, as it comes and unpacked
 * @param turns for as many as are made at a time; others wait once they have come
 */
record OutsideFiles(Store store, Templates templates, Path hostProgram, int uidBase, long limit, Semaphore turns) {
    private static final String STEP = "unpack";
    private static final String FROM_OUTSIDE = "";
    private static final int BUFFER = 1 << 16;

    Unpacked make(CheckpointId layer, Incoming how, InputStream content) throws IOException {
        var draft = store.draft();
        try {
            var came = draft.resolve("came");
            spool(content, came, how.digest());
            return inTurn(layer, how, draft, came);
        } finally {
            store.discard(draft);
        }
    }

    /** Each remembers names, for which there is only so much memory. */
    private Unpacked inTurn(CheckpointId layer, Incoming how, Path draft, Path came) throws IOException {
        turns.acquireUninterruptibly();
        try {
            return made(layer, how, draft, came);
        } finally {
            turns.release();
        }
    }

    private Unpacked made(CheckpointId layer, Incoming how, Path draft, Path came) throws IOException {
        var image = how.form() == Incoming.Form.OCI
                ? OciBlobs.read(came, draft.resolve("blobs"), new Allowance(limit))
                : RootImage.of(came);
        if (how.form() == Incoming.Form.OCI) {
            Files.delete(came);
        }
        var allowance = new Allowance(limit);
        var names = new NameRoom();
        var deletions = new ArrayList<Deletions>();
        image.layers().forEach(part -> deletions.add(Deletions.of(part, allowance, names)));
        var size = store.add(
                layer,
                FROM_OUTSIDE,
                new Base(templates.empty(), List.of()),
                folder -> made(folder, image, deletions, names, how.setuid()));
        return new Unpacked(size, image.defaults());
    }

    private void spool(InputStream content, Path file, Optional<String> told) throws IOException {
        var digest = Packing.sha256();
        var buffer = new byte[BUFFER];
        var total = 0L;
        try (var out = Files.newOutputStream(file)) {
            for (var count = content.read(buffer); count >= 0; count = content.read(buffer)) {
                total += count;
                if (total > limit) {
                    throw new RefusedFiles(new TooLarge(limit + " bytes"));
                }
                digest.update(buffer, 0, count);
                out.write(buffer, 0, count);
            }
        }
        var hex = HexFormat.of().formatHex(digest.digest());
        if (told.filter(wanted -> !wanted.equals(hex)).isPresent()) {
            throw new RefusedFiles(new Damaged("it has the SHA-256 " + hex + ", not " + told.get()));
        }
    }

    private long made(Path folder, RootImage image, List<Deletions> deletions, NameRoom names, SetuidFiles setuid) {
        var content = StorageDriver.content(folder);
        try {
            Files.createDirectories(content);
            try (var writer = new TreeWriter(hostProgram, content, new Allowance(limit))) {
                writer.directory(".", new TreeWriter.Owned(0755, uidBase, uidBase, 0));
                var tree = new RootTree(writer, uidBase, new KnownPaths(names));
                var tar = new LayerTar(tree, Whiteouts.NAMES, 0, uidBase, setuid);
                for (var i = 0; i < image.layers().size(); i++) {
                    deletions.get(i).apply(tree);
                    apply(tar, image.layers().get(i).file());
                }
                new GuestFit(tree, uidBase).apply(image.defaults().directory());
                writer.finish();
            }
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
        return StorageDriver.settled(folder);
    }

    private static void apply(LayerTar tar, Path file) {
        try (var plain = Compression.open(file)) {
            tar.apply(plain);
        } catch (IOException | IllegalArgumentException e) {
            throw new RefusedFiles(new Malformed("a layer cannot be read: " + e.getMessage()));
        }
    }
}
