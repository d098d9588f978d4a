package dev.sealbox.proxy.revocation;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A certificate and the one whose key has signed it. */
record Issuance(X509Certificate certificate, X509Certificate issuer) {
    /** No chain of the web is half as long. */
    private static final int LONGEST = 8;

    /**
     * From the first of those that were sent up to a root, which nobody can revoke; shorter where no issuer is known.
     * That they are in force and are for the host was verified before.
     */
    static List<Issuance> path(List<X509Certificate> sent, Collection<X509Certificate> roots) {
        var path = new ArrayList<Issuance>();
        var current = sent.getFirst();
        while (path.size() < LONGEST && !roots.contains(current)) {
            var issuer =
                    issuer(current, Stream.concat(roots.stream(), sent.stream().skip(1)));
            if (issuer.isEmpty()) {
                return path;
            }
            path.add(new Issuance(current, issuer.get()));
            current = issuer.get();
        }
        return path;
    }

    /** Of several with that name who has signed it. Where there is one, the chain could not have been verified by another. */
    private static Optional<X509Certificate> issuer(X509Certificate of, Stream<X509Certificate> among) {
        var named = among.filter(one -> one.getSubjectX500Principal().equals(of.getIssuerX500Principal()))
                .distinct()
                .toList();
        return named.size() == 1
                ? Optional.of(named.getFirst())
                : named.stream().filter(one -> hasSigned(one, of)).findFirst();
    }

    private static boolean hasSigned(X509Certificate one, X509Certificate other) {
        try {
            other.verify(one.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
