package dev.sealbox.demo.cluster;

import static dev.sealbox.demo.cluster.Programs.run;

import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Machines for nodes, as network namespaces: each has one link to a switch, which is a namespace as well, and this
 * machine has one, too. Closing it removes all of them.
 */
final class Network implements AutoCloseable {
    /** Of the range for benchmarks of networks (RFC 2544), which leads nowhere. */
    private final int number = ThreadLocalRandom.current().nextInt(1, 255);

    private final String prefix = "sbx" + number;
    private final int machines;

    Network(int machines) {
        this.machines = machines;
        run("ip", "netns", "add", hub());
        inside(hub(), "ip", "link", "add", "bridge", "type", "bridge", "forward_delay", "0");
        inside(hub(), "ip", "link", "set", "bridge", "up");
        run("ip", "link", "add", prefix, "type", "veth", "peer", "name", "here", "netns", hub());
        plug("here");
        run("ip", "address", "add", here() + "/24", "dev", prefix);
        run("ip", "link", "set", prefix, "up");
        IntStream.rangeClosed(1, machines).forEach(this::machine);
    }

    private void machine(int index) {
        var namespace = namespace(index);
        run("ip", "netns", "add", namespace);
        run("ip", "-n", hub(), "link", "add", "m" + index, "type", "veth", "peer", "name", "eth0", "netns", namespace);
        plug("m" + index);
        inside(namespace, "ip", "address", "add", address(index) + "/24", "dev", "eth0");
        inside(namespace, "ip", "link", "set", "eth0", "up");
        inside(namespace, "ip", "link", "set", "lo", "up");
    }

    private void plug(String link) {
        inside(hub(), "ip", "link", "set", link, "master", "bridge", "up");
    }

    private String hub() {
        return prefix + "-hub";
    }

    String namespace(int index) {
        return prefix + "-m" + index;
    }

    /** Of the machine with this number, counted from 1. */
    String address(int index) {
        return "198.18." + number + "." + (10 + index);
    }

    /** This machine's own, where the others find what they share. */
    String here() {
        return "198.18." + number + ".254";
    }

    /** No packet passes between that machine and the other ones any more; what they share stays within its reach. */
    void cutOff(int index) {
        var others = IntStream.rangeClosed(1, machines)
                .filter(other -> other != index)
                .mapToObj(this::address)
                .toList();
        var set = "{ " + String.join(", ", others) + " }";
        inside(namespace(index), "nft", "add table ip cut");
        inside(namespace(index), "nft", "add chain ip cut in { type filter hook input priority 0; }");
        inside(namespace(index), "nft", "add chain ip cut out { type filter hook output priority 0; }");
        inside(namespace(index), "nft", "add rule ip cut in ip saddr " + set + " drop");
        inside(namespace(index), "nft", "add rule ip cut out ip daddr " + set + " drop");
    }

    /** No packet of the others reaches that machine any more, but its own reach them. */
    void deafen(int index) {
        var others = IntStream.rangeClosed(1, machines)
                .filter(other -> other != index)
                .mapToObj(this::address)
                .toList();
        inside(namespace(index), "nft", "add table ip cut");
        inside(namespace(index), "nft", "add chain ip cut in { type filter hook input priority 0; }");
        inside(namespace(index), "nft", "add rule ip cut in ip saddr { " + String.join(", ", others) + " } drop");
    }

    /** So many of a hundred packets to that machine are lost, whoever sends them. */
    void lose(int index, int percent) {
        inside(namespace(index), "nft", "add table ip cut");
        inside(namespace(index), "nft", "add chain ip cut in { type filter hook input priority 0; }");
        inside(namespace(index), "nft", "add rule ip cut in numgen random mod 100 < " + percent + " drop");
    }

    /** Ends what {@link #cutOff}, {@link #deafen} or {@link #lose} began. */
    void heal(int index) {
        inside(namespace(index), "nft", "delete table ip cut");
    }

    @Override
    public void close() {
        Stream.concat(IntStream.rangeClosed(1, machines).mapToObj(this::namespace), Stream.of(hub()))
                .forEach(namespace -> quietly("ip", "netns", "delete", namespace));
        // With the switch its end of the link went, and with that ours; when the start broke off, it may be there.
        quietly("ip", "link", "delete", prefix);
    }

    private static void inside(String namespace, String... command) {
        run(Stream.concat(Stream.of("nsenter", "--net=/run/netns/" + namespace), Stream.of(command))
                .toArray(String[]::new));
    }

    private static void quietly(String... command) {
        try {
            run(command);
        } catch (IllegalStateException gone) {
            // What is not there needs no removal.
        }
    }
}
