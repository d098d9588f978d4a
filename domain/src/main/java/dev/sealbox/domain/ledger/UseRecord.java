package dev.sealbox.domain.ledger;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One use of a secret by one request, or one refusal, or several equal refusals counted together. A request that uses
 * several secrets has a record for each. Holds neither values nor tokens: what a sandbox wrote is {@link Masked}.
 *
 * @param at when the request came; the first of several
 * @param request the same in all records of one request; drawn at random
 * @param rule what decided: the code of a refusal, of why a token stayed, or the host pattern that let the secret be used
 * @param secret which secret it is about; empty for a refusal that is about none
 * @param count how many equal ones this record stands for
 */
public record UseRecord(
        Instant at,
        UUID request,
        Sender sender,
        Ruling ruling,
        String rule,
        Optional<UsedSecret> secret,
        Asked asked,
        Effect effect,
        long count) {

    /** Characters of the longest rule: a host pattern. */
    private static final int MAX_RULE = 256;

    public UseRecord {
        rule = Masked.text(rule, MAX_RULE);
    }

    /**
     * Who asked.
     *
     * @param lineage the checkpoints that the sandbox's files stand on, newest first
     */
    public record Sender(SandboxId sandbox, List<CheckpointId> lineage, OrganizationId organization) {
        public Sender {
            lineage = List.copyOf(lineage);
        }
    }

    /**
     * The secret.
     *
     * @param store the one whose value it is; empty where no store has the name any more
     * @param version 0 where no store has the name any more
     * @param places where in the request its value was put, or its token stayed; words of
     *     {@link dev.sealbox.domain.egress.Location}
     */
    public record UsedSecret(SecretName name, Optional<StoreId> store, int version, List<String> places) {
        private static final int MAX_PLACE = 80;
        private static final int MAX_PLACES = 16;

        public UsedSecret {
            places = places.size() == 1
                    ? List.of(Masked.text(places.getFirst(), MAX_PLACE))
                    : places.stream()
                            .map(place -> Masked.text(place, MAX_PLACE))
                            .distinct()
                            .limit(MAX_PLACES)
                            .toList();
        }

        /** Of a store that has it. */
        public UsedSecret(SecretName name, StoreId store, int version, List<String> places) {
            this(name, Optional.of(store), version, places);
        }

        /** Of a name that the sandbox has a token for, and no store has now. */
        public static UsedSecret gone(SecretName name, List<String> places) {
            return new UsedSecret(name, Optional.empty(), 0, places);
        }
    }

    /**
     * What was asked for, as the sandbox wrote it, before any value was put in.
     *
     * @param host empty when none was named, or when several refusals name different ones
     * @param path without the query; empty when there is none, as for CONNECT
     */
    public record Asked(String method, String host, String path) {
        private static final int MAX_METHOD = 32;
        private static final int MAX_HOST = 255;
        private static final int MAX_PATH = 1024;

        public Asked {
            method = Masked.text(method, MAX_METHOD);
            host = Masked.text(host, MAX_HOST);
            path = Masked.text(withoutQuery(path), MAX_PATH);
        }

        /** Takes the target of a request line: a path, {@code *}, {@code host:port} or an absolute URL. */
        public static Asked of(String method, String host, String target) {
            return new Asked(method, host, path(target));
        }

        private static String path(String target) {
            if (target.startsWith("/") || target.equals("*")) {
                return target;
            }
            int authority = target.indexOf("://");
            int slash = authority < 0 ? -1 : target.indexOf('/', authority + 3);
            return slash < 0 ? "" : target.substring(slash);
        }

        private static String withoutQuery(String path) {
            int end = path.indexOf('?');
            return end < 0 ? path : path.substring(0, end);
        }
    }

    /**
     * What came of it.
     *
     * @param status what the sandbox was answered; 0 when nothing, or not yet
     * @param sent bytes of the request's body as the sandbox sent it
     * @param received bytes of the response's body as the sandbox got it
     * @param took from the request's head to the response's end; for several, from the first to the last
     */
    public record Effect(int status, long sent, long received, Duration took) {
        public static final Effect NONE = new Effect(0, 0, 0, Duration.ZERO);
    }
}
