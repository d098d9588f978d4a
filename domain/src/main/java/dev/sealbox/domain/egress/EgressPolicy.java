package dev.sealbox.domain.egress;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sealing.SealedToken;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * May this sandbox reach that host, and use that secret there? What its layers say at one moment.
 *
 * @param revision grows with every change; a host ignores an older one than it has
 * @param allowlist hosts that may be reached; empty means every public host
 * @param denials what may not be, whatever else allows it
 * @param grants the secrets of the layers, the last layer's winning
 * @param tokens what each sealed token of the sandbox's lineage stands for here, also where no grant has that name any
 *     more; of several for one name the first is the one that the sandbox is shown
 * @param lineage the checkpoints that the sandbox's files stand on, newest first
 * @param tcp ports to which plain TCP is passed through
 */
public record EgressPolicy(
        SandboxId sandbox,
        OrganizationId organization,
        long revision,
        List<HostPattern> allowlist,
        Denials denials,
        Map<SecretName, Grant> grants,
        Map<SealedToken, SecretName> tokens,
        List<CheckpointId> lineage,
        List<TcpTarget> tcp) {

    /** Names under .invalid never exist (RFC 6761). */
    private static final List<HostPattern> NOWHERE =
            List.of(new HostPattern.Exactly(new HostName("empty-allowlist.invalid")));

    public EgressPolicy {
        lineage = List.copyOf(lineage);
        tcp = List.copyOf(tcp);
        allowlist = List.copyOf(allowlist);
        grants = Map.copyOf(grants);
        tokens = Collections.unmodifiableMap(new LinkedHashMap<>(tokens));
    }

    /** Of a sandbox that descends from none, and to which nothing is denied. */
    public EgressPolicy(
            SandboxId sandbox,
            OrganizationId organization,
            long revision,
            List<HostPattern> allowlist,
            Map<SecretName, Grant> grants,
            Map<SealedToken, SecretName> tokens) {
        this(sandbox, organization, revision, allowlist, Denials.NONE, grants, tokens, List.of(), List.of());
    }

    /** The same, of a sandbox that stands on the files of those checkpoints. */
    public EgressPolicy descendedFrom(List<CheckpointId> checkpoints) {
        return new EgressPolicy(sandbox, organization, revision, allowlist, denials, grants, tokens, checkpoints, tcp);
    }

    /** The same, with plain TCP passed through to those and no others. */
    public EgressPolicy passing(List<TcpTarget> targets) {
        return new EgressPolicy(sandbox, organization, revision, allowlist, denials, grants, tokens, lineage, targets);
    }

    /** The same, where an empty allowlist means no host at all: stricter than the contract, if the operator wants that. */
    public EgressPolicy closedIfEmpty() {
        return allowlist.isEmpty()
                ? new EgressPolicy(sandbox, organization, revision, NOWHERE, denials, grants, tokens, lineage, tcp)
                : this;
    }

    /** The same with less. */
    public EgressPolicy denying(Denials more) {
        return new EgressPolicy(
                sandbox, organization, revision, allowlist, denials.and(more), grants, tokens, lineage, tcp);
    }

    /** Whether the sandbox may talk to {@code host} at all. Special address ranges are refused elsewhere, always. */
    public boolean mayReach(HostName host) {
        return !isDenied(host) && (allowlist.isEmpty() || HostPattern.anyMatches(allowlist, host));
    }

    /** Whether a store says that it may never be reached. */
    public boolean isDenied(HostName host) {
        return HostPattern.anyMatches(denials.hosts(), host);
    }

    /**
     * Whether a connection to {@code host} may be open. An address is no name: neither the empty list nor a star means
     * it.
     */
    public boolean mayConnect(HostName host) {
        return host.isAddress() ? !isDenied(host) && allowlist.contains(new HostPattern.Exactly(host)) : mayReach(host);
    }

    /** Whether plain TCP to that port of {@code host} is passed through; the allowlist says nothing about it. */
    public boolean mayPass(HostName host, int port) {
        return !isDenied(host) && tcp.stream().anyMatch(target -> target.matches(host, port));
    }

    /** Whether plain TCP to any port of {@code host} is passed through. */
    public boolean mayPass(HostName host) {
        return !isDenied(host) && tcp.stream().anyMatch(target -> target.hosts().matches(host));
    }

    /** The same without some of its secrets, whose tokens are still known. */
    public EgressPolicy without(Set<SecretName> names) {
        var kept = new LinkedHashMap<>(grants);
        kept.keySet().removeAll(names);
        return new EgressPolicy(sandbox, organization, revision, allowlist, denials, kept, tokens, lineage, tcp);
    }

    /** The pattern that lets a secret be used on a host where it {@link #mayUse may}; the first of several. */
    public HostPattern allowing(SecretName secret, HostName host) {
        var grant = grants.get(secret);
        var hosts = grant == null || grant.hosts().isEmpty() ? allowlist : grant.hosts();
        return hosts.stream()
                .filter(pattern -> pattern.matches(host))
                .findFirst()
                .orElseGet(HostPattern.Any::new);
    }

    /** Why {@code secret} may not be revealed to {@code host} at all; empty where it {@link #mayUse may}. */
    public Optional<Obstacle> obstacle(SecretName secret, HostName host) {
        if (mayUse(secret, host)) {
            return Optional.empty();
        }
        return Optional.of(grants.containsKey(secret) ? Obstacle.HOST : Obstacle.GONE);
    }

    /** Whether {@code secret} may be revealed to {@code host}, in whichever requests its rules allow. */
    public boolean mayUse(SecretName secret, HostName host) {
        var grant = grants.get(secret);
        return grant != null
                && mayReach(host)
                && (grant.hosts().isEmpty() || HostPattern.anyMatches(grant.hosts(), host));
    }
}
