package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.server.Route;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.forgetting.Certificate;
import dev.sealbox.domain.forgetting.DestructionCertificates;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import java.util.concurrent.CompletionStage;

/** {@code GET /api/secret-stores/{store}[/secrets/{name}]/destruction-certificate}, also of what is deleted. */
final class CertificateRoutes {
    private final DestructionCertificates certificates;
    private final Answers answers;

    CertificateRoutes(DestructionCertificates certificates, Answers answers) {
        this.certificates = certificates;
        this.answers = answers;
    }

    /** The signature is over the UTF-8 form of {@code statement}, as it stands there. */
    private record Signed(String statement, String algorithm, String signature, String publicKey) {
        static Signed of(Certificate certificate) {
            return new Signed(certificate.statement(), "Ed25519", certificate.signature(), certificate.publicKey());
        }
    }

    Route of(Origin origin) {
        return pathPrefix(
                "secret-stores",
                () -> concat(
                        path(
                                segment().slash("destruction-certificate"),
                                store -> get(() -> answer(certificates.of(origin, StoreId.parse(store))))),
                        path(
                                segment().slash("secrets").slash(segment()).slash("destruction-certificate"),
                                (store, name) -> get(() ->
                                        answer(certificates.of(origin, StoreId.parse(store), new SecretName(name)))))));
    }

    private Route answer(CompletionStage<Outcome<Certificate>> asked) {
        return answers.outcome(asked, certificate -> Answers.ok(Signed.of(certificate)));
    }
}
