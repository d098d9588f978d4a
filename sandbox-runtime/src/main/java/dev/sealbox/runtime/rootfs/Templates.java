package dev.sealbox.runtime.rootfs;

import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.step.Tool;
import dev.sealbox.runtime.storage.Mounts;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The root file systems that sandboxes start from, each built once per folder whoever shares it. Thread-safe.
 *
 * <p>A template is named {@code base-<recipe>-<uid base>}, since its owners are already those of the sandboxes.
 */
public final class Templates {
    private static final Logger LOG = LoggerFactory.getLogger(Templates.class);
    private static final String STEP = "template";
    private static final String BASE = "base";
    private static final String SITE = ".building";

    /** With a version, as what stands on it remembers its name. */
    private static final String EMPTY = "empty-1";

    private static final Object BUILDING = new Object();
    private final Path folder;
    private final int uidBase;
    private final Path hostProgram;

    public Templates(Path folder, int uidBase, Path hostProgram) {
        this.folder = folder;
        this.uidBase = uidBase;
        this.hostProgram = hostProgram;
    }

    /** The current version of a template, built if need be: the name of its folder. */
    public String current(String template) {
        if (!template.equals(BASE)) {
            throw new RuntimeFailure(STEP, "there is no template " + template);
        }
        var name = newest();
        if (!Files.isDirectory(rootOf(name))) {
            buildAlone(name);
        }
        return name;
    }

    /** A template without any file, for layers that hold a whole root file system: the name of its folder. */
    public String empty() {
        var name = EMPTY + "-" + uidBase;
        if (!Files.isDirectory(rootOf(name))) {
            buildAlone(name);
        }
        return name;
    }

    private String newest() {
        return BASE + "-" + Recipe.version() + "-" + uidBase;
    }

    /** The root file system of a version. Nothing may write to it. */
    public Path rootOf(String name) {
        return folder.resolve(name).resolve("rootfs");
    }

    /** Whether a version is here; the one that belongs to this release is built if need be. */
    public boolean has(String name) {
        return Files.isDirectory(rootOf(name))
                || (name.equals(newest()) && name.equals(current(BASE)))
                || (name.equals(EMPTY + "-" + uidBase) && name.equals(empty()));
    }

    /** The public roots of a version, PEM; the template's own where it has none. */
    public String rootsOf(String name) {
        try {
            return Files.readString(
                    rootOf(name.startsWith(EMPTY) ? current(BASE) : name).resolve("etc/ssl/certs/ca-certificates.crt"));
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }

    /** A file lock keeps other processes out, the monitor other threads of this one. */
    private void buildAlone(String name) {
        synchronized (BUILDING) {
            try {
                Files.createDirectories(folder);
                var lock = folder.resolve(".lock");
                try (var channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        var held = channel.lock()) {
                    if (held.isValid() && !Files.isDirectory(rootOf(name))) {
                        if (name.startsWith(EMPTY)) {
                            makeEmpty(name);
                        } else {
                            build(name);
                        }
                    }
                }
            } catch (IOException e) {
                throw new RuntimeFailure(STEP, e);
            }
        }
    }

    private void build(String name) throws IOException {
        LOG.info("building the root file system {}: takes half a minute or more", name);
        var site = site();
        // apt fetches as a user of its own.
        Files.setPosixFilePermissions(site, PosixFilePermissions.fromString("rwxr-xr-x"));
        var script = site.resolve("base.sh");
        Files.writeString(script, Recipe.script());
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        var root = site.resolve("rootfs");
        Tool.follow(STEP, debootstrap(script, root), line -> LOG.info("template: {}", line));
        Tool.run(STEP, List.of("find", root.resolve("dev").toString(), "-mindepth", "1", "-delete"));
        Tool.run(STEP, List.of(hostProgram.toString(), "shift", root.toString(), Integer.toString(uidBase)));
        Files.delete(script);
        // Programs in it are setuid for the sandboxes' root: no business of this host's users.
        Files.setPosixFilePermissions(site, PosixFilePermissions.fromString("rwx------"));
        Tool.run(STEP, List.of("sync", "--file-system", root.toString()));
        Files.move(site, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        clear();
        LOG.info("the root file system {} is ready", name);
    }

    private void makeEmpty(String name) throws IOException {
        var site = site();
        Files.createDirectory(site.resolve("rootfs"));
        Files.setPosixFilePermissions(site.resolve("rootfs"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setAttribute(site.resolve("rootfs"), "unix:uid", uidBase);
        Files.setAttribute(site.resolve("rootfs"), "unix:gid", uidBase);
        Files.move(site, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    /** A folder to build in, for root only. */
    private Path site() throws IOException {
        clear();
        return Files.createTempDirectory(folder, SITE);
    }

    /**
     * Removes what was begun and is no longer built: by nodes that were killed. What such a node had begun may go on for
     * a moment, so it is looked for again when something else is ready.
     */
    private void clear() throws IOException {
        try (var begun = Files.newDirectoryStream(folder, SITE + "*")) {
            for (var site : begun) {
                Mounts.below(site).forEach(mount -> Tool.run(STEP, List.of("umount", "--lazy", mount.toString())));
                var removal = Tool.attempt(
                        STEP, List.of("rm", "--recursive", "--force", "--one-file-system", site.toString()), "");
                if (removal.exitCode() != 0) {
                    LOG.warn(
                            "{} is left until later: {}", site, removal.errors().strip());
                }
            }
        }
    }

    /** What it mounts is mounted for itself, and gone with it, however it ends. */
    private static List<String> debootstrap(Path script, Path root) {
        var command = new ArrayList<>(List.of(
                "unshare",
                "--mount",
                "mmdebstrap",
                "--mode=root",
                "--variant=minbase",
                "--format=directory",
                "--include=" + String.join(",", Recipe.PACKAGES)));
        Recipe.LEFT_OUT.forEach(option -> command.add("--dpkgopt=" + option));
        command.addAll(List.of("--customize-hook=" + script, Recipe.SUITE, root.toString()));
        command.addAll(PackageSources.ofThisHost());
        return command;
    }
}
