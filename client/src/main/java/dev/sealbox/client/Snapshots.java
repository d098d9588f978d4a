package dev.sealbox.client;

import com.fasterxml.jackson.core.type.TypeReference;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Images with names. Thread-safe. */
public final class Snapshots {
    private static final String ROOT = "/snapshots";
    private static final TypeReference<Snapshot> SNAPSHOT = new TypeReference<>() {};
    private static final TypeReference<List<Snapshot>> SNAPSHOTS = new TypeReference<>() {};

    private final Requests requests;

    Snapshots(Requests requests) {
        this.requests = requests;
    }

    /**
     * Builds an image, or takes the one that there is, and names it; answers when it is ready.
     *
     * @param log is told each line of the build
     * @throws ApiException with the code {@code image.build-failed} when a step fails
     */
    public Snapshot create(String name, Image image, Consumer<String> log) {
        return BuildEvents.result(requests, ROOT, body(name, image), SNAPSHOT, log);
    }

    /** Answers at once; the snapshot is building. See {@link #read}. */
    public Snapshot begin(String name, Image image) {
        return requests.json("POST", ROOT + "?async=1", body(name, image), SNAPSHOT, Duration.ofMinutes(2));
    }

    private static Map<String, Object> body(String name, Image image) {
        var body = new LinkedHashMap<String, Object>();
        body.put("name", name);
        body.put("image", image.body());
        return body;
    }

    /** Ordered by name. */
    public List<Snapshot> list() {
        return requests.get(ROOT, SNAPSHOTS);
    }

    public Snapshot read(String name) {
        return requests.get(path(name), SNAPSHOT);
    }

    /** Frees the name; sandboxes that started from it go on. */
    public void delete(String name) {
        requests.call("DELETE", path(name));
    }

    public Patches patches(String name) {
        return new Patches(requests, path(name));
    }

    /** Lets every organisation start from it by its name; for admins of the operating organisation. May be repeated. */
    public void publish(String name) {
        requests.call("POST", path(name) + "/publish");
    }

    public void unpublish(String name) {
        requests.call("POST", path(name) + "/unpublish");
    }

    private static String path(String name) {
        return ROOT + "/" + Requests.escaped(name);
    }
}
