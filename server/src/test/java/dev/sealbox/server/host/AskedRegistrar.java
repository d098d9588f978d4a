package dev.sealbox.server.host;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Claim;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.Registrar;
import dev.sealbox.domain.sandbox.Stay;
import dev.sealbox.domain.sandbox.Terms;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** One that notes who is idle, and lets the test answer. */
record AskedRegistrar(
        CompletableFuture<Boolean> answer, long revision, List<SandboxId> idle, Map<SandboxId, Integer> fitted)
        implements Registrar {
    static final SandboxId STRAY = new SandboxId("sb-00000000000000bb");
    static final SandboxId SLEEPER = new SandboxId("sb-00000000000000cc");
    static final SandboxId BUILDER = new SandboxId("sb-00000000000000dd");

    AskedRegistrar(CompletableFuture<Boolean> answer) {
        this(answer, 9);
    }

    AskedRegistrar(CompletableFuture<Boolean> answer, long revision) {
        this(answer, revision, new CopyOnWriteArrayList<>(), new ConcurrentHashMap<>());
    }

    @Override
    public CompletionStage<Claim> claim(HostId host, SandboxId sandbox) {
        if (sandbox.equals(BUILDER)) {
            return done(new Claim.Unknown());
        }
        return done(
                sandbox.equals(STRAY)
                        ? new Claim.Foreign()
                        : sandbox.equals(SLEEPER)
                                ? new Claim.Sleeps()
                                : new Claim.Runs(policy(sandbox, revision), new Terms(0, new Limits(1, 1024, 20480))));
    }

    @Override
    public CompletionStage<Stay> stay(HostId asking, SandboxId sandbox) {
        return done(Stay.RUNS);
    }

    @Override
    public CompletionStage<Boolean> idle(HostId asking, SandboxId sandbox, int timeoutSeconds) {
        idle.add(sandbox);
        return answer;
    }

    @Override
    public CompletionStage<Void> fit(HostId asking, SandboxId sandbox, int memoryMB) {
        fitted.put(sandbox, memoryMB);
        return CompletableFuture.allOf();
    }

    @Override
    public CompletionStage<Void> hibernate(HostId asking, SandboxId sandbox) {
        return answer.thenAccept(agreed -> {});
    }

    private static EgressPolicy policy(SandboxId sandbox, long revision) {
        return new EgressPolicy(sandbox, new OrganizationId("o"), revision, List.of(), Map.of(), Map.of());
    }

    private static <T> CompletionStage<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }
}
