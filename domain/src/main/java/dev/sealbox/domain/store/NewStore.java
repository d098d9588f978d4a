package dev.sealbox.domain.store;

import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.identity.StoreName;
import java.util.List;

/** What a store is from its first moment on: nobody ever finds it without what it shall deny. */
public record NewStore(StoreName name, List<HostPattern> allowlist, Denials denials, List<TcpTarget> egressTcp) {
    public NewStore {
        allowlist = List.copyOf(allowlist);
        egressTcp = List.copyOf(egressTcp);
    }

    /** One that denies nothing and passes no plain TCP. */
    public static NewStore of(StoreName name, List<HostPattern> allowlist) {
        return new NewStore(name, allowlist, Denials.NONE, List.of());
    }
}
