package dev.sealbox.server;

import com.typesafe.config.Config;
import dev.sealbox.domain.identity.OrganizationId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an operator may choose about the node as a whole; the keys live under {@code sealbox}.
 *
 * @param bootstrapApiKey empty means that one is generated
 * @param hostLossAfter how long a host that was given up may take to come back before its sandboxes are lost
 * @param lease how long a host that hears of no majority of control nodes goes on using secrets
 * @param hostAskAgainAfter until a sandbox whose disk lies on a host is asked again whether it went on elsewhere
 * @param layerRetryAfter until a layer store that failed is asked again
 * @param layerSweepEvery how often what nobody needs is looked for in the layer store
 * @param bootstrapOrganizations further organisations, each with a key that must be valid
 */
public record NodeSettings(
        Path dataDir,
        Set<Role> roles,
        List<String> seeds,
        String bootstrapApiKey,
        Map<OrganizationId, String> bootstrapOrganizations,
        Duration startTimeout,
        OnShutdown onShutdown,
        Duration hostAnswerTimeout,
        Duration hostLossAfter,
        Duration lease,
        Duration hostAskAgainAfter,
        Duration layerRetryAfter,
        Duration layerSweepEvery) {

    /** What a node does. */
    public enum Role {
        CONTROL,
        HOST
    }

    /** What becomes of running sandboxes when the node stops. */
    public enum OnShutdown {
        KEEP,
        HIBERNATE,
        KILL
    }

    /** A key whose text gives its name away in a log is no secret; this one prints without its secrets. */
    @Override
    public String toString() {
        return "NodeSettings[" + dataDir + ", " + roles + "]";
    }

    /**
     * Reads the settings.
     *
     * @throws IllegalArgumentException in one line, for a value that cannot be
     */
    public static NodeSettings from(Config config) {
        var sealbox = config.getConfig("sealbox");
        return new NodeSettings(
                Path.of(sealbox.getString("data-dir")).toAbsolutePath().normalize(),
                words(sealbox.getString("node.roles")).stream()
                        .map(word -> choice(Role.class, "sealbox.node.roles", word))
                        .collect(Collectors.toUnmodifiableSet()),
                words(sealbox.getString("node.seeds")),
                sealbox.getString("node.bootstrap-api-key"),
                organizations(sealbox.getString("node.bootstrap-organizations")),
                sealbox.getDuration("node.start-timeout"),
                choice(OnShutdown.class, "sealbox.host.on-shutdown", sealbox.getString("host.on-shutdown")),
                sealbox.getDuration("host.answer-timeout"),
                sealbox.getDuration("host.loss-after"),
                sealbox.getDuration("host.lease"),
                sealbox.getDuration("host.ask-again-after"),
                sealbox.getDuration("layer-store.retry-after"),
                sealbox.getDuration("layer-store.sweep-every"));
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static <E extends Enum<E>> E choice(Class<E> type, String key, String word) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.name().equalsIgnoreCase(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(key + " has no value \"" + word + "\""));
    }

    private static Map<OrganizationId, String> organizations(String text) {
        var keys = new LinkedHashMap<OrganizationId, String>();
        for (var word : words(text)) {
            var at = word.indexOf('=');
            if (at < 1) {
                throw new IllegalArgumentException("sealbox.node.bootstrap-organizations is organisation=key,…");
            }
            keys.put(new OrganizationId(word.substring(0, at)), word.substring(at + 1));
        }
        return keys;
    }
}
