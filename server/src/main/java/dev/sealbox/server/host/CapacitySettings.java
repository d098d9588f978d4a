package dev.sealbox.server.host;

import com.typesafe.config.Config;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.placement.Siting;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What an operator may choose about what a host promises; the keys live under {@code sealbox.host}.
 *
 * @param memoryMB of the machine that sandboxes may have, in MiB; empty for all of it
 * @param memoryOvercommit how many times that is promised
 * @param cpuOvercommit how many times each CPU is promised
 * @param labels that sandboxes may ask for
 */
public record CapacitySettings(
        Optional<Long> memoryMB, double memoryOvercommit, double cpuOvercommit, Map<String, String> labels) {

    /**
     * Reads the settings.
     *
     * @throws InvalidValue in one line, for a value that cannot be
     */
    public static CapacitySettings from(Config config) {
        var host = config.getConfig("sealbox.host");
        return new CapacitySettings(
                host.getString("memory").isBlank() ? Optional.empty() : Optional.of(host.getBytes("memory") >> 20),
                atLeastOne("memory-overcommit", host.getDouble("memory-overcommit")),
                atLeastOne("cpu-overcommit", host.getDouble("cpu-overcommit")),
                Siting.checked(labels(host.getString("labels"))));
    }

    private static double atLeastOne(String key, double factor) {
        if (factor < 1 || factor > 10_000) {
            throw new InvalidValue("sealbox.host." + key + " must be from 1 to 10000");
        }
        return factor;
    }

    private static Map<String, String> labels(String text) {
        var labels = new LinkedHashMap<String, String>();
        for (var word : text.split(",", -1)) {
            if (!word.isBlank()) {
                var at = word.indexOf('=');
                if (at < 1) {
                    throw new InvalidValue("sealbox.host.labels is key=value,…");
                }
                labels.put(word.substring(0, at).strip(), word.substring(at + 1).strip());
            }
        }
        return labels;
    }
}
