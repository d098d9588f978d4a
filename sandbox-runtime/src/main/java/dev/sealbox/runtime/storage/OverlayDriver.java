package dev.sealbox.runtime.storage;

import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.step.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * Disks by overlayfs: what a sandbox changes lies in a folder {@code upper}; a layer is a copy of such a folder.
 *
 * <p>The kernel's optional features are off, because they store pointers between the folders that a copy would break.
 */
public final class OverlayDriver implements StorageDriver {
    private static final String STEP = "storage";
    private static final String FEATURES = "index=off,metacopy=off,redirect_dir=off,nfs_export=off,xino=off";
    private final Path layersFolder;
    private final int uidBase;

    /** @param layersFolder below which all layers lie, so that the kernel's one page of options holds many of them */
    public OverlayDriver(Path layersFolder, int uidBase) {
        this.layersFolder = layersFolder;
        this.uidBase = uidBase;
    }

    @Override
    public Mount prepare(SandboxFolder sandbox, Path template, List<Path> layers) {
        makeUpper(sandbox);
        var lower = new ArrayList<String>();
        layers.forEach(layer -> lower.add(layersFolder.relativize(layer).toString()));
        lower.add(template.toString());
        return new Mount(
                layersFolder,
                "lowerdir=" + String.join(":", lower) + ",upperdir=" + upper(sandbox) + ",workdir=" + work(sandbox)
                        + "," + FEATURES);
    }

    private void makeUpper(SandboxFolder sandbox) {
        try {
            Files.createDirectories(work(sandbox));
            if (Files.isDirectory(upper(sandbox))) {
                return;
            }
            var draft = sandbox.path().resolve(".upper");
            Files.createDirectories(draft);
            Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setAttribute(draft, "unix:uid", uidBase);
            Files.setAttribute(draft, "unix:gid", uidBase);
            Files.move(draft, upper(sandbox));
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }

    @Override
    public void capture(SandboxFolder sandbox, Path layer) {
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
                        upper(sandbox).toString(),
                        layer.toString()));
    }

    @Override
    public long settle(Path layer) {
        Tool.runLong(STEP, List.of("sync", "--file-system", layer.toString()));
        var counted = Tool.runLong(STEP, List.of("du", "--summarize", "--block-size=1", layer.toString()));
        return Long.parseLong(counted.split("\\s", 2)[0]);
    }

    private static Path upper(SandboxFolder sandbox) {
        return sandbox.path().resolve("upper");
    }

    private static Path work(SandboxFolder sandbox) {
        return sandbox.path().resolve("work");
    }
}
