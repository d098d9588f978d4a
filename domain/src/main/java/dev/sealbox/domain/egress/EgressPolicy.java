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
        Map<SecretName, Grant> grants,
        Map<SealedToken, SecretName> tokens,
        List<CheckpointId> lineage,
        List<TcpTarget> tcp) {

    public EgressPolicy {
        lineage = List.copyOf(lineage);
        tcp = List.copyOf(tcp);
        allowlist = List.copyOf(allowlist);
        grants = Map.copyOf(grants);
        tokens = Collections.unmodifiableMap(new LinkedHashMap<>(tokens));
    }

    /** Of a sandbox that descends from none. */
    public EgressPolicy(
            SandboxId sandbox,
            OrganizationId organization,
            long revision,
            List<HostPattern> allowlist,
            Map<SecretName, Grant> grants,
            Map<SealedToken, SecretName> tokens) {
        this(sandbox, organization, revision, allowlist, grants, tokens, List.of(), List.of());
    }

    /** The same, of a sandbox that stands on the files of those checkpoints. */
    public EgressPolicy descendedFrom(List<CheckpointId> checkpoints) {
        return new EgressPolicy(sandbox, organization, revision, allowlist, grants, tokens, checkpoints, tcp);
    }

    /** The same, with plain TCP passed through to those and no others. */
    public EgressPolicy passing(List<TcpTarget> targets) {
        return new EgressPolicy(sandbox, organization, revision, allowlist, grants, tokens, lineage, targets);
    }

    /** Whether the sandbox may talk to {@code host} at all. Special address ranges are refused elsewhere, always. */
    public boolean mayReach(HostName host) {
        return allowlist.isEmpty() || HostPattern.anyMatches(allowlist, host);
    }

    /**
     * Whether a connection to {@code host} may be open. An address is no name: neither the empty list nor a star means
     * it.
     */
    public boolean mayConnect(HostName host) {
        return host.isAddress() ? allowlist.contains(new HostPattern.Exactly(host)) : mayReach(host);
    }

    /** Whether plain TCP to that port of {@code host} is passed through; the allowlist says nothing about it. */
    public boolean mayPass(HostName host, int port) {
        return tcp.stream().anyMatch(target -> target.matches(host, port));
    }

    /** Whether plain TCP to any port of {@code host} is passed through. */
    public boolean mayPass(HostName host) {
        return tcp.stream().anyMatch(target -> target.hosts().matches(host));
    }

    /** The same without some of its secrets, whose tokens are still known. */
    public EgressPolicy without(Set<SecretName> names) {
        var kept = new LinkedHashMap<>(grants);
        kept.keySet().removeAll(names);
        return new EgressPolicy(sandbox, organization, revision, allowlist, kept, tokens, lineage, tcp);
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

    /** Why {@code secret} may not be revealed to {@code host}; empty where it {@link #mayUse may}. */
    public Optional<Obstacle> obstacle(SecretName secret, HostName host) {
        if (mayUse(secret, host)) {
            return Optional.empty();
        }
        return Optional.of(grants.containsKey(secret) ? Obstacle.HOST : Obstacle.GONE);
    }

    /** Whether {@code secret} may be revealed to {@code host}. */
    public boolean mayUse(SecretName secret, HostName host) {
        var grant = grants.get(secret);
        return grant != null
                && mayReach(host)
                && (grant.hosts().isEmpty() || HostPattern.anyMatches(grant.hosts(), host));
    }
}
