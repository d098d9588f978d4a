package dev.sealbox.runtime.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.layer.ArchiveRefusal;
import dev.sealbox.domain.layer.HeldLayer;
import dev.sealbox.domain.layer.Incoming;
import dev.sealbox.domain.layer.SetuidFiles;
import dev.sealbox.domain.layer.SharedLayer;
import dev.sealbox.domain.layer.Unpacked;
import dev.sealbox.runtime.container.HostPrograms;
import dev.sealbox.runtime.layer.PackList.Packed;
import dev.sealbox.runtime.rootfs.Templates;
import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.storage.OverlayDriver;
import dev.sealbox.runtime.storage.Store;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of layers that come from anywhere, on a real file system, as root. */
class UnpackingIT {
    private static final int UID_BASE = 1_000_000;
    private static final long LIMIT = 4 << 20;

    @TempDir
    Path data;

    private Store store;
    private HostedLayers layers;
    private final CheckpointId layer = new CheckpointId(UUID.randomUUID());

    @BeforeEach
    void open() throws IOException {
        Files.createDirectories(data.resolve("templates/base-x-" + UID_BASE + "/rootfs"));
        store = new Store(data, new OverlayDriver(Store.layers(data), UID_BASE));
        store.open();
        var program = HostPrograms.unpackInto(data.resolve("bin")).host();
        layers = new HostedLayers(
                store, new Templates(data.resolve("templates"), UID_BASE, program), program, UID_BASE, LIMIT);
    }

    @Test
    void makesFilesLinksPipesAndWhatIsDeleted() throws IOException {
        done(unpack(new Tars()
                .directory(".")
                .directory("home")
                .directory("gone", "trusted.overlay.opaque", "y")
                .file("gone/new", "new")
                .file("home/plain", "hello", 0640)
                .hardLink("home/again", "home/plain")
                .link("home/soft", "/etc/passwd")
                .pipe("home/pipe")
                .whiteout("home/deleted")));

        assertThat(at("home/plain")).hasContent("hello");
        assertThat(stat("%F %a %u:%g %h %Y", "home/plain")).isEqualTo("regular file 640 1000000:1000000 2 1000000000");
        assertThat(at("home/soft")).isSymbolicLink();
        assertThat(Files.readSymbolicLink(at("home/soft"))).hasToString("/etc/passwd");
        assertThat(stat("%F", "home/pipe")).isEqualTo("fifo");
        assertThat(stat("%F %t:%T", "home/deleted")).isEqualTo("character special file 0:0");
        assertThat(at("gone/new")).hasContent("new");
        assertThat(tar("gone")).contains("SCHILY.xattr.trusted.overlay.opaque=y");
    }

    @Test
    void appliesUpperLayersOverLowerOnes() throws IOException {
        done(unpack(
                new Tars()
                        .directory("dir")
                        .file("dir/a", "1")
                        .file("dir/b", "1")
                        .file("plain", "1")
                        .directory("tree")
                        .directory("tree/deep")
                        .file("tree/deep/x", "1")
                        .whiteout("back"),
                new Tars()
                        .directory("dir", "trusted.overlay.opaque", "y")
                        .file("dir/c", "2")
                        .file("plain", "2")
                        .whiteout("tree")
                        .directory("back")));

        assertThat(names("dir")).containsExactly("c");
        assertThat(at("plain")).hasContent("2");
        assertThat(stat("%F", "tree")).isEqualTo("character special file");
        // What was deleted below does not come back with the directory.
        assertThat(tar("back")).contains("SCHILY.xattr.trusted.overlay.opaque=y");
    }

