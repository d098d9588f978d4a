package dev.sealbox.proxy.session;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.Grant;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.MayReveal;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.sealing.SealContext;
import dev.sealbox.domain.sealing.Vault;
import java.net.InetAddress;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The sandboxes of this host by address. Thread-safe. */
public final class Sessions {
    private final Map<String, Admission> byAddress = new ConcurrentHashMap<>();
    private final Set<Arrival> arrivals = ConcurrentHashMap.newKeySet();
    private final Vault vault;

    /** An admission whose values are being opened; an expulsion meanwhile calls it off. */
    private static final class Arrival {
        private final SandboxId sandbox;
        private boolean calledOff;

        Arrival(SandboxId sandbox) {
            this.sandbox = sandbox;
        }

        synchronized void callOff() {
            calledOff = true;
        }

        /** Runs {@code placing} unless it was called off; an expulsion waits for its end. */
        synchronized boolean unlessCalledOff(Runnable placing) {
            if (!calledOff) {
                placing.run();
            }
            return !calledOff;
        }
    }

    public Sessions(Vault vault) {
        this.vault = vault;
    }

    /** Who sits at that address, if anybody was admitted there. */
    public @Nullable Admission at(InetAddress address) {
        return byAddress.get(address.getHostAddress());
    }

    /** See {@link dev.sealbox.domain.egress.EgressGate#admit}. */
    public CompletionStage<Void> admit(SandboxAddress address, EgressPolicy policy) {
        var present = byAddress.get(address.ip());
        if (present != null && isOf(present, address.sandbox()) && !present.isNewer(policy.revision())) {
            return CompletableFuture.completedFuture(null);
        }
        var arrival = new Arrival(address.sandbox());
        arrivals.add(arrival);
        return open(policy, present)
                .thenCompose(session -> place(address, session, arrival))
                .whenComplete((done, failure) -> arrivals.remove(arrival));
    }

    private CompletionStage<Void> place(SandboxAddress address, Session session, Arrival arrival) {
        CompletionStage<Void> left = CompletableFuture.completedFuture(null);
        var present = byAddress.get(address.ip());
        if (present != null && !isOf(present, address.sandbox())) {
            left = expel(present.address().sandbox());
        }
        boolean placed = arrival.unlessCalledOff(() -> byAddress
                .computeIfAbsent(address.ip(), ip -> new Admission(address))
                .replace(session));
        if (!placed) {
            session.release();
        }
        return left;
    }

    private static boolean isOf(Admission admission, SandboxId sandbox) {
        return admission.address().sandbox().equals(sandbox);
    }

    /** See {@link dev.sealbox.domain.egress.EgressGate#expel}. */
    public CompletionStage<Void> expel(SandboxId sandbox) {
        arrivals.stream().filter(arrival -> arrival.sandbox.equals(sandbox)).forEach(Arrival::callOff);
        var ended = byAddress.values().stream()
                .filter(admission -> isOf(admission, sandbox))
                .map(admission -> {
                    byAddress.remove(admission.address().ip(), admission);
                    return admission.end().toCompletableFuture();
                })
                .toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(ended);
    }

    /** Ends all sessions. */
    public CompletionStage<Void> clear() {
        return CompletableFuture.allOf(byAddress.values().stream()
                .map(admission -> expel(admission.address().sandbox()).toCompletableFuture())
                .toArray(CompletableFuture[]::new));
    }

    private CompletionStage<Session> open(EgressPolicy policy, @Nullable Admission present) {
        var values = new ConcurrentHashMap<SecretName, Plaintext>();
        var before = present == null ? null : present.hold();
        try {
            var opening = policy.grants().entrySet().stream()
                    .map(grant -> open(policy, grant.getKey(), grant.getValue(), before)
                            .thenAccept(value -> values.put(grant.getKey(), value))
                            .toCompletableFuture())
                    .toArray(CompletableFuture[]::new);
            return CompletableFuture.allOf(opening).handle((all, failure) -> {
                if (failure != null) {
                    values.values().forEach(Plaintext::close);
                    throw new NotAdmitted(policy.sandbox(), failure);
                }
                return new Session(policy, values);
            });
        } finally {
            if (before != null) {
                before.release();
            }
        }
    }

    private CompletionStage<Plaintext> open(
            EgressPolicy policy, SecretName name, Grant grant, @Nullable Session before) {
        var known = before == null ? null : known(before, policy, name, grant.value());
        return known != null
                ? CompletableFuture.completedFuture(known)
                : vault.open(
                        new SealContext(
                                policy.organization(),
                                grant.store(),
                                name,
                                grant.value().key()),
                        grant.value());
    }

    @MayReveal("a value that the present session has under the same data key is copied instead of decrypted again")
    private static @Nullable Plaintext known(Session before, EgressPolicy policy, SecretName name, Encrypted value) {
        var grant = before.policy().grants().get(name);
        return grant != null
                        && before.policy().organization().equals(policy.organization())
                        && grant.value().equals(value)
                ? Plaintext.owning(before.value(name).reveal().clone())
                : null;
    }
}
