package dev.sealbox.proxy;

import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.Grant;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.sealing.SealedToken;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Builds policies for tests. */
public final class TestPolicy {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final TestVault vault;
    private final SandboxId sandbox = SandboxId.random(RANDOM);
    private final StoreId store = new StoreId(UUID.randomUUID());
    private final List<HostPattern> allowlist = new ArrayList<>();
    private final Map<SecretName, Grant> grants = new HashMap<>();
    private final Map<SealedToken, SecretName> tokens = new HashMap<>();
    private OrganizationId organization = new OrganizationId("default");
    private List<TcpTarget> tcp = List.of();
    private Denials denials = Denials.NONE;
    private long revision;

    public TestPolicy(TestVault vault) {
        this.vault = vault;
    }

    public TestPolicy of(String organizationId) {
        organization = new OrganizationId(organizationId);
        return this;
    }

    public TestPolicy allow(String... patterns) {
        allowlist.clear();
        allowlist.addAll(HostPattern.parseAll(List.of(patterns)));
        return this;
    }

    /** Passes plain TCP through to those and no others. */
    public TestPolicy pass(String... targets) {
        tcp = TcpTarget.parseAll(List.of(targets));
        return this;
    }

    /** A secret and a token for it; the token is new unless the name has one. */
    public SealedToken secret(String name, String value, String... hosts) {
        var secret = new SecretName(name);
        var encrypted = vault.keep(Plaintext.owning(value.getBytes(StandardCharsets.UTF_8)));
        grants.put(secret, new Grant(store, 1, encrypted, HostPattern.parseAll(List.of(hosts)), Locations.ALL, false));
        return tokens.entrySet().stream()
                .filter(entry -> entry.getValue().equals(secret))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseGet(() -> {
                    var token = SealedToken.random(RANDOM);
                    tokens.put(token, secret);
                    return token;
                });
    }

    /** Reveals that secret in those parts of requests only. */
    public void only(String name, String locations) {
        grants.computeIfPresent(
                new SecretName(name),
                (secret, grant) -> new Grant(
                        grant.store(),
                        grant.version(),
                        grant.value(),
                        grant.hosts(),
                        Locations.parse(locations),
                        grant.orphaned()));
    }

    public void deny(Denials more) {
        denials = more;
    }

    /** Gives a secret rules in the place of those that it has. */
    public void rules(String name, UseRule... rules) {
        grants.computeIfPresent(
                new SecretName(name),
                (secret, grant) -> new Grant(
                        grant.store(),
                        grant.version(),
                        grant.value(),
                        grant.hosts(),
                        grant.locations(),
                        List.of(rules),
                        grant.orphaned()));
    }

    public void remove(String name) {
        grants.remove(new SecretName(name));
    }

    public Encrypted encrypted(String name) {
        var grant = grants.get(new SecretName(name));
        if (grant == null) {
            throw new IllegalStateException("no such grant");
        }
        return grant.value();
    }

    public StoreId store() {
        return store;
    }

    public SandboxId sandbox() {
        return sandbox;
    }

    /** The policy with the next revision. */
    public EgressPolicy next() {
        return at(++revision);
    }

    public EgressPolicy at(long number) {
        revision = Math.max(revision, number);
        return new EgressPolicy(sandbox, organization, number, allowlist, grants, tokens)
                .denying(denials)
                .passing(tcp);
    }
}