    @Test
    void givesBackWhatItPacked() throws IOException {
        done(unpack(new Tars()
                .directory("ü")
                .file("ü/ß", "text", 0600)
                .hardLink("ü/2", "ü/ß")
                .whiteout("w")
                .directory("o", "trusted.overlay.opaque", "y", "user.note", "kept")
                .link("l", "../..")));
        var before = listing(layer);
        var copy = new CheckpointId(UUID.randomUUID());

        byte[] first;
        try (var packed = layers.pack(List.of(layer)).toCompletableFuture().join()) {
            first = packed.readAllBytes();
        }
        done(unpack(copy, SetuidFiles.REFUSE, new ByteArrayInputStream(first)));

        assertThat(listing(copy)).isEqualTo(before);
        try (var again = layers.pack(List.of(layer)).toCompletableFuture().join()) {
            assertThat(again.readAllBytes()).isEqualTo(first);
        }
        assertThat(data.resolve("drafts")).isEmptyDirectory();
    }

    @Test
    void givesAnotherHostOfThisDeploymentWhatItHad() throws IOException {
        var offers = new HostedOffers(store, layers);
        var owner = new OrganizationId("one");
        done(unpack(new Tars().directory("d").file("d/a", "1")));
        var programs = new CheckpointId(UUID.randomUUID());
        var place = new HostedLayers.Place("", List.of(layer), SetuidFiles.KEEP, LIMIT);
        done(layers.unpack(
                        programs,
                        place,
                        stream(new Tars().file("su", "x", 06755).directory("d", "trusted.overlay.opaque", "y")))
                .toCompletableFuture()
                .join());
        assertThat(offers.unshared()).isEmpty();
        offers.offer(programs, owner);
        assertThat(offers.unshared())
                .containsExactly(
                        new SharedLayer(layer, owner, List.of()), new SharedLayer(programs, owner, List.of(layer)));
        offers.markShared(layer);
        assertThat(new HostedOffers(store, layers).unshared())
                .extracting(SharedLayer::layer)
                .containsExactly(programs);
        var before = listing(programs);

        // As it is on the other host: the same layer under another name, on top of the same.
        assertThat(offers.held(programs)).hasValue(new HeldLayer(programs, Optional.of(owner), List.of(layer)));
        var there = new HeldLayer(new CheckpointId(UUID.randomUUID()), Optional.empty(), List.of(layer));
        try (var begun = offers.pack(programs).toCompletableFuture().join();
                var content = begun.from(0)) {
            var broken = new SequenceInputStream(new ByteArrayInputStream(content.readNBytes(400)), new Dying());
            assertThatThrownBy(() ->
                            offers.receive(there, broken).toCompletableFuture().join())
                    .hasRootCauseMessage("the host has died");
        }
        assertThat(offers.held(there.layer())).isEmpty();
        assertThat(data.resolve("drafts")).isEmptyDirectory();
        try (var whole = offers.pack(programs).toCompletableFuture().join()) {
            done(offers.receive(there, whole.from(0)).toCompletableFuture().join());
        }
        assertThat(data.resolve("drafts")).isEmptyDirectory();

        assertThat(listing(there.layer())).isEqualTo(before).contains("su f 6755");
        assertThat(store.baseOn(there.layer()).orElseThrow().layers())
                .containsExactly(there.layer().toString(), layer.toString());
        assertThat(offers.received()).containsExactly(there.layer());
        assertThat(offers.held(there.layer())).hasValue(there);
        offers.release(there.layer());
        assertThat(offers.has(there.layer())).isFalse();

        var orphan = new HeldLayer(new CheckpointId(UUID.randomUUID()), Optional.of(owner), List.of(there.layer()));
        assertThatThrownBy(() -> offers.receive(orphan, stream(new Tars().file("a", "x"))))
                .hasMessageContaining("is not on this host");
        assertThat(offers.has(orphan.layer())).isFalse();
    }

