package dev.sealbox.runtime.storage;

import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.step.Tool;
import dev.sealbox.runtime.storage.StorageDriver.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * The folders of overlays and what is done to them on any file system.
 *
 * <p>The kernel's optional features are off, because they store pointers between the folders that a copy would break.
 *
 * @param layersFolder below which all layers lie, so that the kernel's one page of options holds many of them
 */
record OverlayFolders(Path layersFolder, int uidBase) {
    private static final String STEP = "storage";
    private static final String FEATURES = "index=off,metacopy=off,redirect_dir=off,nfs_export=off,xino=off";

    /** Makes in {@code disk} what is missing of an overlay's folders, and says how it is mounted. */
    Mount mount(Path disk, Path template, List<Path> layers) {
        makeUpper(disk);
        var lower = new ArrayList<String>();
        layers.forEach(layer ->
                lower.add(layersFolder.relativize(StorageDriver.content(layer)).toString()));
        lower.add(template.toString());
        return new Mount(
                layersFolder,
                "lowerdir=" + String.join(":", lower) + ",upperdir=" + upper(disk) + ",workdir=" + work(disk) + ","
                        + FEATURES);
    }

    private void makeUpper(Path disk) {
        try {
            Files.createDirectories(work(disk));
            if (Files.isDirectory(upper(disk))) {
                return;
            }
            var draft = disk.resolve(".upper");
            Files.createDirectories(draft);
            Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setAttribute(draft, "unix:uid", uidBase);
            Files.setAttribute(draft, "unix:gid", uidBase);
            Files.move(draft, upper(disk));
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }

    static Path upper(Path disk) {
        return disk.resolve("upper");
    }

    static Path work(Path disk) {
        return disk.resolve("work");
    }

    /** Makes a layer of what a sandbox has changed. Blocks are shared where the file system can. */
    static void copy(Path upper, Path layer) {
        try {
            Files.createDirectories(layer);
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
        Tool.runLong(
                STEP,
                List.of(
                        "cp",
                        "--recursive",
                        "--no-dereference",
                        "--preserve=mode,ownership,timestamps,links,xattr",
                        "--sparse=auto",
                        "--reflink=auto",
                        "--one-file-system",
                        "--no-target-directory",
                        upper.toString(),
                        StorageDriver.content(layer).toString()));
    }

    static long settle(Path layer) {
        Tool.runLong(STEP, List.of("sync", "--file-system", layer.toString()));
        return taken(layer);
    }

    static long taken(Path folder) {
        var counted = Tool.runLong(STEP, List.of("du", "--summarize", "--block-size=1", folder.toString()));
        return Long.parseLong(counted.split("\\s", 2)[0]);
    }

    static void remove(Path tree) {
        // rm copes with trees deeper than a path may be long, which Java's own walk does not.
        Tool.runLong(STEP, List.of("rm", "--recursive", "--force", "--one-file-system", tree.toString()));
    }
}
