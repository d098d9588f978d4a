package dev.sealbox.http;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.sandbox.SandboxView;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which sandboxes a list is to hold: {@code ?status=running,hibernated&template=base&tag=KEY=VALUE&metadata=KEY=VALUE},
 * where tags and metadata may be there several times and all have to hold, and {@code &limit=20&after=…} for pages. Other
 * fields of the query are passed over, as the contract knows none at all.
 *
 * @param path of the list with its filters, as it was asked
 * @param limit the largest number of sandboxes; 0 for all
 * @param after the place of the last one of the page before
 */
record SandboxList(
        String path,
        Set<String> statuses,
        Optional<String> template,
        Map<String, String> tags,
        Map<String, String> metadata,
        int limit,
        Optional<String> after) {
    private static final int MOST = 1000;
    private static final Set<String> STATUSES = Set.of("pending", "running", "hibernated", "error");
    private static final Comparator<String> NEWEST_FIRST = Comparator.reverseOrder();

    static SandboxList of(HttpRequest request) {
        var query = request.getUri().query().toMultiMap();
        var limit = last(query, "limit").map(text -> (int) QueryText.number("limit", text, 1, MOST));
        var after = last(query, "after");
        if (limit.isEmpty() && after.isPresent()) {
            throw new InvalidValue("after goes with limit only");
        }
        return new SandboxList(
                request.getUri().path() + query(query),
                statuses(query),
                last(query, "template"),
                pairs(query, "tag"),
                pairs(query, "metadata"),
                limit.orElse(0),
                after);
    }

    private static Optional<String> last(Map<String, List<String>> query, String name) {
        return Optional.ofNullable(query.get(name)).map(List::getLast);
    }

    private static Set<String> statuses(Map<String, List<String>> query) {
        var wanted = query.getOrDefault("status", List.of()).stream()
                .flatMap(text -> List.of(text.split(",", -1)).stream())
                .collect(Collectors.toSet());
        if (!STATUSES.containsAll(wanted)) {
            throw new InvalidValue("status is one of pending, running, hibernated, error, or several with commas");
        }
        return wanted;
    }

    private static Map<String, String> pairs(Map<String, List<String>> query, String name) {
        return query.getOrDefault(name, List.of()).stream()
                .map(text -> text.split("=", 2))
                .peek(pair -> {
                    if (pair.length < 2 || pair[0].isEmpty()) {
                        throw new InvalidValue(name + " is KEY=VALUE");
                    }
                })
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (one, other) -> {
                    if (one.equals(other)) {
                        return one;
                    }
                    throw new InvalidValue(name + " names a key twice");
                }));
    }

    /** The filters alone. */
    private static String query(Map<String, List<String>> query) {
        return query.entrySet().stream()
                .filter(field -> Set.of("status", "template", "tag", "metadata").contains(field.getKey()))
                .sorted(Map.Entry.comparingByKey())
                .flatMap(field -> field.getValue().stream().map(value -> field.getKey() + "=" + escaped(value)))
                .collect(Collectors.joining("&", "?", ""));
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** One page of these, newest first; sandboxes of one moment by their ids. */
    List<SandboxView> of(List<SandboxView> all) {
        var wanted = all.stream()
                .filter(this::accepts)
                .filter(view -> after.isEmpty() || NEWEST_FIRST.compare(place(view), after.get()) > 0)
                .sorted(Comparator.comparing(SandboxList::place, NEWEST_FIRST));
        // One more than the page tells whether there is another page.
        return (limit == 0 ? wanted : wanted.limit(limit + 1L)).toList();
    }

    private boolean accepts(SandboxView view) {
        return (statuses.isEmpty() || statuses.contains(view.status()))
                && template.filter(name -> !name.equals(view.blueprint().template()))
                        .isEmpty()
                && view.upkeep().tags().entrySet().containsAll(tags.entrySet())
                && view.blueprint().metadata().entrySet().containsAll(metadata.entrySet());
    }

    /** Grows with the time; the same digits for all of them, so that texts compare as times do. */
    private static String place(SandboxView view) {
        var at = view.startedAt();
        return "%012d%09d%s".formatted(at.getEpochSecond(), at.getNano(), view.id());
    }

    HttpResponse answer(List<SandboxView> found, HttpResponse page) {
        return limit == 0 || found.size() <= limit
                ? page
                : page.addHeader(RawHeader.create(
                        "Link",
                        "<%s%slimit=%d&after=%s>; rel=\"next\""
                                .formatted(path, path.endsWith("?") ? "" : "&", limit, place(found.get(limit - 1)))));
    }

    List<SandboxView> page(List<SandboxView> found) {
        return limit == 0 || found.size() <= limit ? found : found.subList(0, limit);
    }
}
