package dev.sealbox.domain.placement;

import dev.sealbox.domain.InvalidValue;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What the owner of a sandbox wants of its hosts.
 *
 * @param labels that a host must have, key by key, to run it; at most {@value #MOST}
 */
public record Siting(Map<String, String> labels, OnHostLoss onHostLoss) {
    public static final int MOST = 16;

    /** Any host, and lost with it. */
    public static final Siting ANYWHERE = new Siting(Map.of(), OnHostLoss.FAIL);

    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_./-]{1,63}");

    /**
     * Refuses what cannot be a label.
     *
     * @throws InvalidValue with what is wrong
     */
    public Siting {
        labels = checked(labels);
    }

    /**
     * Labels in the order of their keys.
     *
     * @throws InvalidValue for too many, or for one that cannot be
     */
    public static Map<String, String> checked(Map<String, String> labels) {
        if (labels.size() > MOST) {
            throw new InvalidValue("there are at most " + MOST + " host labels");
        }
        labels.forEach((key, value) -> {
            if (!WORD.matcher(key).matches() || !WORD.matcher(value).matches()) {
                throw new InvalidValue("host labels are 1 to 63 characters of A-Z a-z 0-9 _ . / -");
            }
        });
        return java.util.Collections.unmodifiableMap(new TreeMap<>(labels));
    }
}
