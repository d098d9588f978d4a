package dev.sealbox.domain.ledger;

import dev.sealbox.domain.egress.Obstacle;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a policy would have forbidden of the uses that it is shown, gathered by reason, secret and host. Not thread-safe. */
public final class WhatIf {
    /** Kinds of forbidden uses that are told apart; further ones are only counted. */
    public static final int MAX_KINDS = 1_000;

    private final CandidatePolicy policy;
    private final Map<Kind, Tally> tallies = new LinkedHashMap<>();
    private long examined;
    private long omitted;

    public WhatIf(CandidatePolicy policy) {
        this.policy = policy;
    }

    private record Kind(Obstacle obstacle, SecretName secret, String host) {}

    private static final class Tally {
        private final Set<SandboxId> sandboxes = new HashSet<>();
        private Instant first = Instant.MAX;
        private Instant last = Instant.MIN;
        private long uses;

        private void add(UseRecord use) {
            uses += use.count();
            sandboxes.add(use.sender().sandbox());
            first = use.at().isBefore(first) ? use.at() : first;
            last = use.at().isAfter(last) ? use.at() : last;
        }
    }

    /** Uses that would have been forbidden for one reason. */
    public record Blocked(
            Obstacle obstacle, SecretName secret, String host, long uses, int sandboxes, Instant first, Instant last) {}

    /** Looks at a record; one that is no use says nothing. */
    public void see(UseRecord use) {
        if (use.ruling() != Ruling.USED || use.secret().isEmpty()) {
            return;
        }
        examined += use.count();
        var secret = use.secret().get().name();
        var host = use.asked().host();
        policy.against(secret, use.asked()).ifPresent(obstacle -> {
            var kind = new Kind(obstacle, secret, host);
            if (tallies.size() >= MAX_KINDS && !tallies.containsKey(kind)) {
                omitted += use.count();
            } else {
                tallies.computeIfAbsent(kind, fresh -> new Tally()).add(use);
            }
        });
    }

    /** How many uses were looked at. */
    public long examined() {
        return examined;
    }

    /** How many forbidden uses are in no entry of {@link #blocked}. */
    public long omitted() {
        return omitted;
    }

    /** Most uses first. */
    public List<Blocked> blocked() {
        return tallies.entrySet().stream()
                .map(entry -> new Blocked(
                        entry.getKey().obstacle(),
                        entry.getKey().secret(),
                        entry.getKey().host(),
                        entry.getValue().uses,
                        entry.getValue().sandboxes.size(),
                        entry.getValue().first,
                        entry.getValue().last))
                .sorted(Comparator.comparingLong(Blocked::uses).reversed())
                .toList();
    }
}
