package dev.sealbox.demo.cluster;

import dev.sealbox.client.SealboxClient;
import dev.sealbox.demo.chaos.Checker;
import dev.sealbox.demo.chaos.History;
import dev.sealbox.demo.chaos.Load;
import dev.sealbox.demo.node.Build;
import dev.sealbox.demo.node.Node;
import dev.sealbox.demo.node.Project;
import dev.sealbox.demo.node.Sweep;
import dev.sealbox.demo.upstream.TestAuthority;
import dev.sealbox.demo.upstream.TestUpstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.IntFunction;

/**
 * Three machines with a node on each, one PostgreSQL server and one upstream that they share. Closing it removes
 * everything. Not thread-safe.
 */
public final class ClusterWorld implements AutoCloseable {
    /** What a node does, by its machine: entities and sandboxes, entities only, sandboxes only. */
    static final List<String> ROLES = List.of("control,host", "control", "host");

    /** How hosts are labelled, by their machine. */
    private static final List<String> PLACES = List.of("first", "second", "third");

    /**
     * This node says that it is of a later version, and only says so: shards go to it first. What nodes of other versions
     * say is tested with the messages themselves, which are kept, and by {@link Upgrade}.
     */
    private static final int LATER = 2;

    static final String LATER_VERSION = "99";

    static final String HOST = "api.example.test";

    /** A host that hears of nobody for so long uses no secret any more. */
    static final Duration LEASE = Duration.ofSeconds(4);

    /**
     * How long a sandbox that was named as lagging may go on: until a dead node is missed and removed, its entities are up
     * elsewhere, and the change is told again. A host uses nothing while its lease is over, but has it back before that.
     */
    private static final Duration LAG = Duration.ofSeconds(30);

    private static final String STABLE_AFTER = "4 s";

    /** What every node's certificate says beside its own name: who has it not is no node. */
    private static final String NODE = "node.sealbox.test";

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final IntFunction<Build> builds;
    private final Path folder;
    private final Network network;
    private final TestUpstream upstream;
    private final Postgres postgres;
    private final LayerShelf shelf;
    private final TestAuthority nodes = new TestAuthority();
    private final Map<String, String> shared;
    private final String apiKey = "cluster-" + hex(16);
    private final List<Node> started = new ArrayList<>();
    private final Map<String, WallClock> clocks = new HashMap<>();
    private final List<SealboxClient> clients = new ArrayList<>();

    /** With a folder as layer store. */
    public ClusterWorld() {
        this(ClusterWorld::shown, ClusterWorld::inFolder);
    }

    /** With nodes of those builds by the number of their machine. */
    ClusterWorld(IntFunction<Build> builds) {
        this(builds, ClusterWorld::inFolder);
    }

    /** With this layer store. */
    ClusterWorld(BiFunction<Network, Path, LayerShelf> layers) {
        this(ClusterWorld::shown, layers);
    }

    private static Build shown(int index) {
        return index == LATER ? Build.here().saying(LATER_VERSION) : Build.here();
    }

    private static LayerShelf inFolder(Network network, Path folder) {
        return new SharedFolder(folder.resolve("layers"));
    }

