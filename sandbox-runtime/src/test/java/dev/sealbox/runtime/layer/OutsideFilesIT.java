package dev.sealbox.runtime.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.layer.ArchiveRefusal;
import dev.sealbox.domain.layer.Incoming;
import dev.sealbox.domain.layer.SetuidFiles;
import dev.sealbox.domain.layer.Unpacked;
import dev.sealbox.domain.sandbox.Defaults;
import dev.sealbox.runtime.container.HostPrograms;
import dev.sealbox.runtime.rootfs.Templates;
import dev.sealbox.runtime.step.Tool;
import dev.sealbox.runtime.storage.OverlayDriver;
import dev.sealbox.runtime.storage.Store;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is made of images and root file systems of others, on a real file system, as root. */
class OutsideFilesIT {
    private static final int UID_BASE = 1_000_000;
    private static final long LIMIT = 4 << 20;
    private static final Incoming OCI = new Incoming(Incoming.Form.OCI, SetuidFiles.REFUSE, Optional.empty());
    private static final Incoming ROOTFS = new Incoming(Incoming.Form.ROOTFS, SetuidFiles.REFUSE, Optional.empty());

    @TempDir
    Path data;

    private Store store;
    private Path program;
    private HostedLayers layers;
    private final CheckpointId layer = new CheckpointId(UUID.randomUUID());

    @BeforeEach
    void open() {
        store = new Store(data, new OverlayDriver(Store.layers(data), UID_BASE));
        store.open();
        program = HostPrograms.unpackInto(data.resolve("bin")).host();
        layers = new HostedLayers(
                store, new Templates(data.resolve("templates"), UID_BASE, program), program, UID_BASE, LIMIT);
    }

    @Test
    void makesOneLayerOfAllInTheirOrder() throws IOException {
        var layout = new Layouts()
                .plain(root().directory("etc")
                        .file("etc/passwd", "root:x:0:0::/root:/bin/ash\nnode:x:1000:1000::/home/node:/bin/ash")
                        .directory("dir")
                        .file("dir/a", "1")
                        .file("dir/b", "1")
                        .directory("dir/deep")
                        .directory("old")
                        .file("old/x", "1")
                        .link("lib", "usr/lib")
                        .file("plain", "1"))
                .gzip(root().file("dir/.wh.a", "")
                        .file("dir/.wh.deep", "")
                        .file("dir/c", "2")
                        .file("old/new", "2")
                        .file("old/.wh..wh..opq", "")
                        .file("old/.wh..wh.plnk", "")
                        .file("without/parents/file", "2", 0755))
                .zstd(root().file("plain", "3")
                        .hardLink("again", "plain")
                        .file(".wh.lib", "")
                        .directory("lib"));
        layout.config = "{\"Env\":[\"PATH=/bin\",\"A=b=c\"],\"WorkingDir\":\"/work/here\",\"User\":\"nobody\"}";

        var unpacked = done(unpack(OCI, layout.bytes()));

        assertThat(unpacked.defaults()).isEqualTo(new Defaults(Map.of("PATH", "/bin", "A", "b=c"), "/work/here"));
        assertThat(names("dir")).containsExactly("b", "c");
        assertThat(names("old")).containsExactly("new");
        assertThat(at("plain")).hasContent("3");
        assertThat(Files.getAttribute(at("plain"), "unix:nlink")).isEqualTo(2);
        assertThat(at("lib")).isDirectory().isEmptyDirectory();
        assertThat(owner("without/parents/file")).isEqualTo(UID_BASE);
        // Somebody has the number of a sandbox's user already.
        assertThat(at("etc/passwd")).content().endsWith("node:x:1000:1000::/home/node:/bin/ash");
        assertThat(owner("work/here")).isEqualTo(UID_BASE + 1000);
        assertThat(store.baseOn(layer).orElseThrow().template()).isEqualTo("empty-1-" + UID_BASE);
        assertThat(data.resolve("drafts")).isEmptyDirectory();
    }

