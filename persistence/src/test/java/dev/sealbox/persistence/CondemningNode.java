package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.told;

import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.Plaintext;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of its own that deletes a store whose data keys cannot be destroyed, and waits to be killed then. */
final class CondemningNode {
    private CondemningNode() {}

    public static void main(String[] arguments) throws InterruptedException {
        var folder = Path.of(arguments[0]);
        var node = TestNode.start(
                TestNode.embedded(folder.resolve("postgres")),
                folder.resolve("master.json"),
                new RememberedHosts(),
                "");
        told(node.persistence.apiKeys().issue(RestartIT.ORIGIN.organization(), "first", RestartIT.API_KEY));
        var stores = node.persistence.stores();
        var store = done(stores.create(RestartIT.ORIGIN, new StoreName("doomed"), List.of()))
                .id();
        done(stores.set(RestartIT.ORIGIN, store, new SecretName("A"), Plaintext.of(RestartIT.SECRET), List.of()));
        done(stores.set(RestartIT.ORIGIN, store, new SecretName("B"), Plaintext.of(RestartIT.SECRET), List.of()));
        node.database.now("let no key be destroyed", connection -> {
            try (var statement = connection.createStatement()) {
                return statement.execute("CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS"
                        + " $$ BEGIN RAISE EXCEPTION 'not now'; END $$;"
                        + " CREATE TRIGGER keep BEFORE DELETE ON data_key FOR EACH ROW EXECUTE FUNCTION keep()");
            }
        });
        done(stores.delete(RestartIT.ORIGIN, store));
        System.out.println("ready " + store + " "
                + Told.refused(node.certificates.of(RestartIT.ORIGIN, store)).code());
        TimeUnit.MINUTES.sleep(5);
        throw new IllegalStateException("nobody killed this process");
    }
}
