package dev.sealbox.server;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import dev.sealbox.domain.egress.AuthorityStore;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.sealing.Vault;
import dev.sealbox.persistence.ledger.DurableLedger;
import dev.sealbox.proxy.EgressProxy;
import dev.sealbox.proxy.ProxySettings;
import dev.sealbox.runtime.OciRuntime;
import dev.sealbox.runtime.RuntimeSettings;
import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.server.host.CapacitySettings;
import dev.sealbox.server.host.Host;
import dev.sealbox.server.host.HostCapacity;
import dev.sealbox.server.host.Lease;
import io.micrometer.core.instrument.MeterRegistry;

/** What a node with the role {@code host} runs: containers, and the egress proxy in their router namespace. */
record HostParts(OciRuntime runtime, EgressProxy proxy, Host host, DurableLedger ledger, Lease lease) {

    /** Whether something new may be begun; without an answer of the disk it may not. */
    boolean hasRoom() {
        return hasRoom(runtime);
    }

    private static boolean hasRoom(OciRuntime runtime) {
        try {
            return runtime.room().isEnough();
        } catch (RuntimeFailure e) {
            return false;
        }
    }

    static HostParts open(
            ActorSystem<?> system,
            Config config,
            HostId id,
            Vault vault,
            AuthorityStore authorities,
            DurableLedger ledger,
            Lease lease,
            MeterRegistry metrics,
            Cleanup cleanup) {
        var settings = RuntimeSettings.from(config);
        var runtime = OciRuntime.open(settings);
        cleanup.add("sandbox runtime", runtime::close);
        runtime.prepareTemplate();
        var proxy = EgressProxy.start(
                system,
                ProxySettings.from(config),
                vault,
                authorities,
                lease.over(new AlarmMetrics(ledger, metrics)),
                runtime.networkNamespace());
        cleanup.add("egress proxy", () -> Waiting.on("stop the egress proxy", proxy.stop()));
        return new HostParts(
                runtime,
                proxy,
                new Host(
                        id,
                        runtime,
                        runtime,
                        runtime,
                        proxy,
                        proxy,
                        HostCapacity.of(
                                id,
                                CapacitySettings.from(config),
                                settings.dataDir().resolve("draining"),
                                () -> !hasRoom(runtime),
                                runtime::templates),
                        settings.dataDir().resolve("last-uses")),
                ledger,
                lease);
    }
}