    @Test
    void givesARootFileSystemWhatASandboxNeeds() throws IOException {
        var plain = root().directory("etc/sudoers.d").file("bin/sh", "x", 0755).bytes();
        var told = new Incoming(
                Incoming.Form.ROOTFS, SetuidFiles.REFUSE, Optional.of(Layouts.hex(Layouts.gzipped(plain))));

        done(unpack(told, Layouts.gzipped(plain)));

        assertThat(at("etc/passwd"))
                .hasContent("root:x:0:0:root:/root:/bin/sh\nsandbox:x:1000:1000::/home/sandbox:/bin/sh\n");
        assertThat(at("etc/group")).content().contains("sandbox:x:1000:");
        assertThat(at("etc/sudoers.d/sandbox")).content().startsWith("#1000 ALL=(ALL:ALL) NOPASSWD");
        assertThat(owner("home/sandbox")).isEqualTo(UID_BASE + 1000);
        assertThat(Files.getAttribute(at("tmp"), "unix:mode")).isEqualTo(041777);
        assertThat(names(".")).contains("proc", "sys", "dev", "bin");
    }

    @Test
    void takesTheImageForThisMachine() {
        var layout = new Layouts().gzip(root().file("here", "1"));
        var mine = layout.manifest(Layouts.platform(OciLayout.architecture()));
        var other = "{\"mediaType\":\"" + Layouts.MANIFEST + "\",\"digest\":\"sha256:" + "0".repeat(64)
                + "\",\"size\":1" + Layouts.platform("s390x") + "}";
        var attestation = other.replace("s390x", "unknown").replace("linux", "unknown");
        var inner = layout.descriptor(Layouts.INDEX, layout.index(other, mine, attestation), "");

        done(unpack(OCI, layout.bytes(layout.index(inner))));

        assertThat(at("here")).exists();
    }

    @Test
    void keepsOrDropsWhatGivesRightsOnlyWhenAsked() throws IOException {
        var su = root().file("su", "x", 04755).bytes();

        assertThat(reason(unpack(ROOTFS, su))).contains("su", "is setuid or setgid");
        done(unpack(new Incoming(Incoming.Form.ROOTFS, SetuidFiles.DROP, Optional.empty()), su));
        assertThat(Files.getAttribute(at("su"), "unix:mode")).isEqualTo(0100755);
        var kept = new CheckpointId(UUID.randomUUID());
        done(layers.unpack(
                        kept,
                        new Incoming(Incoming.Form.ROOTFS, SetuidFiles.KEEP, Optional.empty()),
                        new ByteArrayInputStream(su))
                .toCompletableFuture()
                .join());
        assertThat(Files.getAttribute(data.resolve("layers/" + kept + "/diff/su"), "unix:mode"))
                .isEqualTo(0104755);
    }

    @Test
    void keepsLinksOnTheWayToWhatASandboxNeeds() throws IOException {
        var outside = Files.createDirectory(data.resolve("outside"));
        var layout = new Layouts()
                .plain(root().link("home", "var/home")
                        .link("root", "/var/roothome")
                        .directory("var")
                        .link("tmp", "var/tmp")
                        .link("srv", outside.toString())
                        .link("etc/sudoers.d", "/srv"));
        layout.config = "{\"WorkingDir\":\"/srv/app/here\"}";

        done(unpack(OCI, layout.bytes()));

        assertThat(Files.readSymbolicLink(at("home"))).hasToString("var/home");
        assertThat(owner("var/home/sandbox")).isEqualTo(UID_BASE + 1000);
        assertThat(at("var/roothome")).isDirectory();
        assertThat(Files.getAttribute(at("var/tmp"), "unix:mode")).isEqualTo(041777);
        assertThat(Files.readSymbolicLink(at("srv"))).isEqualTo(outside);
        assertThat(owner(outside.toString().substring(1) + "/app/here")).isEqualTo(UID_BASE + 1000);
        assertThat(at("etc/sudoers.d")).isSymbolicLink();
        assertThat(outside).isEmptyDirectory();
    }