    /** A transfer that broke off goes on so, also after this host was started anew. */
    @Test
    void givesTheRestOfWhatItPackedFromAnyByteOn() throws IOException {
        done(unpack(new Tars().directory("d").file("d/a", "some text").link("l", "d")));
        var upper = new CheckpointId(UUID.randomUUID());
        done(layers.unpack(
                        upper,
                        new HostedLayers.Place("", List.of(layer), SetuidFiles.KEEP, LIMIT),
                        stream(new Tars().file("b", "more")))
                .toCompletableFuture()
                .join());

        try (var packed = layers.spool(List.of(upper, layer))
                        .toCompletableFuture()
                        .join();
                var again = layers.spool(List.of(upper, layer))
                        .toCompletableFuture()
                        .join();
                var other = layers.spool(List.of(layer)).toCompletableFuture().join()) {
            byte[] whole;
            try (var all = packed.from(0)) {
                whole = all.readAllBytes();
            }
            assertThat(packed.size()).isEqualTo(whole.length);
            assertThat(again.digest()).isEqualTo(packed.digest()).isNotEqualTo(other.digest());
            for (var from = 0; from <= whole.length; from++) {
                try (var rest = again.from(from)) {
                    assertThat(rest.readAllBytes()).isEqualTo(Arrays.copyOfRange(whole, from, whole.length));
                }
            }
        }
        assertThat(data.resolve("drafts")).isEmptyDirectory();
    }

    @Test
    void keepsALayerThatIsLetGoForAsLongAsSomebodyHoldsIt() throws IOException {
        var offers = new HostedOffers(store, layers);
        done(unpack(new Tars().directory("d")));
        var upper = new HeldLayer(new CheckpointId(UUID.randomUUID()), Optional.empty(), List.of(layer));
        // Before it is here, as by who fetches it.
        var first = offers.hold(List.of(upper.layer(), layer));
        done(offers.receive(upper, stream(new Tars().file("a", "x")))
                .toCompletableFuture()
                .join());
        var second = offers.hold(List.of(upper.layer()));
        offers.release(upper.layer());
        offers.release(layer);

        first.run();
        first.run();
        assertThat(offers.present()).as("what it stands on, too").containsExactlyInAnyOrder(upper.layer(), layer);
        store.open();
        assertThat(offers.present()).containsExactlyInAnyOrder(upper.layer(), layer);

        second.run();
        assertThat(offers.present()).isEmpty();
        offers.hold(List.of(layer)).run();
    }

