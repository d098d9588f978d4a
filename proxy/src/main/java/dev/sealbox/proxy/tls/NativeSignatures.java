package dev.sealbox.proxy.tls;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.Security;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * Who makes and checks the signatures of certificates: a library in native code (AWS-LC) where there is one for the
 * machine. In Java, and without the optimising compiler, they are most of what a host that is new to the proxy costs
 * (docs/benchmarks.md). It stands last among the process's providers, so nothing comes to it that does not name it.
 */
final class NativeSignatures {
    private static final Optional<String> PROVIDER = find();

    private NativeSignatures() {}

    /** The provider's name; none where signatures are the JDK's. */
    static Optional<String> provider() {
        return PROVIDER;
    }

    private static Optional<String> find() {
        var provider = AmazonCorrettoCryptoProvider.INSTANCE;
        var failure = provider.getLoadingError();
        if (failure != null) {
            LoggerFactory.getLogger(NativeSignatures.class)
                    .atInfo()
                    .addKeyValue("reason", failure.getMessage())
                    .log("certificates are signed and verified in Java, which costs several times as much");
            return Optional.empty();
        }
        Security.addProvider(provider);
        return Optional.of(AmazonCorrettoCryptoProvider.PROVIDER_NAME);
    }
}
