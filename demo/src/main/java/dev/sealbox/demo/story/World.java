package dev.sealbox.demo.story;

import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SealboxClient;
import dev.sealbox.demo.node.Node;
import dev.sealbox.demo.node.Project;
import dev.sealbox.demo.node.Sweep;
import dev.sealbox.demo.upstream.Canary;
import dev.sealbox.demo.upstream.GitServer;
import dev.sealbox.demo.upstream.TestAuthority;
import dev.sealbox.demo.upstream.TestUpstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * All that the story needs, on this machine: a node with a data folder of its own, the upstreams, and one run's secret
 * values. Closing it removes everything that it brought, also what a killed node left. Not thread-safe.
 */
public final class World implements AutoCloseable {
    private static final String OVERRIDES = "SEALBOX_UPSTREAM_OVERRIDES";

    private final Path folder;
    private final Sweep sweep;
    private final Path certificates;
    private final Values values = Values.random();
    private final TestUpstream upstream;
    private final GitServer git;
    private final Canary canary = new Canary();
    private final String apiKey = "demo-" + hex(16);
    private final Node node;
    private final SealboxClient client;
    private boolean closed;

    /**
     * Starts the upstreams and a node.
     *
     * @param settings further settings of the node; those of upstreams come on top of the story's own
     */
    public static World open(Map<String, String> settings) {
        try {
            // Others may pass through: the users of sandboxes, on the way to their own files.
            var open = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x"));
            var world = new World(Files.createTempDirectory("sealbox-demo-", open), settings);
            world.start();
            return world;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private World(Path folder, Map<String, String> settings) throws IOException {
        this.folder = folder;
        var data = folder.resolve("data");
        sweep = new Sweep(folder, data);
        var authority = new TestAuthority();
        certificates = Files.writeString(folder.resolve("upstreams.pem"), authority.pem());
        upstream = new TestUpstream(authority, Hosts.ECHOING);
        git = new GitServer(authority, Hosts.GIT, Files.createDirectory(folder.resolve("git")));
        var all = new HashMap<>(Map.of(
                "SEALBOX_DATA_DIR",
                data.toString(),
                "SEALBOX_TEMPLATE_DIR",
                Project.templates().toString(),
                "SEALBOX_BOOTSTRAP_API_KEY",
                apiKey,
                OVERRIDES,
                Hosts.overrides(upstream.port(), git.port()),
                "SEALBOX_UPSTREAM_CA_FILE",
                certificates.toString(),
                "SEALBOX_WEBHOOK_OVERRIDES",
                Hosts.HOOKS + "=127.0.0.1:" + upstream.port(),
                "SEALBOX_WEBHOOK_CA_FILE",
                certificates.toString()));
        settings.forEach((name, value) ->
                all.merge(name, value, (own, more) -> name.equals(OVERRIDES) ? own + "," + more : more));
        node = new Node(all, folder.resolve("logs/node.log"));
        client = SealboxClient.builder()
                .baseUrl(node.api().toString())
                .apiKey(apiKey)
                .build();
    }

    private void start() {
        try {
            node.start();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    public Node node() {
        return node;
    }

    public TestUpstream upstream() {
        return upstream;
    }

    /** The upstreams' authority, PEM. */
    public Path certificates() {
        return certificates;
    }

    public GitServer git() {
        return git;
    }

    public Canary canary() {
        return canary;
    }

    public Values values() {
        return values;
    }

    public String apiKey() {
        return apiKey;
    }

    /** The node's data and logs. */
    public Path folder() {
        return folder;
    }

    /** A client of the node. */
    public SealboxClient client() {
        return client;
    }

    /** What is there of the node on the machine now: processes, mounts, network namespaces and control groups. */
    public List<String> traces() {
        return sweep.traces();
    }

    /** Kills every sandbox and stops the node; what is then left of it on the machine, which should be nothing. */
    public List<String> stop() {
        Sandbox.list(client)
                .forEach(sandbox -> Sandbox.connect(client, sandbox.sandboxID()).kill());
        var clean = node.stop();
        var left = new ArrayList<>(sweep.lastingTraces());
        if (!clean) {
            left.add("the server did not stop by itself with status 0");
        }
        return left;
    }

    /** May be repeated, and called by another thread. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        client.close();
        node.close();
        sweep.force();
        sweep.removeFolder();
        upstream.close();
        git.close();
        canary.close();
    }

    private static String hex(int bytes) {
        var bits = new byte[bytes];
        new SecureRandom().nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }
}
