package dev.sealbox.proxy.session;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.Grant;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.identity.SecretName;
import io.netty.channel.Channel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response on their way to a host, and the secrets that they have carried there. What the sandbox's
 * policy takes away ends it, wherever it stands. Thread-safe: its {@link Admission} guards it.
 */
public final class Passage implements AutoCloseable {
    private final Admission admission;
    private final EgressPolicy policy;
    private final HostName host;
    private final Predicate<EgressPolicy> permitted;
    private final Supplier<? extends CompletionStage<?>> cut;
    private final Map<SecretName, Grant> carried = new LinkedHashMap<>();

    private @Nullable Carrier carrier;
    private boolean isCut;

    /** Thrown where a secret was to be revealed that has been taken away since the request began. */
    public static final class Revoked extends RuntimeException {
        private static final long serialVersionUID = 1;

        Revoked() {
            super("a secret was revoked while a request carried it", null, false, false);
        }
    }

    /**
     * See {@link Admission#begin}.
     *
     * @param policy the one that the request was judged by
     * @param permitted whether a policy lets it be under way at all
     */
    Passage(
            Admission admission,
            EgressPolicy policy,
            HostName host,
            Predicate<EgressPolicy> permitted,
            Supplier<? extends CompletionStage<?>> cut) {
        this.admission = admission;
        this.policy = policy;
        this.host = host;
        this.permitted = permitted;
        this.cut = cut;
    }

    /**
     * The value of that secret is about to be put into the request.
     *
     * @throws Revoked when it must not be any more; then this is cut
     */
    public void carries(SecretName name) {
        admission.carries(this, name);
    }

    /** The request goes over that from now on. */
    public void over(Carrier next) {
        admission.over(this, next);
    }

    /**
     * The same request goes on under a later policy, which decides what it may carry from now on. What it has carried
     * before stays with this one; when either is cut, the request is.
     *
     * @return one to be closed for itself
     */
    public Passage under(Session later) {
        return admission.under(later, this);
    }

    /** Whether it was ended from outside. */
    public boolean isCut() {
        return admission.isCut(this);
    }

    /** The response has ended. May be repeated. */
    @Override
    public void close() {
        admission.leave(this);
    }

    // What follows is called by the admission, under its lock.

    HostName host() {
        return host;
    }

    /** Whether a policy lets it be under way at all. */
    boolean isPermitted(EgressPolicy now) {
        return permitted.test(now);
    }

    Predicate<EgressPolicy> permitted() {
        return permitted;
    }

    @Nullable Carrier carrier() {
        return carrier;
    }

    void carrier(Carrier next) {
        carrier = next;
    }

    boolean isOver(Channel connection) {
        return carrier != null && carrier.connection().equals(connection);
    }

    Map<SecretName, Grant> carried() {
        return carried;
    }

    boolean marked() {
        return isCut;
    }

    /** Notes that it was cut; whether it was not before. */
    boolean mark() {
        boolean first = !isCut;
        isCut = true;
        return first;
    }

    Grant grant(SecretName name) {
        var grant = policy.grants().get(name);
        if (grant == null) {
            throw new Revoked();
        }
        return grant;
    }

    Supplier<? extends CompletionStage<?>> cut() {
        return cut;
    }
}
