package dev.sealbox.proxy.session;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.domain.ledger.UseRecord;
import dev.sealbox.domain.ledger.UseRecord.Asked;
import dev.sealbox.domain.ledger.UseRecord.Effect;
import dev.sealbox.domain.ledger.UseRecord.Sender;
import dev.sealbox.domain.ledger.UseRecord.UsedSecret;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Records of what was refused before it became a request to anybody; and what all records have in common. */
public final class Refused {
    private Refused() {}

    /**
     * A refusal at this moment.
     *
     * @param ruling REFUSED or ALARM
     * @param rule its code
     * @param secret the one that it is about, if any
     * @param status what the sandbox is answered; 0 for nothing, or no HTTP
     */
    public static UseRecord of(
            EgressPolicy policy, Ruling ruling, String rule, Optional<UsedSecret> secret, int status, Asked asked) {
        return new UseRecord(
                Instant.now(),
                request(),
                sender(policy),
                ruling,
                rule,
                secret,
                asked,
                new Effect(status, 0, 0, Duration.ZERO),
                1);
    }

    /** A secret that was not used. */
    public static UsedSecret secret(EgressPolicy policy, SecretName name) {
        var grant = policy.grants().get(name);
        return grant == null
                ? UsedSecret.gone(name, List.of())
                : new UsedSecret(name, grant.store(), grant.version(), List.of());
    }

    public static Sender sender(EgressPolicy policy) {
        return new Sender(policy.sandbox(), policy.lineage(), policy.organization());
    }

    /** An id for the records of one request. It joins them and proves nothing, so it need not be hard to guess. */
    public static UUID request() {
        var random = ThreadLocalRandom.current();
        return new UUID(random.nextLong(), random.nextLong());
    }
}
