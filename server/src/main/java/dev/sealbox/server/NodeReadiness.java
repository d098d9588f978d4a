package dev.sealbox.server;

import dev.sealbox.http.Readiness;
import dev.sealbox.persistence.database.Database;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Whether this node's database, cluster membership and, on a host, its runtime are usable. */
final class NodeReadiness implements Readiness {
    private static final long PATIENCE_SECONDS = 5;

    private final Membership membership;
    private final Database database;
    private final Optional<HostParts> host;

    NodeReadiness(Membership membership, Database database, Optional<HostParts> host) {
        this.membership = membership;
        this.database = database;
        this.host = host;
    }

    @Override
    public CompletionStage<List<Part>> parts() {
        var database = part("database", this.database.ask("answer", connection -> connection.isValid(2)));
        var runtime = host.map(parts -> part("runtime", parts.runtime().running()))
                .orElseGet(() -> CompletableFuture.completedFuture(Part.usable("runtime")));
        return database.thenCombine(runtime, (first, second) -> List.of(first, member(), second, disk()));
    }

    /** What runs goes on without room, and a node that is taken out of service for it would be missed. */
    private Part disk() {
        return host.map(HostParts::hasRoom).orElse(true)
                ? Part.usable("disk")
                : Part.impaired("disk", "nearly full, nothing new is begun");
    }

    private Part member() {
        return new Part("cluster", membership.trouble());
    }

    private static CompletableFuture<Part> part(String name, CompletionStage<?> check) {
        return check.toCompletableFuture()
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .handle((done, failure) -> failure == null ? Part.usable(name) : new Part(name, "does not answer"));
    }
}
