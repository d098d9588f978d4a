package dev.sealbox.proxy.reseal;

import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sealing.MayReveal;
import dev.sealbox.proxy.match.Growth;
import dev.sealbox.proxy.session.Session;
import java.util.HashSet;
import java.util.Set;

/** The secrets whose values were found in one answer. Not thread-safe. */
public final class FoundValues {
    private Set<SecretName> names = Set.of();

    /** Is told of what is replaced. */
    public Growth told() {
        return Growth.unlimited(meaning -> note((SecretName) meaning));
    }

    private void note(SecretName name) {
        names = names.isEmpty() ? new HashSet<>() : names;
        names.add(name);
    }

    /**
     * Whether there is one that whoever asked had not sent: neither itself nor within another, for two names may have one
     * value, and the first of them is found.
     *
     * @param sent secrets whose tokens were replaced in the request
     * @param session by which; the caller holds it
     */
    public boolean goBeyond(Set<SecretName> sent, Session session) {
        for (var name : names) {
            if (!sent.contains(name) && sent.stream().noneMatch(other -> isWithin(session, name, other))) {
                return true;
            }
        }
        return false;
    }

    @MayReveal("values are compared with each other")
    private static boolean isWithin(Session session, SecretName inner, SecretName outer) {
        if (!session.names().containsAll(Set.of(inner, outer))) {
            return false;
        }
        var part = session.value(inner).reveal();
        var whole = session.value(outer).reveal();
        for (int from = 0; from + part.length <= whole.length; from++) {
            int at = 0;
            while (at < part.length && whole[from + at] == part[at]) {
                at++;
            }
            if (at == part.length) {
                return true;
            }
        }
        return false;
    }
}