    /** As GNU tar writes them, in each of its forms. */
    @Test
    void refusesFilesThatSayToBeLongerThanTheyAre() throws IOException {
        var digest = "0".repeat(64);
        var folder = Files.createDirectories(data.resolve("long/blobs/sha256"));
        try (var file = new RandomAccessFile(folder.resolve(digest).toFile(), "rw")) {
            file.setLength(1 << 30);
        }
        for (var form : List.of("gnu", "posix", "posix --sparse-version=0.0", "posix --sparse-version=0.1")) {
            var tar = data.resolve("long.tar");
            var options = List.of(("tar --create --sparse --format=" + form).split(" "));
            var rest = List.of("--file=" + tar, "--directory=" + data.resolve("long"), "blobs");
            Tool.run("test", Stream.concat(options.stream(), rest.stream()).toList());
            var bytes = Files.readAllBytes(tar);

            assertThat(bytes).as(form).hasSizeLessThan(1 << 20);
            assertThat(reason(unpack(ROOTFS, bytes))).as(form).contains("is sparse");
            assertThat(reason(unpack(OCI, bytes))).as(form).contains("is sparse");
        }
        assertThat(data.resolve("drafts")).isEmptyDirectory();
    }

    @Test
    void blamesNobodyForADiskThatIsFull() throws IOException {
        var small = Files.createDirectory(data.resolve("small"));
        // One does not fit where blobs are kept, the other not where it is unpacked.
        var blob = new Layouts().layer(new byte[1], new byte[3 << 20], Layouts.LAYER);
        var text = new byte[2 << 20];
        Arrays.fill(text, (byte) 'x');
        var file = new Layouts().gzip(root().bytes("file", text));
        Tool.run("test", List.of("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small.toString()));
        try {
            var full = new Store(small, new OverlayDriver(Store.layers(small), UID_BASE));
            full.open();
            var templates = new Templates(data.resolve("templates"), UID_BASE, program);
            var there = new HostedLayers(full, templates, program, UID_BASE, LIMIT);
            for (var layout : List.of(blob, file)) {
                var content = new ByteArrayInputStream(Layouts.gzipped(layout.bytes()));

                assertThat(there.unpack(layer, OCI, content)
                                .toCompletableFuture()
                                .join())
                        .isEqualTo(Outcome.refused(new ArchiveRefusal.NoRoom()));
                assertThat(small.resolve("drafts")).isEmptyDirectory();
            }
        } finally {
            Tool.run("test", List.of("umount", small.toString()));
        }
    }

    @Test
    void remembersOnlySoManyDeletions() throws IOException {
        var file = data.resolve("layer");
        Files.write(file, root().file("a/.wh.b", "").file("c/.wh..wh..opq", "").bytes());
        var part = new RootImage.Part(file, Optional.empty());

        assertThat(Deletions.of(part, new Allowance(LIMIT), new NameRoom(300)))
                .isEqualTo(new Deletions(List.of("a/b"), List.of("c")));
        assertThatThrownBy(() -> Deletions.of(part, new Allowance(LIMIT), new NameRoom(200)))
                .hasMessageContaining("bytes of names");
    }

    static Stream<Arguments> hostileTrees() {
        return Stream.of(
                tree("leads out", root().file("../out", "x")),
                tree("leads out", root().directory("a").file("a/../../out", "x")),
                tree("absolute", root().file("/etc/out", "x")),
                tree("beyond the link", root().link("way", "/etc").file("way/out", "x")),
                tree("beyond the link", root().link("way", "/etc").directory("way/out")),
                tree("beyond the link", root().link("way", "/etc").hardLink("way/out", "x")),
                tree("folder itself", root().file(".wh...", "")),
                tree("folder itself", root().file("a/.wh..", "")),
                tree("folder itself", root().file("a/.wh.", "")),
                tree("is a device", root().device("null", TarConstants.LF_CHR, 1, 3)),
                tree("is a device", root().device("whiteout", TarConstants.LF_CHR, 0, 0)),
                tree("is a device", root().device("disk", TarConstants.LF_BLK, 8, 0)),
                tree("is setuid or setgid", root().file("sg", "x", 02755)),
                tree(
                        "has capabilities",
                        root().put(
                                        "ping",
                                        TarConstants.LF_NORMAL,
                                        0755,
                                        "",
                                        entry -> entry.addPaxHeader("SCHILY.xattr.security.capability", "x"))),
                tree("outside of the archive", root().hardLink("out", "/etc/shadow")),
                tree("outside of the archive", root().hardLink("out", "../../etc/shadow")),
                tree("cannot be made", root().hardLink("out", "etc/shadow")),
                tree("cannot be made", root().link("way", "/etc").hardLink("out", "way/shadow")),
                tree("more than 4095 bytes", root().file("x/".repeat(2048) + "y", "x")),
                tree("is a link, where", root().directory("usr/etc").link("etc", "usr/etc")),
                tree("is a link, where", root().link("proc", "/")),
                tree("so no user can be put into it", root().link("etc/passwd", "/usr/passwd")),
                tree(
                        "so no user can be put into it",
                        root().file("etc/group-", "").hardLink("etc/group", "etc/group-")),
                tree("so no user can be put into it", root().pipe("etc/passwd")),
                tree("so no user can be put into it", root().directory("etc/passwd/x")),
                tree("more than 40 links", root().link("home", "./home/x")),
                tree("cannot be made", root().file("home", "a file")),
                tree("cannot be made", root().link("tmp", "var/tmp").file("var", "a file")),
                tree(
                        "about itself",
                        root().more("a", 700_000)
                                .file("x", "")
                                .more("b", 700_000)
                                .file("y", "")),
                tree("is sparse", root().put("x", TarConstants.LF_GNUTYPE_SPARSE, 0644, "", entry -> {})),
                tree("owner that no sandbox has", new Tars(65536).file("x", "x")),
                tree("1 MiB", root().file("etc/passwd", "x".repeat((1 << 20) + 1))),
                tree("more than", root().file("large", "x".repeat((4 << 20) + 1))));
    }

    private static Arguments tree(String reason, Tars tree) {
        return Arguments.of(reason, tree);
    }

    @ParameterizedTest
    @MethodSource("hostileTrees")
    void refusesInEveryFormAndLeavesNothing(String reason, Tars tree) {
        assertThat(reason(unpack(ROOTFS, Layouts.gzipped(tree.bytes())))).contains(reason);
        assertThat(reason(unpack(OCI, Layouts.gzipped(new Layouts().gzip(tree).bytes()))))
                .contains(reason);

        assertThat(data.resolve("drafts")).isEmptyDirectory();
        assertThat(data.resolve("layers")).isEmptyDirectory();
    }

    @Test
    void deletesNothingBeyondALinkOfALowerLayer() {
        for (var name : new String[] {"way/.wh.passwd", "way/.wh..wh..opq", "way/x/.wh..wh..opq"}) {
            var layout = new Layouts().plain(root().link("way", "/etc")).gzip(root().file(name, ""));
            assertThat(reason(unpack(OCI, layout.bytes()))).as(name).containsAnyOf("beyond the link", "beneath it");
        }
    }

    static Stream<Arguments> wrongLayouts() {
        var other = new Tars(0).file("a", "2").bytes();
        return Stream.of(
                layout("has another digest", layout -> swap(layout, "blobs/", "{}".getBytes(StandardCharsets.UTF_8))),
                layout(
                        "means by",
                        layout -> layout.layer(other, root().file("b", "").bytes(), Layouts.LAYER)),
                layout("is of the type", layout -> layout.layer(other, other, Layouts.LAYER + "+encrypted")),
                layout("for linux/sparc", layout -> layout.architecture = "sparc"),
                layout("working directory", layout -> layout.config = "{\"WorkingDir\":\"here\"}"),
                layout("control character", layout -> layout.config = "{\"Env\":[\"A\\n=b\"]}"),
                layout("leads out", layout -> layout.files.put("../../out", new byte[1])),
                layout("is no tar", layout -> layout.layer(new byte[] {1, 2, 3}, new byte[] {1, 2, 3}, Layouts.LAYER)));
    }

    private static Arguments layout(String reason, Consumer<Layouts> change) {
        return Arguments.of(reason, change);
    }

    private static void swap(Layouts layout, String prefix, byte[] content) {
        var name = layout.files.keySet().stream()
                .filter(each -> each.startsWith(prefix))
                .findFirst()
                .orElseThrow();
        layout.files.put(name, content);
    }

    @ParameterizedTest
    @MethodSource("wrongLayouts")
    void refusesLayoutsThatAreNotWhatTheySay(String reason, Consumer<Layouts> change) {
        var layout = new Layouts().gzip(root().file("a", "1"));
        change.accept(layout);

        assertThat(reason(unpack(OCI, layout.bytes()))).contains(reason);
        assertThat(data.resolve("drafts")).isEmptyDirectory();
        assertThat(data.resolve("layers")).isEmptyDirectory();
    }

    @Test
    void refusesWhatIsNoLayoutOrNotWhole() {
        var layout = new Layouts().gzip(root().file("a", "1"));
        var whole = layout.bytes();
        var two = layout.manifest("");
        layout.zstd(root().file("b", "1"));

        assertThat(reason(unpack(OCI, layout.bytes(layout.index(two, layout.manifest(""))))))
                .contains("more than one");
        assertThat(reason(unpack(OCI, layout.bytes(layout.index())))).contains("no image for linux/");
        assertThat(reason(unpack(OCI, root().file("a", "1").bytes()))).contains("no index.json");
        assertThat(reason(unpack(OCI, Arrays.copyOf(whole, whole.length / 2)))).contains("malformed");
        assertThat(reason(unpack(OCI, root().link("blobs", "/etc").bytes()))).contains("is no file");
        var lacking = new Layouts().gzip(root().file("a", "1"));
        var index = lacking.index(lacking.manifest(""));
        lacking.files.clear();
        assertThat(reason(unpack(OCI, lacking.bytes(index)))).contains("is not in it");
        var told = new Incoming(Incoming.Form.ROOTFS, SetuidFiles.REFUSE, Optional.of("0".repeat(64)));
        assertThat(reason(unpack(told, root().file("a", "1").bytes()))).contains("it has the SHA-256 ");
    }

    /** Little that says to be much, in each place where it could. */
    @Test
    void refusesBombs() {
        var zeros = Layouts.gzipped(new byte[6 << 20]);
        var header = root().more("a", 2 << 20).file("x", "").bytes();

        assertThat(reason(unpack(ROOTFS, zeros))).contains("more than");
        assertThat(reason(unpack(OCI, zeros))).contains("no index.json");
        assertThat(reason(unpack(
                        OCI,
                        new Layouts().layer(new byte[1], zeros, Layouts.LAYER).bytes())))
                .contains("more than");
        assertThat(reason(unpack(ROOTFS, Layouts.gzipped(header)))).contains("about itself");
        assertThat(reason(unpack(ROOTFS, new byte[(int) LIMIT + 1]))).contains("more than");
        assertThat(data.resolve("drafts")).isEmptyDirectory();
    }

    private static Tars root() {
        return new Tars(0);
    }

    private Outcome<Unpacked> unpack(Incoming how, byte[] content) {
        return layers.unpack(layer, how, new ByteArrayInputStream(content))
                .toCompletableFuture()
                .join();
    }

    private static Unpacked done(Outcome<Unpacked> outcome) {
        return switch (outcome) {
            case Outcome.Done<Unpacked>(var unpacked) -> unpacked;
            case Outcome.Refused<Unpacked>(var reason) -> throw new AssertionError(reason.message());
        };
    }

    private static String reason(Outcome<Unpacked> outcome) {
        return outcome instanceof Outcome.Refused<Unpacked>(ArchiveRefusal reason) ? reason.message() : "it came in";
    }

    private Path at(String path) {
        return data.resolve("layers/" + layer + "/diff").resolve(path);
    }

    private Object owner(String path) throws IOException {
        return Files.getAttribute(at(path), "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    private Stream<String> names(String folder) throws IOException {
        try (var entries = Files.list(at(folder))) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList().stream();
        }
    }
}
