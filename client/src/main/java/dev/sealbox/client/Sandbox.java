package dev.sealbox.client;

import com.fasterxml.jackson.core.type.TypeReference;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A sandbox on the server; {@link #close} kills it. Thread-safe. */
public final class Sandbox implements AutoCloseable {
    private static final String ROOT = "/sandboxes";
    private static final Duration POLLING = Duration.ofMillis(200);
    private static final TypeReference<SandboxInfo> INFO = new TypeReference<>() {};
    private static final TypeReference<List<SandboxInfo>> INFOS = new TypeReference<>() {};
    private static final TypeReference<TagSet> TAGS = new TypeReference<>() {};
    private static final TypeReference<AllowedHosts> HOSTS = new TypeReference<>() {};
    private static final TypeReference<Checkpoint> CHECKPOINT = new TypeReference<>() {};
    private static final TypeReference<List<Checkpoint>> CHECKPOINTS = new TypeReference<>() {};

    private static final TypeReference<PreviewUrl> PREVIEW = new TypeReference<>() {};
    private static final TypeReference<List<PreviewUrl>> PREVIEWS = new TypeReference<>() {};
    private static final TypeReference<Rotated> ROTATED = new TypeReference<>() {};

    private final Requests requests;
    private final String id;

    private Sandbox(Requests requests, SandboxInfo info) {
        this.requests = requests;
        this.id = info.sandboxID();
    }

    /** Answers when the first command can run. */
    public static Sandbox create(SealboxClient client, SandboxOptions options) {
        var requests = client.requests();
        return options.isBuilt()
                ? create(client, options, line -> {})
                : new Sandbox(requests, requests.json("POST", ROOT, options.body(), INFO));
    }

    /**
     * As {@link #create(SealboxClient, SandboxOptions)}, from an image or a snapshot.
     *
     * @param log is told each line of the image's build
     * @throws ApiException with the code {@code image.build-failed} when a step fails
     */
    public static Sandbox create(SealboxClient client, SandboxOptions options, Consumer<String> log) {
        var requests = client.requests();
        return new Sandbox(requests, BuildEvents.result(requests, ROOT, options.body(), INFO, log));
    }

    /** A sandbox that exists. */
    public static Sandbox connect(SealboxClient client, String sandboxId) {
        var requests = client.requests();
        return new Sandbox(requests, requests.get(ROOT + "/" + Requests.escaped(sandboxId), INFO));
    }

    /** All sandboxes of the organisation that are not stopped, newest first. */
    public static List<SandboxInfo> list(SealboxClient client) {
        return client.requests().get(ROOT, INFOS);
    }

    /** A fork; waits up to 30 s for a checkpoint that is still processing. */
    public static Sandbox createFromCheckpoint(SealboxClient client, String checkpointId, ForkOptions options) {
        var requests = client.requests();
        var path = ROOT + "/from-checkpoint/" + Requests.escaped(checkpointId);
        return new Sandbox(requests, requests.json("POST", path, options.body(), INFO));
    }

    public String id() {
        return id;
    }

    /** What the server says now. */
    public SandboxInfo info() {
        return requests.get(path(), INFO);
    }

    /** Whether the server says that it runs; false, too, when there is no such sandbox. */
    public boolean isRunning() {
        try {
            return info().status().equals("running");
        } catch (ApiException e) {
            if (e.status() == 404) {
                return false;
            }
            throw e;
        }
    }

    public Commands commands() {
        return new Commands(requests, path());
    }

    public Files files() {
        return new Files(requests, path());
    }

    public AllowedHosts allowedHosts() {
        return requests.get(path() + "/allowed-hosts", HOSTS);
    }

    /** Answers at once; the checkpoint is processing. See {@link #awaitCheckpoint}. */
    public Checkpoint createCheckpoint(String name) {
        return createCheckpoint(name, CheckpointOptions.defaults());
    }

    /** As {@link #createCheckpoint(String)}. */
    public Checkpoint createCheckpoint(String name, CheckpointOptions options) {
        return requests.json("POST", path() + "/checkpoints", options.body(name), CHECKPOINT);
    }

    /** Puts it back to a checkpoint of its own; later calls wait for it. What ran before ends. */
    public void restoreCheckpoint(String checkpointId) {
        requests.call("POST", path() + "/checkpoints/" + Requests.escaped(checkpointId) + "/restore");
    }

    /** Newest first. */
    public List<Checkpoint> listCheckpoints() {
        return requests.get(path() + "/checkpoints", CHECKPOINTS);
    }

    /**
     * Waits until a checkpoint of this sandbox is ready, asking every 200 ms.
     *
     * @throws ApiException with status 0 when it fails, is gone, or {@code patience} is over
     */
    public Checkpoint awaitCheckpoint(String checkpointId, Duration patience) {
        var deadline = Instant.now().plus(patience);
        while (true) {
            var found = listCheckpoints().stream()
                    .filter(one -> one.id().equals(checkpointId))
                    .findFirst()
                    .orElseThrow(() -> failed("checkpoint.not-found", "the checkpoint is gone"));
            if (found.isReady()) {
                return found;
            }
            if (found.isFailed()) {
                throw failed("checkpoint.failed", "the checkpoint failed: " + found.errorMsg());
            }
            if (Instant.now().isAfter(deadline)) {
                throw failed("checkpoint.not-ready", "the checkpoint is not ready after " + patience);
            }
            pause();
        }
    }

    private static ApiException failed(String code, String message) {
        return new ApiException(0, code, message, "");
    }

    private static void pause() {
        try {
            Thread.sleep(POLLING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiException("interrupted", "the wait was interrupted", e);
        }
    }

    /** Succeeds when there is no such checkpoint. */
    public void deleteCheckpoint(String checkpointId) {
        try {
            requests.call("DELETE", path() + "/checkpoints/" + Requests.escaped(checkpointId));
        } catch (ApiException e) {
            if (!e.code().equals("checkpoint.not-found")) {
                throw e;
            }
        }
    }

    /** Puts it to sleep with its disk, and in gVisor with its processes where they can be kept; the next call wakes it. May be repeated. */
    public void hibernate() {
        requests.call("POST", path() + "/hibernate");
    }

    /** Answers when the first command can run; it never sleeps of idleness from then on. */
    public void wake() {
        wake(Duration.ZERO);
    }

    /** As {@link #wake()}, with a new idle timeout in whole seconds; zero means never. */
    public void wake(Duration timeout) {
        requests.json("POST", path() + "/wake", Map.of("timeout", timeout.toSeconds()), INFO);
    }

    /** Ends all processes and starts anew on the same disk; answers when the first command can run. */
    public void reboot() {
        requests.call("POST", path() + "/reboot");
    }

    /** The same as {@link #reboot} here. */
    public void powerCycle() {
        requests.call("POST", path() + "/power-cycle");
    }

    /** Sets the idle timeout in whole seconds, zero for never, and restarts its clock. */
    public void setTimeout(Duration timeout) {
        requests.call("POST", path() + "/timeout", Map.of("timeout", timeout.toSeconds()));
    }

    /** Gives it another size by its memory in MiB, at once, and switches autoscaling off. */
    public void scale(int memoryMB) {
        requests.call("POST", path() + "/scale", Map.of("memoryMB", memoryMB));
    }

    /** Has it scaled by what it uses, between two sizes in MiB of memory. */
    public void autoscale(int minMemoryMB, int maxMemoryMB) {
        requests.call(
                "PUT",
                path() + "/autoscale",
                Map.of("enabled", true, "minMemoryMB", minMemoryMB, "maxMemoryMB", maxMemoryMB));
    }

    /** Its size stays from now on. */
    public void stopAutoscale() {
        requests.call("PUT", path() + "/autoscale", Map.of("enabled", false));
    }

    /** While its size is locked nobody and nothing scales it. */
    public void lockScaling(boolean locked) {
        requests.call("PUT", path() + "/scaling-lock", Map.of("locked", locked));
    }

    /** Replaces all its tags. */
    public void tag(Map<String, String> tags) {
        requests.call("PUT", path() + "/tags", tags);
    }

    /** Its tags by key. */
    public Map<String, String> tags() {
        return requests.get(path() + "/tags", TAGS).tags();
    }

    /** Exposes a port at a host name of its own; one that is exposed already stays as it is. */
    public PreviewUrl exposePort(int port) {
        return requests.json("POST", path() + "/preview", Map.of("port", port), PREVIEW);
    }

    /** Its exposed ports, the oldest first. */
    public List<PreviewUrl> previewUrls() {
        return requests.get(path() + "/preview", PREVIEWS);
    }

    /** Succeeds when the port was not exposed. */
    public void closePort(int port) {
        try {
            requests.call("DELETE", path() + "/preview/" + port);
        } catch (ApiException e) {
            if (!e.code().equals("preview.not-exposed")) {
                throw e;
            }
        }
    }

    /** A new token, without which nobody sees any of its ports from now on; the former one is good no longer. */
    public String rotatePreviewToken() {
        return requests.json("POST", path() + "/preview/rotate", Map.of(), ROTATED)
                .previewAuthToken();
    }

    private record Rotated(String previewAuthToken) {
        @Override
        public String toString() {
            return "Rotated[redacted]";
        }
    }

    private record TagSet(Map<String, String> tags) {}

    /** Ends the sandbox and removes its disk; its checkpoints stay. May be repeated. */
    public void kill() {
        requests.call("DELETE", path());
    }

    /** As {@link #kill}, and then deletes the store that was layered last. */
    public void killWithStore() {
        requests.call("DELETE", path() + "?deleteSecretStore=true");
    }

    @Override
    public void close() {
        kill();
    }

    private String path() {
        return ROOT + "/" + Requests.escaped(id);
    }

    @Override
    public String toString() {
        return "Sandbox[" + id + "]";
    }
}
