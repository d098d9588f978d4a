package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.told;

import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.Plaintext;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A process of its own that does a few things, says so, and waits to be killed in the middle of two more. */
final class CrashingNode {
    private CrashingNode() {}

    public static void main(String[] arguments) throws InterruptedException {
        var folder = Path.of(arguments[0]);
        var hosts = new RememberedHosts();
        var node =
                TestNode.start(TestNode.embedded(folder.resolve("postgres")), folder.resolve("master.json"), hosts, "");
        told(node.persistence.apiKeys().issue(RestartIT.ORIGIN.organization(), "first", RestartIT.API_KEY));
        var stores = node.persistence.stores();
        var store = done(stores.create(
                        RestartIT.ORIGIN, new StoreName("creds"), HostPattern.parseAll(List.of("github.com"))))
                .id();
        done(stores.set(
                RestartIT.ORIGIN, store, new SecretName("GIT_TOKEN"), Plaintext.of(RestartIT.SECRET), List.of()));
        var running = done(node.persistence.sandboxes().create(RestartIT.ORIGIN, RestartIT.wanted("creds")));
        var stopping = done(node.persistence.sandboxes().create(RestartIT.ORIGIN, RestartIT.wanted("creds")));

        // From here on the hosts answer nothing, so that a start and a stop are under way for ever.
        hosts.gate = new CompletableFuture<Unit>();
        var starts = node.persistence.sandboxes().create(RestartIT.ORIGIN, RestartIT.wanted("creds"));
        var stops = node.persistence.sandboxes().stop(RestartIT.ORIGIN, stopping.id(), false);
        Told.eventually(
                "three are listed, one of them starting",
                () -> told(node.persistence.sandboxes().list(RestartIT.ORIGIN)).stream()
                                .anyMatch(sandbox -> sandbox.status().equals("pending"))
                        && done(node.persistence.sandboxes().read(RestartIT.ORIGIN, stopping.id()))
                                .status()
                                .equals("stopped"));
        System.out.println("ready " + store + " " + running.id() + " " + stopping.id());
        TimeUnit.MINUTES.sleep(5);
        throw new IllegalStateException("nobody killed this process; " + starts + stops);
    }
}
