package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;

import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.persistence.audit.AuditSettings;
import dev.sealbox.persistence.audit.DatabaseAuditLog;
import dev.sealbox.persistence.keys.MasterKeys;
import dev.sealbox.persistence.keys.SealedNotary;
import java.nio.file.Path;
import java.util.List;

/** A process of its own that makes one store after the other, with heads all the while, until it is killed. */
final class ListingNode {
    private ListingNode() {}

    public static void main(String[] arguments) {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            failure.printStackTrace();
            Runtime.getRuntime().halt(1);
        });
        var folder = Path.of(arguments[0]);
        var round = arguments[1];
        var node = start(folder);
        audit(node, folder);
        var origin = new Origin(new OrganizationId("default"), "key-1", "127.0.0.1", "request-1");
        for (var i = 0; i < 100_000; i++) {
            done(node.persistence.stores().create(origin, new StoreName("store-" + round + "-" + i), List.of()));
            System.out.println("created " + i);
        }
    }

    static TestNode start(Path folder) {
        return TestNode.start(
                TestNode.embedded(folder.resolve("postgres")),
                folder.resolve("master.json"),
                new RememberedHosts(),
                "sealbox.persistence { ask-timeout = 20 s, audit.head-interval = 200 ms }");
    }

    /** With its file of heads in {@code folder}. */
    static DatabaseAuditLog audit(TestNode node, Path folder) {
        var config = node.system.settings().config();
        return DatabaseAuditLog.start(
                node.system,
                node.database,
                SealedNotary.open(node.database, MasterKeys.open(folder.resolve("master.json"), node.database)),
                AuditSettings.from(ConfigFactory.parseString(
                                "sealbox.persistence.audit.heads-file = \"" + folder.resolve("heads.log") + "\"")
                        .withFallback(config)));
    }
}
