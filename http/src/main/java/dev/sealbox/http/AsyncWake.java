package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.onSuccess;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.sandbox.Sandboxes;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * For clients that say {@code X-OSB-Async-Wake: 1} and repeat by themselves: a call into a sandbox that sleeps is not held
 * until it is awake, but answered 503 with {@code waking} at once. Without the header calls wait.
 */
final class AsyncWake {
    private static final Logger log = LoggerFactory.getLogger(AsyncWake.class);
    private static final String HEADER = "X-OSB-Async-Wake";
    private static final Set<String> INTO_SANDBOX = Set.of("exec", "commands", "files", "pty");

    /** Of {@code api/sandboxes/<id>/<what>}. */
    private static final int WHAT = 3;

    private final Sandboxes sandboxes;

    AsyncWake(Sandboxes sandboxes) {
        this.sandboxes = sandboxes;
    }

    Route first(Origin origin, Supplier<Route> inner) {
        return extractRequest(request -> sleeper(request)
                .<Route>map(sandbox -> onSuccess(
                        Answers.asking(() -> sandboxes.read(origin, sandbox)),
                        found -> sleeps(found) ? complete(waking(origin, sandbox)) : inner.get()))
                .orElseGet(inner));
    }

    /** The sandbox that the request goes into, when its client would rather repeat than wait. */
    private static Optional<SandboxId> sleeper(HttpRequest request) {
        if (request.getHeader(HEADER).map(HttpHeader::value).filter("1"::equals).isEmpty()) {
            return Optional.empty();
        }
        var path = StreamSupport.stream(request.getUri().pathSegments().spliterator(), false)
                .toList();
        return path.size() > WHAT && path.get(1).equals("sandboxes") && INTO_SANDBOX.contains(path.get(WHAT))
                ? SandboxPaths.id(path.get(2))
                : Optional.empty();
    }

    private static boolean sleeps(Outcome<SandboxView> found) {
        return found instanceof Outcome.Done<SandboxView>(var view)
                && view.status().equals("hibernated");
    }

    private HttpResponse waking(Origin origin, SandboxId sandbox) {
        Answers.asking(() -> sandboxes.wake(origin, sandbox, Optional.empty())).whenComplete((outcome, failure) -> {
            if (failure != null) {
                log.warn("request {} could not wake {}", origin.requestId(), sandbox, failure);
            }
        });
        return Problems.waking();
    }
}
