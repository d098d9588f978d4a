package dev.sealbox.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.sandbox.Autoscale;
import dev.sealbox.domain.sandbox.SandboxUpkeep;
import dev.sealbox.domain.sandbox.SandboxView;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Tags and sizes of sandboxes as clients see them. */
final class UpkeepJson {
    private UpkeepJson() {}

    /** {@code tagsLastUpdatedAt} is null, and there, until tags are first set. */
    record TagSet(
            Map<String, String> tags,
            @JsonInclude(JsonInclude.Include.ALWAYS) Optional<Instant> tagsLastUpdatedAt) {
        static TagSet of(SandboxView view) {
            return new TagSet(new TreeMap<>(view.upkeep().tags()), view.upkeep().tagsUpdatedAt());
        }
    }

    /** {@code cpuPercent} is 100 for each CPU. */
    record Size(
            String sandboxID,
            int memoryMB,
            int cpuPercent,
            Optional<String> workerID,
            boolean migrated,
            boolean ok,
            boolean autoscaleDisabled) {
        static Size of(SandboxUpkeep.Scaled scaled) {
            var limits = scaled.now().blueprint().limits();
            return new Size(
                    scaled.now().id().value(),
                    limits.memoryMB(),
                    limits.cpuCount() * 100,
                    scaled.now().host().map(HostId::value),
                    false,
                    true,
                    scaled.autoscaleDisabled());
        }
    }

    /** Both bounds are 0 where autoscaling is off. */
    record Autoscaling(String sandboxID, boolean enabled, int minMemoryMB, int maxMemoryMB) {
        static Autoscaling of(SandboxView view) {
            var bounds = view.upkeep().autoscale();
            return new Autoscaling(
                    view.id().value(),
                    bounds.isPresent(),
                    bounds.map(Autoscale::minMemoryMB).orElse(0),
                    bounds.map(Autoscale::maxMemoryMB).orElse(0));
        }
    }

    record Lock(String sandboxID, boolean locked) {
        static Lock of(SandboxView view) {
            return new Lock(view.id().value(), view.upkeep().scalingLocked());
        }
    }
}
