package dev.sealbox.domain.placement;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.HostId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Port: the hosts of the cluster as their operators see them. Thread-safe. */
public interface Hosts {

    /** Those that are in the cluster, by their names, as they told some seconds ago. */
    List<HostState> all();

    /**
     * Empties a host, or lets it fill again: nothing new begins there, what runs is hibernated, and what sleeps wakes
     * elsewhere when others can have its files. Complete when the host has noted it, which outlasts its process; done
     * already is done.
     */
    CompletionStage<Outcome<Unit>> drain(HostId host, boolean on);

    /** No host of this name is in the cluster now. */
    record NoSuchHost() implements Refusal {
        @Override
        public Kind kind() {
            return Kind.NOT_FOUND;
        }

        @Override
        public String code() {
            return "host.not-found";
        }

        @Override
        public String message() {
            return "no such host is in the cluster";
        }
    }
}
