package dev.sealbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * A host that is being emptied, as one list of hosts after the other tells of it. A list may be some seconds old, and of
 * another node than the one before. Used by one thread.
 */
final class Emptying {
    private final String host;
    private final Duration patience;
    private long draining;

    /**
     * @param patience how long it may be missing, or not be drained
     * @param now nanoseconds, as of {@link System#nanoTime}
     */
    Emptying(String host, Duration patience, long now) {
        this.host = host;
        this.patience = patience;
        this.draining = now;
    }

    /**
     * Whether it is empty. A host that is gone is not: nobody knows what lies on its disk.
     *
     * @throws CannotRun when it will not be, since it has left or is drained no more
     */
    boolean isDone(JsonNode hosts, long now) {
        var told = find(hosts);
        if (told.filter(each -> each.path("draining").asBoolean()).isPresent()) {
            draining = now;
            return told.get().path("emptied").asBoolean();
        }
        if (now - draining > patience.toNanos()) {
            throw new CannotRun(
                    told.isPresent()
                            ? "host " + host + " is not drained any more: somebody has undrained it"
                            : "host " + host
                                    + " has left the cluster before it was empty; what lies on it is there only");
        }
        return false;
    }

    /** @throws CannotRun when sandboxes sleep there of which nothing is anywhere else */
    void refuseWhatIsOnlyThere(JsonNode hosts) {
        var only = find(hosts).map(each -> each.path("onlyHere").asInt()).orElse(0);
        if (only > 0) {
            throw new CannotRun("nothing runs on host " + host + " any more, but " + only
                    + " of the sandboxes that sleep there are nowhere else: their files go with its disk");
        }
    }

    private Optional<JsonNode> find(JsonNode hosts) {
        return StreamSupport.stream(hosts.spliterator(), false)
                .filter(each -> each.path("id").asText().equals(host))
                .findFirst();
    }
}
