package dev.sealbox.proxy.revocation;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.jspecify.annotations.Nullable;

/** What one authority has revoked (RFC 5280). Believed of certificates that the same key has signed. Thread-safe. */
final class RevocationList {
    private final X509CRL list;
    private final Map<PublicKey, Boolean> signed = new ConcurrentHashMap<>();

    private RevocationList(X509CRL list) {
        this.list = list;
    }

    /**
     * All that stand in {@code bytes}: one of DER, or any number of PEM.
     *
     * @throws CRLException when these are none
     */
    static List<RevocationList> read(byte[] bytes) throws CRLException {
        try {
            var lists = CertificateFactory.getInstance("X.509").generateCRLs(new ByteArrayInputStream(bytes)).stream()
                    .map(one -> new RevocationList((X509CRL) one))
                    .toList();
            if (lists.isEmpty()) {
                throw new CRLException("no list");
            }
            return lists;
        } catch (CertificateException e) {
            throw new CRLException(e);
        }
    }

    X500Principal issuer() {
        return list.getIssuerX500Principal();
    }

    /** Whether there should be no newer one yet. */
    boolean isCurrent(Instant now) {
        return list.getNextUpdate() == null || list.getNextUpdate().toInstant().isAfter(now);
    }

    /** What it says of that certificate. An old list still tells whom it names; it does not clear others. */
    Standing standing(Issuance of, Instant now) {
        if (!issuer().equals(of.certificate().getIssuerX500Principal()) || !isSignedBy(of.issuer())) {
            return Standing.UNKNOWN;
        }
        if (list.getRevokedCertificate(of.certificate()) != null) {
            return Standing.REVOKED;
        }
        return isCurrent(now) && covers(of.certificate()) ? Standing.GOOD : Standing.UNKNOWN;
    }

    private boolean isSignedBy(X509Certificate issuer) {
        return signed.computeIfAbsent(issuer.getPublicKey(), key -> {
            try {
                list.verify(key);
                return true;
            } catch (GeneralSecurityException e) {
                return false;
            }
        });
    }

    /** Whether the certificate would stand in this list, and not in another of the same authority. */
    private boolean covers(X509Certificate certificate) {
        var extension = list.getExtensionValue(Extension.issuingDistributionPoint.getId());
        boolean whole = list.getExtensionValue(Extension.deltaCRLIndicator.getId()) == null
                && !list.hasUnsupportedCriticalExtension();
        if (extension == null || !whole) {
            return whole;
        }
        try {
            var part = IssuingDistributionPoint.getInstance(content(extension));
            boolean authority = certificate.getBasicConstraints() >= 0;
            boolean kind = authority ? !part.onlyContainsUserCerts() : !part.onlyContainsCACerts();
            return kind
                    && !part.onlyContainsAttributeCerts()
                    && part.getOnlySomeReasons() == null
                    && (part.getDistributionPoint() == null
                            || names(part.getDistributionPoint()).anyMatch(places(certificate)::contains));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Where that certificate says that its list is, as far as it is to be had over HTTP. */
    static Optional<URI> place(X509Certificate certificate) {
        return places(certificate).stream()
                .filter(text -> text.regionMatches(true, 0, "http://", 0, 7))
                .flatMap(RevocationList::uri)
                .findFirst();
    }

    private static Stream<URI> uri(String text) {
        try {
            var uri = new URI(text);
            return uri.getHost() == null ? Stream.of() : Stream.of(uri);
        } catch (URISyntaxException e) {
            return Stream.of();
        }
    }

    private static List<String> places(X509Certificate certificate) {
        var extension = certificate.getExtensionValue(Extension.cRLDistributionPoints.getId());
        if (extension == null) {
            return List.of();
        }
        try {
            return Arrays.stream(CRLDistPoint.getInstance(content(extension)).getDistributionPoints())
                    .flatMap(point -> names(point.getDistributionPoint()))
                    .toList();
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    private static Stream<String> names(@Nullable DistributionPointName point) {
        if (point == null || point.getType() != DistributionPointName.FULL_NAME) {
            return Stream.of();
        }
        return Arrays.stream(GeneralNames.getInstance(point.getName()).getNames())
                .filter(name -> name.getTagNo() == GeneralName.uniformResourceIdentifier)
                .map(name -> ((ASN1String) name.getName()).getString());
    }

    private static byte[] content(byte[] extension) {
        return ASN1OctetString.getInstance(extension).getOctets();
    }
}
