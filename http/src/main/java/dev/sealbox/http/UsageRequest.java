package dev.sealbox.http;

import akka.http.javadsl.model.HttpRequest;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.sandbox.Tags;
import dev.sealbox.domain.usage.UsageQuery;
import dev.sealbox.domain.usage.UsageWindow;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code GET /api/usage} is asked, by {@code groupBy=sandbox|tag:KEY}, {@code from}, {@code to}, {@code sort},
 * {@code limit}, {@code cursor} and {@code filter[tag:KEY]=VALUE,…}.
 *
 * @param tag the key that is grouped by; empty for sandboxes
 */
record UsageRequest(Optional<String> tag, UsageQuery query) {
    private static final Duration USUAL = Duration.ofDays(30);
    private static final int USUAL_PAGE = 50;
    private static final int LARGEST_PAGE = 500;
    private static final int FARTHEST = 1_000_000;
    private static final String TAG = "tag:";
    private static final String FILTER = "filter[" + TAG;
    private static final Set<String> NAMES = Set.of("from", "to", "groupBy", "sort", "limit", "cursor");

    static UsageRequest of(HttpRequest request, Instant now) {
        var filters = new HashMap<String, Set<String>>();
        var texts = new HashMap<String, String>();
        request.getUri().query().toMultiMap().forEach((name, values) -> note(name, values, filters, texts));
        var window = UsageWindow.of(
                Optional.ofNullable(texts.get("from")),
                Optional.ofNullable(texts.get("to")),
                USUAL,
                UsageWindow.LONGEST,
                now);
        var limit = number(texts, "limit", 1, Integer.MAX_VALUE).orElse(USUAL_PAGE);
        var skip = number(texts, "cursor", 0, FARTHEST).orElse(0);
        return new UsageRequest(
                group(texts.get("groupBy")),
                new UsageQuery(window, filters, byDisk(texts), Math.min(limit, LARGEST_PAGE), skip));
    }

    private static void note(
            String name, List<String> values, Map<String, Set<String>> filters, Map<String, String> texts) {
        if (values.size() > 1) {
            throw new InvalidValue(name + " is there more than once");
        }
        var value = values.getFirst();
        if (name.startsWith(FILTER) && name.endsWith("]")) {
            filters.put(key(name.substring(FILTER.length(), name.length() - 1)), values(value));
        } else if (NAMES.contains(name)) {
            texts.put(name, value);
        } else {
            throw new InvalidValue("the query may hold: cursor, filter[tag:KEY], from, groupBy, limit, sort, to");
        }
    }

    private static String key(String text) {
        Tags.checkKey(text);
        return text;
    }

    /** The same value twice is the value. */
    private static Set<String> values(String text) {
        var values = new HashSet<>(List.of(text.split(",", -1)));
        values.forEach(Tags::checkValue);
        return values;
    }

    private static Optional<String> group(@Nullable String groupBy) {
        if (groupBy != null && groupBy.equals("sandbox")) {
            return Optional.empty();
        }
        if (groupBy != null && groupBy.startsWith(TAG)) {
            return Optional.of(key(groupBy.substring(TAG.length())));
        }
        throw new InvalidValue("groupBy must be sandbox or tag:KEY");
    }

    private static boolean byDisk(Map<String, String> texts) {
        return switch (texts.getOrDefault("sort", "-memoryGbSeconds")) {
            case "-memoryGbSeconds" -> false;
            case "-diskOverageGbSeconds" -> true;
            default -> throw new InvalidValue("sort must be -memoryGbSeconds or -diskOverageGbSeconds");
        };
    }

    private static Optional<Integer> number(Map<String, String> texts, String name, int least, int most) {
        return Optional.ofNullable(texts.get(name)).map(text -> (int) QueryText.number(name, text, least, most));
    }
}
