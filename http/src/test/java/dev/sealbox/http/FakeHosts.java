package dev.sealbox.http;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.placement.HostState;
import dev.sealbox.domain.placement.Hosts;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** One host, {@code host-1}, with a sandbox that runs and two that sleep. */
final class FakeHosts implements Hosts {
    private static final HostId ONE = new HostId("host-1");
    private volatile boolean draining;

    @Override
    public List<HostState> all() {
        return List.of(new HostState(
                ONE,
                8192,
                1024,
                4000,
                16,
                1,
                1,
                2,
                false,
                draining,
                Set.of("base"),
                Set.of(),
                3,
                4,
                draining,
                Map.of("zone", "a")));
    }

    @Override
    public CompletionStage<Outcome<Unit>> drain(HostId host, boolean on) {
        if (!host.equals(ONE)) {
            return CompletableFuture.completedFuture(Outcome.refused(new NoSuchHost()));
        }
        draining = on;
        return CompletableFuture.completedFuture(Outcome.done(Unit.DONE));
    }
}
