package dev.sealbox.client;

import com.fasterxml.jackson.core.type.TypeReference;
import java.util.List;
import java.util.Map;

/** The patches of one checkpoint or snapshot. Thread-safe. */
public final class Patches {
    private static final TypeReference<Added> ADDED = new TypeReference<>() {};
    private static final TypeReference<List<Patch>> MANY = new TypeReference<>() {};

    private final Requests requests;
    private final String path;

    /** Of what has this path. */
    Patches(Requests requests, String owner) {
        this.requests = requests;
        this.path = owner + "/patches";
    }

    private record Added(Patch patch) {}

    /** Adds a script of bash, which runs after those that there are. */
    public Patch add(String script, String description) {
        return requests.json("POST", path, Map.of("script", script, "description", description), ADDED)
                .patch();
    }

    /** In the order in which they run. */
    public List<Patch> list() {
        return requests.get(path, MANY);
    }

    /** What it has done where it has run stays. Succeeds when there is no such patch. */
    public void delete(String patchId) {
        try {
            requests.call("DELETE", path + "/" + Requests.escaped(patchId));
        } catch (ApiException e) {
            if (!e.code().equals("patch.not-found")) {
                throw e;
            }
        }
    }
}
