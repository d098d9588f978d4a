package dev.sealbox.proxy.revocation;

import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.CertException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** What an upstream brings along of its authority about its own certificate: an answer of OCSP (RFC 6960). */
final class Staples {
    /** Clocks differ by so much. */
    private static final Duration SKEW = Duration.ofMinutes(5);

    /** An answer that does not say how long it holds. */
    private static final Duration UNDATED = Duration.ofDays(1);

    /** RFC 7633: the features of TLS that a server with this certificate will offer. */
    private static final String TLS_FEATURES = "1.3.6.1.5.5.7.1.24";

    private static final int STATUS_REQUEST = 5;

    private Staples() {}

    /** Whether that certificate is to be believed with a staple only. */
    static boolean areDemanded(X509Certificate certificate) {
        var extension = certificate.getExtensionValue(TLS_FEATURES);
        if (extension == null) {
            return false;
        }
        try {
            var features = ASN1Sequence.getInstance(
                    ASN1OctetString.getInstance(extension).getOctets());
            return Arrays.stream(features.toArray())
                    .anyMatch(feature -> ASN1Integer.getInstance(feature).hasValue(STATUS_REQUEST));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** What it says of that certificate; nothing if it is unsigned, out of date, about another or none at all. */
    static Standing standing(byte[] staple, Issuance of, Instant now) {
        try {
            var response = new OCSPResp(staple);
            if (response.getStatus() != OCSPResp.SUCCESSFUL
                    || !(response.getResponseObject() instanceof BasicOCSPResp answer)) {
                return Standing.UNKNOWN;
            }
            var issuer = new X509CertificateHolder(of.issuer().getEncoded());
            if (!isSigned(answer, issuer, now)) {
                return Standing.UNKNOWN;
            }
            var standing = Standing.UNKNOWN;
            for (var one : answer.getResponses()) {
                standing = isAbout(one, of, issuer) && isCurrent(one, now) ? standing.and(standing(one)) : standing;
            }
            return standing;
        } catch (IOException
                | OCSPException
                | OperatorCreationException
                | CertificateException
                | CertException
                | RuntimeException e) {
            // Whatever breaks the reader of it is no answer.
            return Standing.UNKNOWN;
        }
    }

    private static Standing standing(SingleResp answer) {
        if (answer.getCertStatus() == null) {
            return Standing.GOOD;
        }
        return answer.getCertStatus() instanceof RevokedStatus ? Standing.REVOKED : Standing.UNKNOWN;
    }

    private static boolean isAbout(SingleResp answer, Issuance of, X509CertificateHolder issuer)
            throws OCSPException, OperatorCreationException {
        return answer.getCertID().getSerialNumber().equals(of.certificate().getSerialNumber())
                && answer.getCertID().matchesIssuer(issuer, new JcaDigestCalculatorProviderBuilder().build());
    }

    private static boolean isCurrent(SingleResp answer, Instant now) {
        var from = answer.getThisUpdate().toInstant();
        var until = answer.getNextUpdate() == null
                ? from.plus(UNDATED)
                : answer.getNextUpdate().toInstant();
        return !from.isAfter(now.plus(SKEW)) && until.isAfter(now.minus(SKEW));
    }

    /** By the issuer itself, or by one whom it has made its responder. */
    private static boolean isSigned(BasicOCSPResp answer, X509CertificateHolder issuer, Instant now)
            throws OperatorCreationException, CertificateException, OCSPException, CertException {
        var verifiers = new JcaContentVerifierProviderBuilder();
        if (answer.isSignatureValid(verifiers.build(issuer))) {
            return true;
        }
        for (var responder : answer.getCerts()) {
            if (isResponder(responder)
                    && responder.isValidOn(Date.from(now))
                    && responder.getIssuer().equals(issuer.getSubject())
                    && responder.isSignatureValid(verifiers.build(issuer))
                    && answer.isSignatureValid(verifiers.build(responder))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isResponder(X509CertificateHolder certificate) {
        var uses = certificate.getExtensions() == null
                ? null
                : ExtendedKeyUsage.fromExtensions(certificate.getExtensions());
        return uses != null && uses.hasKeyPurposeId(KeyPurposeId.id_kp_OCSPSigning);
    }
}
