package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;

import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.keys.MasterKeys;
import dev.sealbox.persistence.keys.OnlineRotation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A process of its own that rotates the master keys and waits to be killed in the middle of it. */
final class RotatingNode {
    private RotatingNode() {}

    public static void main(String[] arguments) throws InterruptedException {
        var folder = Path.of(arguments[0]);
        var database = Database.open(TestNode.embedded(folder.resolve("postgres")));
        var masters = MasterKeys.open(folder.resolve("master.json"), database);
        var rotation = OnlineRotation.start(database, masters, Duration.ofHours(1));
        System.out.println("ready");
        done(rotation.rotate());
        TimeUnit.MINUTES.sleep(5);
        throw new IllegalStateException("nobody killed this process");
    }
}