    /**
     * Makes the machines; no node is started yet.
     *
     * @param layers makes the layer store, which machines of the network can reach, and may use the folder
     */
    private ClusterWorld(IntFunction<Build> builds, BiFunction<Network, Path, LayerShelf> layers) {
        this.builds = builds;
        try {
            // Others may pass through: the users of sandboxes, on the way to their own files.
            var passable = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x"));
            folder = Files.createTempDirectory("sealbox-cluster-", passable);
            network = kept(new Network(ROLES.size()));
            var authority = new TestAuthority();
            upstream = kept(new TestUpstream(authority, List.of(HOST)));
            postgres = kept(new Postgres(folder.resolve("postgres")));
            shelf = kept(layers.apply(network, folder));
            shared = new HashMap<>(shelf.settings());
            shared.putAll(Map.of(
                    "SEALBOX_DATABASE_URL",
                    "jdbc:postgresql://" + network.here() + ":"
                            + kept(new Forwarder(network.here(), postgres.port()))
                                    .port() + "/postgres",
                    "SEALBOX_DATABASE_USER",
                    "postgres",
                    "SEALBOX_DATABASE_PASSWORD",
                    "postgres",
                    "SEALBOX_RATE_LIMIT",
                    "0",
                    "SEALBOX_MASTER_KEY_FILE",
                    folder.resolve("master.json").toString(),
                    "SEALBOX_TEMPLATE_DIR",
                    Project.templates().toString(),
                    "SEALBOX_BOOTSTRAP_API_KEY",
                    apiKey,
                    "SEALBOX_UPSTREAM_OVERRIDES",
                    HOST + "=" + network.here() + ":"
                            + kept(new Forwarder(network.here(), upstream.port()))
                                    .port(),
                    "SEALBOX_UPSTREAM_CA_FILE",
                    Files.writeString(folder.resolve("upstreams.pem"), authority.pem())
                            .toString()));
            for (var index = 1; index <= ROLES.size(); index++) {
                started.add(node("m" + index, index, nodes, ROLES.get(index - 1)));
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e instanceof IOException io ? new UncheckedIOException(io) : (RuntimeException) e;
        }
    }

    /** Begins to use the cluster by the nodes with an API, and notes what is seen. */
    Load load(History history) {
        var load = Load.start(List.of(node(1).api(), node(2).api()), apiKey, HOST, history);
        upstream.listen(load::arrived);
        open.push(load);
        return load;
    }

    /** Judges what was seen. */
    static Checker checker() {
        return new Checker(Load.INITIAL, LAG, Duration.ofSeconds(3));
    }

    private <T extends AutoCloseable> T kept(T part) {
        open.push(part);
        return part;
    }

    /** A node of the machine {@code index} whose certificate is {@code issuer}'s; not started. */
    private Node node(String name, int index, TestAuthority issuer, String roles) throws IOException {
        var data = folder.resolve(name);
        var pem = issuer.pemNode(List.of(NODE, name));
        var settings = new HashMap<>(shared);
        settings.putAll(Map.of(
                "SEALBOX_DATA_DIR",
                data.toString(),
                "SEALBOX_ROLES",
                roles,
                "SEALBOX_HOST_LABELS",
                "place=" + PLACES.get(index - 1),
                "SEALBOX_CLUSTER_HOST",
                network.address(index),
                "SEALBOX_CLUSTER_PORT",
                name.startsWith("m") ? "25520" : "25521",
                "SEALBOX_CLUSTER_SEEDS",
                network.address(1) + ":25520," + network.address(2) + ":25520",
                "SEALBOX_CLUSTER_STABLE_AFTER",
                STABLE_AFTER,
                "SEALBOX_LEASE",
                LEASE.toSeconds() + " s",
                // A short life is better spent without the best compiler.
                "SEALBOX_JAVA_OPTS",
                "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"));
        settings.putAll(Map.of(
                "SEALBOX_CLUSTER_TLS_CERT_FILE", file(name + ".crt", pem.chain()),
                "SEALBOX_CLUSTER_TLS_KEY_FILE", file(name + ".key", pem.key()),
                "SEALBOX_CLUSTER_TLS_CA_FILE", file(name + "-ca.crt", issuer.pem())));
        var clock = new WallClock(folder, name + ".clock");
        settings.putAll(clock.environment());
        clocks.put(name, clock);
        open.push(() -> new Sweep(data, data).force());
        var node = kept(
                Node.in(network.namespace(index), network.address(index), settings, folder.resolve(name + ".log")));
        node.of(builds.apply(index));
        return node;
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    /** Starts all nodes: the first begins the cluster, the others join it at the same time. */
    public void start() {
        startFirst();
        startOthers();
    }

    /** Starts all but the first, at the same time. */
    public void startOthers() {
        var others = new ArrayList<CompletableFuture<Void>>();
        for (var index = 2; index <= ROLES.size(); index++) {
            var node = node(index);
            others.add(CompletableFuture.runAsync(node::start));
        }
        CompletableFuture.allOf(others.toArray(CompletableFuture<?>[]::new)).join();
    }

    /** The machines lead nowhere, so what sandboxes stand on is made on this one when it is not there yet. */
    public void startFirst() {
        try {
            node(1).start();
        } catch (IllegalStateException e) {
            if (!String.valueOf(e.getMessage()).contains("sealbox: template:")) {
                throw e;
            }
            var data = folder.resolve("builder");
            var settings = Map.of(
                    "SEALBOX_DATA_DIR",
                    data.toString(),
                    "SEALBOX_TEMPLATE_DIR",
                    Project.templates().toString());
            try (var builder = new Node(settings, folder.resolve("builder.log"))) {
                builder.of(node(1).build());
                builder.start();
            } finally {
                new Sweep(data, data).force();
            }
            node(1).start();
        }
    }

    /** A node whose certificate is another authority's, on the machine with that number. */
    Node stranger(int index) {
        try {
            return node("stranger", index, new TestAuthority(), "host");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Node node(int index) {
        return started.get(index - 1);
    }

    /** Of the machine with that number. */
    WallClock clock(int index) {
        return Objects.requireNonNull(clocks.get("m" + index));
    }

    /** A client of the node with that number. */
    public SealboxClient client(int index) {
        var client = SealboxClient.builder()
                .baseUrl(node(index).api().toString())
                .apiKey(apiKey)
                .timeout(Duration.ofSeconds(60))
                .build();
        clients.add(client);
        return client;
    }

    /** What the node of that name has printed. */
    String logOf(String name) {
        return read(name + ".log");
    }

    /** The id of the host on the machine with that number. */
    public String hostId(int index) {
        return read("m" + index + "/host-id").strip();
    }

    private String read(String file) {
        try {
            return Files.readString(folder.resolve(file));
        } catch (IOException absent) {
            return "";
        }
    }

    Network network() {
        return network;
    }

    /** The layer store. */
    LayerShelf shelf() {
        return shelf;
    }

    Postgres postgres() {
        return postgres;
    }

    TestUpstream upstream() {
        return upstream;
    }

    /** Nodes first, and what they need last. */
    @Override
    public void close() {
        clients.forEach(SealboxClient::close);
        started.parallelStream().forEach(Node::kill);
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                System.err.println("could not close a part of the cluster: " + e);
            }
        }
        new Sweep(folder, folder.resolve("none")).removeFolder();
    }

    private static String hex(int bytes) {
        var bits = new byte[bytes];
        new SecureRandom().nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }
}
