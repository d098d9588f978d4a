package dev.sealbox.proxy.session;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.Grant;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sealing.Opening;
import dev.sealbox.domain.sealing.SealContext;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The sandboxes of this host by address. Thread-safe. */
public final class Sessions {
    private final Map<String, Admission> byAddress = new ConcurrentHashMap<>();
    private final Set<Arrival> arrivals = ConcurrentHashMap.newKeySet();
    private final Values values;

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

    public Sessions(Opening opening) {
        this.values = new Values(opening);
    }

    /** Who sits at that address, if anybody was admitted there. */
    public @Nullable Admission at(InetAddress address) {
        return byAddress.get(address.getHostAddress());
    }

    /** See {@link dev.sealbox.domain.egress.EgressGate#admit}. */
    public CompletionStage<Void> admit(SandboxAddress address, EgressPolicy policy) {
        var present = byAddress.get(address.ip());
        if (present != null && isOf(present, address.sandbox()) && !present.isNewer(policy.revision())) {
            return present.settled();
        }
        var arrival = new Arrival(address.sandbox());
        arrivals.add(arrival);
        return open(policy)
                .thenCompose(session -> place(address, session, arrival))
                .whenComplete((done, failure) -> arrivals.remove(arrival));
    }

    private CompletionStage<Void> place(SandboxAddress address, Session session, Arrival arrival) {
        CompletionStage<Void> left = CompletableFuture.completedFuture(null);
        var present = byAddress.get(address.ip());
        if (present != null && !isOf(present, address.sandbox())) {
            left = expel(present.address().sandbox());
        }
        var cut = new AtomicReference<CompletionStage<Void>>(left);
        boolean placed = arrival.unlessCalledOff(() -> cut.set(byAddress
                .computeIfAbsent(address.ip(), ip -> new Admission(address))
                .replace(session)));
        if (!placed) {
            session.release();
        }
        return CompletableFuture.allOf(left.toCompletableFuture(), cut.get().toCompletableFuture());
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

    private CompletionStage<Session> open(EgressPolicy policy) {
        var opened = new ConcurrentHashMap<SecretName, Values.Value>();
        var opening = policy.grants().entrySet().stream()
                .flatMap(grant -> open(policy, grant.getKey(), grant.getValue())
                        .map(value -> value.thenAccept(held -> opened.put(grant.getKey(), held)))
                        .stream())
                .map(CompletionStage::toCompletableFuture)
                .toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(opening).handle((all, failure) -> {
            if (failure != null) {
                opened.values().forEach(Values.Value::release);
                throw new NotAdmitted(policy.sandbox(), failure);
            }
            return new Session(policy.without(missing(policy, opened.keySet())), opened);
        });
    }

    /** No key opens what a deleted store has left; who has it open shares it, and otherwise it is gone. */
    private Optional<CompletionStage<Values.Value>> open(EgressPolicy policy, SecretName name, Grant grant) {
        var context = new SealContext(
                policy.organization(), grant.store(), name, grant.value().key());
        return grant.orphaned()
                ? values.known(context, grant.value())
                : Optional.of(values.take(context, grant.value()));
    }

    private static Set<SecretName> missing(EgressPolicy policy, Set<SecretName> opened) {
        var missing = new HashSet<>(policy.grants().keySet());
        missing.removeAll(opened);
        return missing;
    }
}
