package dev.sealbox.demo.story;

import dev.sealbox.client.ApiException;
import dev.sealbox.client.SecretStores;
import dev.sealbox.client.StoreUpdate;
import java.util.List;

/** Step 1: stores and secrets, made, changed and deleted. */
final class Stores {
    /** The store that the first sandbox gets. */
    static final String CREDENTIALS = "git-creds";

    private final SecretStores stores;
    private final Values values;
    private final Report report;

    Stores(World world, Report report) {
        this.stores = world.client().secretStores();
        this.values = world.values();
        this.report = report;
    }

    /** The id of {@link #CREDENTIALS}. */
    String make() {
        report.step("1. A store with an egress allowlist, and secrets in it");
        var store = stores.create("git-credentials", List.of(Hosts.GIT));
        stores.setSecret(store.id(), "GIT_TOKEN", values.git());
        stores.setSecret(store.id(), "API_KEY", values.api(), List.of(Hosts.API));
        stores.setSecret(store.id(), "SPARE", values.newApi());
        report.tell("created git-credentials with GIT_TOKEN, API_KEY (only for " + Hosts.API + ") and SPARE", "");

        report.proveEqual(
                "a store is listed",
                List.of("git-credentials"),
                stores.list().stream().map(each -> each.name()).toList());
        report.proveEqual(
                "a second store of the same name is refused with 409",
                409,
                status(() -> stores.create("git-credentials", List.of())));

        stores.update(store.id(), StoreUpdate.nothing().name(CREDENTIALS));
        stores.update(store.id(), StoreUpdate.nothing().egressAllowlist(List.of(Hosts.API, Hosts.GIT, Hosts.LOGS)));
        var changed = stores.get(store.id());
        report.proveEqual("a store is renamed", CREDENTIALS, changed.name());
        report.proveEqual(
                "its allowlist is changed", List.of(Hosts.API, Hosts.GIT, Hosts.LOGS), changed.egressAllowlist());

        stores.deleteSecret(store.id(), "SPARE");
        var secrets = stores.listSecrets(store.id());
        report.tell("secrets listed", secrets.toString());
        report.proveEqual(
                "secrets are listed by name, without the deleted one",
                List.of("API_KEY", "GIT_TOKEN"),
                secrets.stream().map(each -> each.name()).toList());
        report.proveEqual(
                "with their hosts", List.of(Hosts.API), secrets.getFirst().allowedHosts());
        report.prove("and without their values", !values.appearIn(secrets.toString()), "a value was listed");

        var scratch = stores.create("scratch", List.of());
        stores.delete(scratch.id());
        report.proveEqual("a deleted store is gone", 404, status(() -> stores.get(scratch.id())));
        return store.id();
    }

    /** The status of a call that is refused, or 0 when it was not. */
    private static int status(Runnable call) {
        try {
            call.run();
            return 0;
        } catch (ApiException refused) {
            return refused.status();
        }
    }
}
