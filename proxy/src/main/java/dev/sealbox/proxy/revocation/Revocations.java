package dev.sealbox.proxy.revocation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sealbox.proxy.revocation.RevocationSettings.Mode;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Whether an upstream's certificates were revoked, by what it brings along of its authority, by the operator's lists, and
 * by the lists that the certificates name. Asked after each handshake and before anything is sent; the same chain is not
 * looked at again for a minute. Thread-safe.
 */
public final class Revocations {
    private static final Duration REMEMBERED = Duration.ofMinutes(1);
    private static final int MOST_REMEMBERED = 2000;

    /** The operator's files are looked at so often, when there are connections. */
    private static final Duration LOOK = Duration.ofSeconds(5);

    private final Mode mode;
    private final boolean staples;
    private final Set<X509Certificate> roots;
    private final @Nullable ListsOnDisk own;
    private final @Nullable FetchedLists fetched;
    private final Executor blocking;
    private final AtomicLong looked = new AtomicLong(System.nanoTime());
    private final Cache<Asked, Verdict> verdicts = Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(REMEMBERED)
            .build();

    /** What follows for a connection. */
    public enum Verdict {
        PASSES,
        REVOKED,
        /** It is demanded that its standing is known, and it is not. */
        UNPROVEN
    }

    /** Gets what is at a place, over HTTP. */
    @FunctionalInterface
    public interface Fetch {
        CompletionStage<byte[]> from(URI place);
    }

    /** @param version of the operator's lists */
    private record Asked(ByteBuffer digest, long version) {}

    /**
     * Reads the operator's lists.
     *
     * @param staples whether upstreams can be asked to bring a staple along
     * @param roots the trusted ones
     * @param blocking where files are read
     * @throws RuntimeException naming the file that is no list
     */
    public Revocations(RevocationSettings settings, boolean staples, List<X509Certificate> roots, Executor blocking) {
        this.mode = settings.mode();
        this.staples = staples;
        this.roots = new HashSet<>(roots);
        this.own =
                mode == Mode.OFF ? null : settings.lists().map(ListsOnDisk::new).orElse(null);
        this.fetched = settings.fetch() ? new FetchedLists(settings.patience()) : null;
        this.blocking = blocking;
    }

    /** Whether nothing is ever asked. */
    public boolean isOff() {
        return mode == Mode.OFF;
    }

    /**
     * What follows from a chain that was verified otherwise.
     *
     * @param sent as the upstream sent them, its own first
     * @param staple what it brought along, if anything
     */
    public CompletionStage<Verdict> of(List<X509Certificate> sent, Optional<byte[]> staple, Fetch fetch) {
        return looked().thenCompose(version -> {
            var asked = new Asked(digest(sent, staple), version);
            var known = verdicts.getIfPresent(asked);
            if (known != null) {
                return CompletableFuture.completedFuture(known);
            }
            var path = Issuance.path(sent, roots);
            if (lacksStaple(path, staple)) {
                return CompletableFuture.completedFuture(Verdict.UNPROVEN);
            }
            return judged(sent, path, staple, fetch).thenApply(standing -> {
                var verdict = verdict(standing);
                if (standing != Standing.UNKNOWN || !mayBecomeKnown(path)) {
                    verdicts.put(asked, verdict);
                }
                return verdict;
            });
        });
    }

    /** The version of the operator's lists, which are looked at when that is due. */
    private CompletionStage<Long> looked() {
        var lists = own;
        if (lists == null) {
            return CompletableFuture.completedFuture(0L);
        }
        long before = looked.get();
        long now = System.nanoTime();
        boolean due = now - before > LOOK.toNanos() && looked.compareAndSet(before, now);
        return due
                ? CompletableFuture.runAsync(lists::look, blocking).thenApply(done -> lists.version())
                : CompletableFuture.completedFuture(lists.version());
    }

    /** Whether it is its authority's word that this certificate is to be believed with a staple only. */
    private boolean lacksStaple(List<Issuance> path, Optional<byte[]> staple) {
        if (!staples || path.isEmpty() || !Staples.areDemanded(path.getFirst().certificate())) {
            return false;
        }
        return staple.map(it -> Staples.standing(it, path.getFirst(), Instant.now()))
                        .orElse(Standing.UNKNOWN)
                == Standing.UNKNOWN;
    }

    /** Whether a list that did not come in time may have come by the next connection. */
    private boolean mayBecomeKnown(List<Issuance> path) {
        return fetched != null
                && path.stream()
                        .anyMatch(one -> RevocationList.place(one.certificate()).isPresent());
    }

    private CompletionStage<Standing> judged(
            List<X509Certificate> sent, List<Issuance> path, Optional<byte[]> staple, Fetch fetch) {
        var now = Instant.now();
        boolean complete =
                roots.contains(path.isEmpty() ? sent.getFirst() : path.getLast().issuer());
        CompletableFuture<Standing> all =
                CompletableFuture.completedFuture(complete ? Standing.GOOD : Standing.UNKNOWN);
        for (int i = 0; i < path.size(); i++) {
            var one = path.get(i);
            var stapled = i > 0 || staple.isEmpty() ? Standing.UNKNOWN : Staples.standing(staple.get(), one, now);
            all = all.thenCombine(standing(one, stapled, fetch, now), Revocations::worse);
        }
        return all;
    }

    private CompletionStage<Standing> standing(Issuance one, Standing stapled, Fetch fetch, Instant now) {
        var lists = own == null
                ? List.<RevocationList>of()
                : own.of(one.certificate().getIssuerX500Principal());
        var known = stapled.and(standing(lists, one, now));
        var place = fetched == null || known != Standing.UNKNOWN
                ? Optional.<URI>empty()
                : RevocationList.place(one.certificate());
        if (fetched == null || place.isEmpty()) {
            return CompletableFuture.completedFuture(known);
        }
        return fetched.from(place.get(), fetch, now).thenApply(more -> standing(more, one, now));
    }

    private static Standing standing(List<RevocationList> lists, Issuance one, Instant now) {
        return lists.stream().map(list -> list.standing(one, now)).reduce(Standing.UNKNOWN, Standing::and);
    }

    /** A chain is as good as its worst certificate. */
    private static Standing worse(Standing one, Standing other) {
        if (one == Standing.REVOKED || other == Standing.REVOKED) {
            return Standing.REVOKED;
        }
        return one == Standing.GOOD && other == Standing.GOOD ? Standing.GOOD : Standing.UNKNOWN;
    }

    private Verdict verdict(Standing standing) {
        return switch (standing) {
            case GOOD -> Verdict.PASSES;
            case REVOKED -> Verdict.REVOKED;
            case UNKNOWN -> mode == Mode.REQUIRED ? Verdict.UNPROVEN : Verdict.PASSES;
        };
    }

    private static ByteBuffer digest(List<X509Certificate> sent, Optional<byte[]> staple) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var certificate : sent) {
                digest.update(certificate.getEncoded());
            }
            staple.ifPresent(digest::update);
            return ByteBuffer.wrap(digest.digest());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("reading a chain that was verified", e);
        }
    }
}
