package dev.sealbox.benchmarks;

import dev.sealbox.domain.identity.HostId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A further node for {@link RotationCluster}, in a process of its own; ends when its standard input does. */
final class RotationMember {
    private RotationMember() {}

    /** {@code arguments}: its folder, its host's id, the file of the master keys, the node to join, and its settings. */
    public static void main(String[] arguments) throws IOException {
        System.setProperty("logback.configurationFile", "dev/sealbox/benchmarks/logback.xml");
        var seat = new RotationNode.Seat(new HostId(arguments[1]), Path.of(arguments[2]), Optional.of(arguments[3]));
        try (var node = RotationNode.join(Path.of(arguments[0]), arguments[4], seat)) {
            node.awaitHost(seat.host());
            System.out.println(RotationCluster.READY);
            while (System.in.read() >= 0) {}
        }
        System.exit(0);
    }
}
