package dev.sealbox.demo.story;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.client.ApiException;
import dev.sealbox.client.Image;
import dev.sealbox.client.RawRequests;
import dev.sealbox.client.RunOptions;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.demo.crash.BranchKills;
import dev.sealbox.demo.node.Project;
import dev.sealbox.demo.upstream.Shelf;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Images as people make them, on one node that is killed in the end. Packages come from a shelf of the test's own. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ImagesIT {
    private static final String SHELF = "shelf.images.test";
    private static final String RUN = UUID.randomUUID().toString();
    private static final List<String> SDK = List.of("package.json", "package-lock.json", "images.mjs", "branches.mjs");

    private static final Duration PAUSE = Duration.ofMillis(200);

    private static Shelf shelf;
    private static World world;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        shelf = Shelf.open();
        debianPackage();
        pythonPackage();
        world = World.open(Map.of(
                "SEALBOX_UPSTREAM_OVERRIDES",
                SHELF + "=127.0.0.1:" + shelf.port(),
                "SEALBOX_STORAGE",
                System.getProperty("sealbox.images.storage", "btrfs-loop"),
                "SEALBOX_STORAGE_IMAGE_SIZE",
                "8 GiB"));
    }

    @AfterAll
    static void stop() {
        try (var closing = world) {
            assertThat(closing.stop()).as("what is left on this machine").isEmpty();
        } finally {
            shelf.close();
        }
    }

    private static void debianPackage() throws IOException, InterruptedException {
        var control = Files.createDirectories(folder.resolve("greeting/DEBIAN")).resolve("control");
        Files.writeString(control, """
                Package: greeting
                Version: 1
                Architecture: all
                Maintainer: a <a@b.test>
                Description: hello
                """);
        Files.writeString(
                Files.createDirectories(folder.resolve("greeting/opt")).resolve("greeting"), "hello from apt\n");
        done(folder, Map.of(), "dpkg-deb", "--root-owner-group", "-b", "greeting");
        var deb = Files.readAllBytes(folder.resolve("greeting.deb"));
        shelf.put("/./greeting.deb", deb)
                .put(
                        "/./Packages",
                        (Files.readString(control) + "Filename: ./greeting.deb\nSize: " + deb.length + "\nSHA256: "
                                        + sha256(deb) + "\n\n")
                                .getBytes(UTF_8));
    }

    private static void pythonPackage() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var wheel = new ZipOutputStream(bytes)) {
            entry(wheel, "greeting.py", "WORDS = 'hello from pip'\n");
            entry(wheel, "greeting-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n");
            entry(
                    wheel,
                    "greeting-1.0.dist-info/WHEEL",
                    "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n");
            entry(
                    wheel,
                    "greeting-1.0.dist-info/RECORD",
                    "greeting.py,,\ngreeting-1.0.dist-info/METADATA,,\ngreeting-1.0.dist-info/WHEEL,,\ngreeting-1.0.dist-info/RECORD,,\n");
        }
        var name = "greeting-1.0-py3-none-any.whl";
        shelf.put("/simple/greeting/" + name, bytes.toByteArray())
                .put(
                        "/simple/greeting/",
                        ("<!DOCTYPE html><html><body><a href=\"" + name + "\">" + name + "</a></body></html>")
                                .getBytes(UTF_8));
    }

    private static void entry(ZipOutputStream zip, String name, String text) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(text.getBytes(UTF_8));
        zip.closeEntry();
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs a program beside the sandboxes. */
    private static void done(Path directory, Map<String, String> settings, String... command)
            throws IOException, InterruptedException {
        var said = Files.createTempFile(folder, "said", "");
        var builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().putAll(settings);
        var process = builder.start();
        assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(said)).isZero();
    }

    private static Sandbox from(Image image, List<String> log) {
        return Sandbox.create(world.client(), SandboxOptions.defaults().image(image), log::add);
    }

    private static String out(Sandbox sandbox, String command) {
        var result = sandbox.commands().run(command);
        assertThat(result.exitCode()).as(result.stdout() + result.stderr()).isZero();
        return result.stdout();
    }

    private static void eventually(String what, BooleanSupplier condition) {
        var deadline = Instant.now().plus(Duration.ofMinutes(2));
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as(what).isBefore(deadline);
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /** Both package managers, what they leave, and a store on top, whose secret wins over the image's variable. */
    @Test
    @Order(1)
    void installsPackagesForReal() {
        var stores = world.client().secretStores();
        var store = stores.create("image-store", List.of(SHELF));
        stores.setSecret(store.id(), "TOKEN", "real-" + RUN);
        var sources = Image.base()
                .run("sudo rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*")
                .addFile("/etc/apt/sources.list", "deb [trusted=yes] http://" + SHELF + " ./\n");
        var image = sources.aptInstall("greeting")
                .env("PIP_INDEX_URL", "http://" + SHELF + "/simple")
                .env("PIP_TRUSTED_HOST", SHELF)
                .env("TOKEN", "of the image")
                .env("HTTPS_PROXY", "http://nowhere.test")
                .pipInstall("greeting==1.0");
        var log = new ArrayList<String>();

        try (var sandbox = Sandbox.create(
                world.client(),
                SandboxOptions.defaults()
                        .image(image)
                        .secretStore("image-store")
                        .memoryMB(1024),
                log::add)) {
            assertThat(out(sandbox, "cat /opt/greeting; python3 -c 'import greeting; print(greeting.WORDS)'"))
                    .isEqualTo("hello from apt\nhello from pip\n");
            assertThat(out(sandbox, "echo $TOKEN $HTTPS_PROXY")).matches("osb_sealed_[0-9a-f]{32} http://169[.].*\n");
        }
        assertThat(log).anyMatch(line -> line.contains("Setting up greeting"));

        // What begins alike is not done again.
        var other = new ArrayList<String>();
        try (var sandbox = from(sources.run("id -un >/tmp/who"), other)) {
            assertThat(out(sandbox, "cat /tmp/who /etc/apt/sources.list")).startsWith("sandbox\ndeb ");
        }
        assertThat(other)
                .anyMatch(line -> line.startsWith("Found image"))
                .noneMatch(line -> line.startsWith("Step 1:"));
    }

    @Test
    @Order(2)
    void buildsOnceWhatIsWantedTwice() throws InterruptedException, ExecutionException {
        var image = Image.base().run("sleep 1; cat /proc/sys/kernel/random/uuid | tee /tmp/once");
        Callable<String> create = () -> {
            try (var sandbox = from(image, new ArrayList<>())) {
                return out(sandbox, "cat /tmp/once");
            }
        };
        try (var threads = Executors.newFixedThreadPool(3)) {
            var all = threads.invokeAll(List.of(create, create, create));
            assertThat(List.of(all.get(1).get(), all.get(2).get()))
                    .containsOnly(all.getFirst().get());
        }
    }

    /** Links lead nowhere but into the builder, names are names, and no variable reaches the package manager. */
    @Test
    @Order(3)
    void keepsHostileImagesInTheirSandbox() {
        var trap = "/tmp/root/etc/" + RUN;
        var name = "/opt/$(touch /tmp/pwned);`id`\n'\" -rf *";
        var image = Image.base()
                .env("LD_PRELOAD", "/nowhere.so")
                .env("PATH", "/nowhere")
                .env("BASH_ENV", "/nowhere")
                .run("/bin/ln -s / /tmp/root")
                .addFile(trap, "#!/bin/sh\necho inside\n")
                .addFile(name, "#!/bin/sh\n")
                .workdir(name + ".d");

        try (var sandbox = from(image, new ArrayList<>())) {
            var options = RunOptions.defaults().env("PATH", "/usr/bin:/bin").env("LD_PRELOAD", "");
            var result = sandbox.commands().run("/etc/" + RUN + "; ls /tmp; pwd", options);
            assertThat(result.stdout().lines()).startsWith("inside").doesNotContain("pwned");
            assertThat(result.stdout()).endsWith(name + ".d\n");
        }
        assertThat(Path.of("/etc/" + RUN)).doesNotExist();
    }

    @Test
    @Order(4)
    void tellsWhyAStepFailsAndKeepsNothingOfIt() {
        var image = Image.base().run("true").run("echo because >&2; false");

        for (var attempt = 0; attempt < 2; attempt++) {
            var log = new ArrayList<String>();
            assertThatThrownBy(() -> from(image, log))
                    .isInstanceOf(ApiException.class)
                    .hasMessageContaining("step 2 (run) failed: exit code 1: because");
            assertThat(log).contains("Step 2: run");
        }
        var missing = Image.base().addFile("/etc/hostname/below", "a parent is a file");
        assertThatThrownBy(() -> from(missing, new ArrayList<>())).hasMessageContaining("step 1 (add_file) failed");
    }

    /** The client's connection is closed in the middle of a step that would take minutes. */
    @Test
    @Order(5)
    void cancelsWhatNobodyWaitsFor() throws IOException {
        var connection = (HttpURLConnection)
                URI.create(world.node().api() + "/api/sandboxes").toURL().openConnection();
        connection.setDoOutput(true);
        connection.setRequestProperty("X-API-Key", world.apiKey());
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setRequestProperty("Accept", "text/event-stream");
        connection
                .getOutputStream()
                .write("{\"image\":{\"steps\":[{\"type\":\"run\",\"args\":{\"commands\":[\"sleep 200\"]}}]}}"
                        .getBytes(UTF_8));
        try (var lines = new BufferedReader(new InputStreamReader(connection.getInputStream(), UTF_8))) {
            for (var line = lines.readLine(); !line.contains("Step 1: run"); line = lines.readLine()) {}
        }
        connection.disconnect();

        eventually("the build is cancelled", () -> failures().contains("it was cancelled"));
    }

    private static String failures() {
        return world.client()
                .raw()
                .get("/audit/events?limit=1000&kind=" + RawRequests.escaped("image.build-failed"))
                .toString();
    }

    /** From request to running, through the cache and without an image; the figures are for eyes, what was done counts. */
    @Test
    @Order(6)
    void startsFromTheCacheAsFastAsFromTheTemplate() {
        var image = Image.base().run("echo made >/tmp/made");
        from(image, new ArrayList<>()).kill();
        var plain = new ArrayList<Long>();
        var cached = new ArrayList<Long>();
        var log = new ArrayList<String>();
        IntStream.range(0, 7).forEach(i -> {
            plain.add(took(() -> Sandbox.create(world.client(), SandboxOptions.defaults())));
            cached.add(took(() -> from(image, log)));
        });
        plain.sort(null);
        cached.sort(null);
        System.out.println("create, medians of 7: " + plain.get(3) + " ms from the template, " + cached.get(3)
                + " ms from a cached image");
        assertThat(log).filteredOn(line -> line.startsWith("Found image")).hasSize(7);
        assertThat(log).noneMatch(line -> line.startsWith("Step "));
    }

    private static long took(Supplier<Sandbox> create) {
        var began = System.nanoTime();
        var sandbox = create.get();
        var millis = (System.nanoTime() - began) / 1_000_000;
        sandbox.kill();
        return millis;
    }

    @Test
    @Order(7)
    void worksWithTheTypeScriptSdkUnmodified() throws IOException, InterruptedException {
        var sources = Project.home().resolve("demo/src/test/sdk");
        var sdk = Files.createDirectories(folder.resolve("sdk"));
        for (var file : SDK) {
            Files.copy(sources.resolve(file), sdk.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        done(sdk, Map.of(), "npm", "ci", "--no-audit", "--no-fund", "--prefer-offline");
        var settings = Map.of(
                "OPENCOMPUTER_API_URL", world.node().api().toString(),
                "OPENCOMPUTER_API_KEY", world.apiKey(),
                "RUN", RUN);
        done(sdk, settings, "node", "--test-reporter=spec", "images.mjs");
        done(sdk, settings, "node", "--test-reporter=spec", "branches.mjs");
    }

    /** On btrfs; {@link TypeScriptSdkIT} has them on overlays. */
    @Test
    @Order(8)
    void passesTheRowsOfBranches() {
        new BranchRows(world).pass();
    }

    /** Killed in the middle of a step: afterwards the build has failed, its name is free, and it can be built again. */
    @Test
    @Order(9)
    void leavesNothingHalfDoneWhenTheServerIsKilled() {
        var snapshots = world.client().snapshots();
        var slow = Image.base().run("echo begun >/tmp/begun").run("sleep 100");
        var before = events("image.built");
        assertThat(snapshots.begin("slow", slow).status()).isEqualTo("building");
        eventually("the second step runs", () -> events("image.built") == before + 1 && underWay() == 1);

        world.node().kill();
        world.node().start();

        var after = snapshots.read("slow");
        assertThat(after.isFailed()).isTrue();
        assertThat(after.errorMsg()).contains("the server was stopped");
        eventually("the build is given up", () -> failures().contains("the server was stopped"));
        var log = new ArrayList<String>();
        var again = snapshots.create(
                "slow", Image.base().run("echo begun >/tmp/begun").run("true"), log::add);
        assertThat(again.isReady()).isTrue();
        assertThat(log).anyMatch(line -> line.startsWith("Found image"));
        try (var sandbox =
                Sandbox.create(world.client(), SandboxOptions.defaults().snapshot("slow"))) {
            assertThat(out(sandbox, "cat /tmp/begun")).isEqualTo("begun\n");
        }
        snapshots.delete("slow");
    }

    @Test
    @Order(9)
    void leavesNothingHalfDoneWhateverTheServerIsKilledIn() throws InterruptedException {
        BranchKills.inflictOn(world);
    }

    /** The builds before have ended. */
    private static long underWay() {
        return events("image.build-begun") - events("image.built") - events("image.build-failed");
    }

    private static long events(String kind) {
        return world.client()
                .raw()
                .get("/audit/events?limit=1000&kind=" + RawRequests.escaped(kind))
                .path("events")
                .size();
    }
}