    /** Of a host that is gone by now. */
    private static final class Dying extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("the host has died");
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return read();
        }
    }

    /** Whatever fails in between, it is asked about again until it is gone. */
    @Test
    void letsGoOfWhatIsHereUntilOthersHaveIt() throws IOException {
        var offers = new HostedOffers(store, layers);
        done(unpack(new Tars().directory("d")));
        offers.offerAway(layer, new OrganizationId("one"));
        var obstacle = Files.createDirectory(data.resolve("layers/" + layer + "/.condemned.draft"));

        assertThatThrownBy(() -> offers.markShared(layer)).isInstanceOf(RuntimeFailure.class);

        assertThat(offers.unshared()).extracting(SharedLayer::layer).containsExactly(layer);
        Files.delete(obstacle);
        offers.markShared(layer);
        assertThat(offers.present()).isEmpty();
    }

    @Test
    void remembersOfWhichSandboxWhatIsLentIs() throws IOException {
        done(unpack(new Tars().directory("d")));
        var sandbox = new SandboxId("sb-0000000000000001");
        assertThat(new HostedOffers(store, layers).lent()).isEmpty();

        new HostedOffers(store, layers).lend(layer, sandbox);

        var offers = new HostedOffers(store, layers);
        assertThat(offers.lent()).containsOnly(Map.entry(layer, sandbox));
        assertThat(offers.unshared()).isEmpty();
        offers.release(layer);
        assertThat(offers.present()).isEmpty();
        assertThat(offers.lent()).isEmpty();
    }

    @Test
    void keepsLongHolesEmpty() throws IOException {
        done(unpack(new Tars().file("sparse", "\0".repeat(3 << 20) + "end")));

        assertThat(Files.size(at("sparse"))).isEqualTo((3L << 20) + 3);
        assertThat(Integer.parseInt(stat("%b", "sparse"))).isLessThan(1024);
    }

    /** They are packed as such, which is refused of anybody else. */
    @Test
    void givesBackFilesWithHoles() throws IOException {
        done(unpack(new Tars().file("holes", "begin" + "\0".repeat(3 << 20) + "end")));
        var copy = new CheckpointId(UUID.randomUUID());

        var packed = layers.pack(List.of(layer)).toCompletableFuture().join();
        done(unpack(copy, SetuidFiles.REFUSE, packed));

        assertThat(data.resolve("layers/" + copy + "/diff/holes")).hasSameBinaryContentAs(at("holes"));
    }

    /** Larger than the library that reads tars can count, with names too long for their headers. */
    @Test
    void givesBackLargeFilesThatAreHolesForTheMostPart() throws IOException {
        var folder = "deep/" + "x".repeat(120) + "/" + "y".repeat(120);
        done(unpack(new Tars()
                .directory("deep")
                .directory("deep/" + "x".repeat(120))
                .directory(folder)
                .file("before", "1")
                .file("zz-after", "2")
                .file("hole", "")
                .file("middle", "")
                .file("inner", "")
                .file(folder + "/end", "")));
        for (var name : List.of("hole", folder + "/end", "middle")) {
            try (var file = new RandomAccessFile(at(name).toFile(), "rw")) {
                file.setLength(5L << 30);
                file.seek(name.equals("middle") ? 3L << 30 : (5L << 30) - 3);
                file.writeBytes(name.equals("hole") ? "" : "end");
            }
        }
        // What it takes to be a header within a file is none.
        Files.write(at("inner"), new Tars().file("a", "GNU.sparse.realsize").bytes());
        var copy = new CheckpointId(UUID.randomUUID());
        var place = new HostedLayers.Place("", List.of(), SetuidFiles.KEEP, 1L << 40);

        done(layers.unpack(
                        copy,
                        place,
                        layers.pack(List.of(layer)).toCompletableFuture().join())
                .toCompletableFuture()
                .join());

        var there = data.resolve("layers/" + copy + "/diff");
        assertThat(listing(copy)).isEqualTo(listing(layer));
        for (var name : List.of("hole", folder + "/end", "middle")) {
            assertThat(Files.size(there.resolve(name))).isEqualTo(5L << 30);
            assertThat(Long.parseLong(stat("%b", there.resolve(name)))).isLessThan(1024);
        }
        try (var end = new RandomAccessFile(there.resolve(folder + "/end").toFile(), "r");
                var middle = new RandomAccessFile(there.resolve("middle").toFile(), "r")) {
            end.seek((5L << 30) - 4);
            middle.seek((3L << 30) - 1);
            assertThat(end.readLine()).isEqualTo("\0end");
            var read = new byte[5];
            middle.readFully(read);
            assertThat(new String(read, StandardCharsets.US_ASCII)).isEqualTo("\0end\0");
        }
        assertThat(there.resolve("inner")).hasSameBinaryContentAs(at("inner"));
    }

    @Test
    void refusesHolesInAnyOtherForm() {
        assertRefused(new Tars().put("x", TarConstants.LF_GNUTYPE_SPARSE, 0644, "", entry -> {}), "is sparse");
    }

    @Test
    void refusesNamesThatLeadOut() {
        assertRefused(new Tars().file("../escape", "x"), "leads out");
        assertRefused(new Tars().directory("a").file("a/../../escape", "x"), "leads out");
    }

    @Test
    void refusesAbsoluteNames() {
        assertRefused(new Tars().file(data + "/escape", "x"), "absolute");
    }

    @Test
    void refusesNamesThatGoThroughLinks() throws IOException {
        var outside = Files.createDirectory(data.resolve("outside"));

        assertRefused(new Tars().link("way", outside.toString()).file("way/escape", "x"), "way/escape");
        assertRefused(new Tars().link("way", "../../..").directory("way/escape"), "way/escape");
        assertRefused(
                new Tars().directory("d").link("d/way", outside.toString()).hardLink("d/way/escape", "d"), "escape");
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void writesThroughNoLinkThatHasTheName() throws IOException {
        var outside = Files.writeString(data.resolve("target"), "untouched");

        done(unpack(new Tars().link("file", outside.toString()).file("file", "own")));

        assertThat(outside).hasContent("untouched");
        assertThat(at("file")).hasContent("own");
    }

    @Test
    void refusesDevices() {
        assertRefused(new Tars().device("null", TarConstants.LF_CHR, 1, 3), "is a device");
        assertRefused(new Tars().device("disk", TarConstants.LF_BLK, 8, 0), "is a device");
        assertRefused(new Tars().device("disk", TarConstants.LF_BLK, 0, 0), "is a device");
    }

    @Test
    void refusesSetuidAndSetgidUnlessTheyAreDropped() {
        for (var mode : List.of(04755, 02755, 06755)) {
            assertRefused(new Tars().file("su", "x", mode), "is setuid or setgid");
        }
        done(unpack(
                layer,
                SetuidFiles.DROP,
                stream(new Tars().file("su", "x", 06755).directory("d"))));
        assertThat(stat("%a", "su")).isEqualTo("755");
    }

    @Test
    void refusesCapabilities() {
        assertRefused(
                new Tars()
                        .put(
                                "ping",
                                TarConstants.LF_NORMAL,
                                0755,
                                "x",
                                entry -> entry.addPaxHeader("SCHILY.xattr.security.capability", "\1\0")),
                "has capabilities");
    }

    @Test
    void refusesHardLinksOutOfTheTree() throws IOException {
        Files.writeString(data.resolve("target"), "host");

        assertRefused(new Tars().hardLink("stolen", data + "/target"), "outside");
        assertRefused(new Tars().hardLink("stolen", "../../../target"), "outside");
        assertRefused(new Tars().link("way", data.toString()).hardLink("stolen", "way/target"), "stolen");
        assertThat(stat("%h", data.resolve("target"))).isEqualTo("1");
    }

    @Test
    void refusesOwnersThatNoSandboxHas() {
        assertRefused(new Tars().put("root", TarConstants.LF_NORMAL, 0644, "x", entry -> entry.setIds(0, 0)), "owner");
        assertRefused(
                new Tars()
                        .put(
                                "far",
                                TarConstants.LF_NORMAL,
                                0644,
                                "x",
                                entry -> entry.setIds(Tars.OWNERS + 65536, Tars.OWNERS)),
                "owner");
    }

    @Test
    void refusesMoreThanTheLimit() {
        assertThat(unpack(new Tars().file("big", "\0".repeat((int) LIMIT + 1))))
                .isEqualTo(Outcome.refused(new ArchiveRefusal.TooLarge(LIMIT + " bytes of files")));
        assertNothingIsLeft();
    }

    @Test
    void refusesOtherBytesThanTheListSays() {
        var packed = packed(new Tars().file("a", "x"));
        packed[packed.length - 10] ^= 1;

        assertThat(unpack(layer, SetuidFiles.REFUSE, new ByteArrayInputStream(packed)))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.reason()).isInstanceOf(ArchiveRefusal.Damaged.class));
        assertNothingIsLeft();
    }

    @Test
    void refusesFilesForAnotherTemplate() {
        var list = new PackList("other", System.getProperty("os.arch"), Tars.OWNERS, List.of());

        assertThat(unpack(layer, SetuidFiles.REFUSE, new ByteArrayInputStream(list.line())))
                .isEqualTo(Outcome.refused(new ArchiveRefusal.OtherBase("other for " + System.getProperty("os.arch"))));
    }

    /** Wherever it is cut, there is no layer; a broken connection is a failure, an early end a refusal. */
    @Test
    void leavesNothingOfWhatIsInterrupted() {
        var seed = new Random().nextLong();
        System.out.println("interrupted imports: seed " + seed);
        var random = new Random(seed);
        var packed = packed(new Tars().file("a", "x".repeat(100_000)), new Tars().file("b", "y"));
        for (var round = 0; round < 8; round++) {
            var cut = random.nextInt(packed.length);
            var start = new ByteArrayInputStream(packed, 0, cut);

            assertThat(unpack(layer, SetuidFiles.REFUSE, start))
                    .as("seed %s, cut at %s", seed, cut)
                    .isInstanceOf(Outcome.Refused.class);

            var broken = layers.unpack(
                    layer,
                    Incoming.archive(SetuidFiles.REFUSE),
                    new Breaking(new ByteArrayInputStream(packed, 0, cut)));
            assertThat(broken.toCompletableFuture()
                            .handle((done, failure) -> failure != null)
                            .join())
                    .as("seed %s, broken at %s", seed, cut)
                    .isTrue();
            assertNothingIsLeft();
        }
    }

    /** Fails where it should end. */
    private static final class Breaking extends FilterInputStream {
        Breaking(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            return failed(super.read());
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return failed(super.read(into, offset, length));
        }

        private static int failed(int count) throws IOException {
            if (count < 0) {
                throw new IOException("the connection broke");
            }
            return count;
        }
    }

    private void assertRefused(Tars tar, String why) {
        assertThat(unpack(tar))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.reason())
                                .isInstanceOfSatisfying(
                                        ArchiveRefusal.Unsafe.class,
                                        unsafe -> assertThat(unsafe.message()).contains(why)));
        assertNothingIsLeft();
    }

    private void assertNothingIsLeft() {
        assertThat(store.sizeOf(layer)).isEmpty();
        assertThat(data.resolve("layers")).isEmptyDirectory();
        // Made when something is first under way.
        assertThat(data.resolve("drafts"))
                .satisfiesAnyOf(
                        drafts -> assertThat(drafts).doesNotExist(),
                        drafts -> assertThat(drafts).isEmptyDirectory());
    }

    private static void done(Outcome<Unpacked> outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
    }

    private Outcome<Unpacked> unpack(Tars... tars) {
        return unpack(layer, SetuidFiles.REFUSE, stream(tars));
    }

    private Outcome<Unpacked> unpack(CheckpointId id, SetuidFiles setuid, InputStream content) {
        return layers.unpack(id, Incoming.archive(setuid), content)
                .toCompletableFuture()
                .join();
    }

    private static InputStream stream(Tars... tars) {
        return new ByteArrayInputStream(packed(tars));
    }

    private static byte[] packed(Tars... tars) {
        var content = new ByteArrayOutputStream();
        var list = new ArrayList<Packed>();
        for (var tar : tars) {
            var compressed = Zstd.compress(tar.bytes());
            list.add(new Packed(HexFormat.of().formatHex(Packing.sha256().digest(compressed)), compressed.length, 0));
            content.writeBytes(compressed);
        }
        var all = new ByteArrayOutputStream();
        all.writeBytes(new PackList("base-x", System.getProperty("os.arch"), Tars.OWNERS, list).line());
        all.writeBytes(content.toByteArray());
        return all.toByteArray();
    }

    private Path at(String path) {
        return data.resolve("layers/" + layer + "/diff").resolve(path);
    }

    private List<String> names(String path) throws IOException {
        try (var entries = Files.list(at(path))) {
            return entries.map(each -> each.getFileName().toString()).toList();
        }
    }

    private String stat(String format, String path) {
        return stat(format, at(path));
    }

    private static String stat(String format, Path path) {
        return tool("stat", "--printf=" + format, path.toString());
    }

    private String tar(String path) {
        return tool(
                "tar",
                "--create",
                "--file=-",
                "--no-recursion",
                "--format=posix",
                "--xattrs",
                "--xattrs-include=trusted.*",
                "--directory=" + at(path),
                ".");
    }

    private String listing(CheckpointId id) {
        return tool("find", data.resolve("layers/" + id + "/diff").toString(), "-printf", "%P %y %m %U %G %n %l\\n")
                .lines()
                .sorted()
                .reduce("", (all, line) -> all + line + "\n");
    }

    private static String tool(String... command) {
        return dev.sealbox.runtime.step.Tool.run("test", Arrays.asList(command));
    }
}
