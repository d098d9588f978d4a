package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.extractMaterializer;
import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.handleExceptions;
import static akka.http.javadsl.server.Directives.handleRejections;
import static akka.http.javadsl.server.Directives.mapResponse;
import static akka.http.javadsl.server.Directives.pathPrefix;

import akka.Done;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.HttpMethod;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.Allow;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.ExceptionHandler;
import akka.http.javadsl.server.MethodRejection;
import akka.http.javadsl.server.Rejection;
import akka.http.javadsl.server.RejectionHandler;
import akka.http.javadsl.server.Route;
import akka.http.javadsl.settings.ServerSettings;
import akka.stream.Materializer;
import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.checkpoint.Checkpoints;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.organization.ApiKeys;
import dev.sealbox.domain.sandbox.Sandboxes;
import dev.sealbox.domain.store.SecretStores;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** The HTTP API while it is listening: joins the routes, with one handler for whatever goes wrong. Thread-safe. */
public final class Api {
    /** Bytes that are read and dropped after an early answer, so that a client still sending gets to read it. */
    private static final long DRAINED = 16L * 1024 * 1024;

    private static final Duration DRAINING = Duration.ofSeconds(10);

    private final ServerBinding binding;
    private final Duration deadline;

    private Api(ServerBinding binding, Duration deadline) {
        this.binding = binding;
        this.deadline = deadline;
    }

    /** Complete when requests are accepted; fails when the address cannot be bound. */
    public static CompletionStage<Api> start(
            ActorSystem<?> system,
            HttpSettings settings,
            SecretStores stores,
            Sandboxes sandboxes,
            Checkpoints checkpoints,
            ApiKeys keys,
            Readiness readiness) {
        var bodies = new Bodies(settings);
        var answers = new Answers(settings);
        var routes = new Routes(
                new Authentication(keys),
                new MetaRoutes(readiness, answers),
                new StoreRoutes(stores, bodies, answers),
                new SandboxRoutes(sandboxes, settings, bodies, answers),
                new ExecRoutes(sandboxes, settings, bodies),
                new FileRoutes(sandboxes, settings, answers),
                new CheckpointRoutes(checkpoints, settings, bodies, answers));
        return Http.get(system)
                .newServerAt(settings.host(), settings.port())
                .withSettings(server(system, settings))
                .bind(routes.all())
                .thenApply(binding -> new Api(binding, settings.stopDeadline()));
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return binding.localAddress();
    }

    /** Takes no more connections, lets requests in progress finish, and then cuts them. */
    public CompletionStage<Done> stop() {
        return binding.terminate(deadline).thenApply(terminated -> Done.getInstance());
    }

    private static ServerSettings server(ActorSystem<?> system, HttpSettings settings) {
        var chosen = ConfigFactory.parseMap(Map.ofEntries(
                Map.entry("akka.http.server.server-header", "sealbox"),
                Map.entry("akka.http.server.request-timeout", "infinite"),
                Map.entry(
                        "akka.http.server.idle-timeout", settings.idleTimeout().toMillis() + " ms"),
                Map.entry("akka.http.server.max-connections", settings.maxConnections()),
                Map.entry("akka.http.server.remote-address-attribute", "on"),
                Map.entry("akka.http.server.parsing.error-handler", BrokenRequests.class.getName()),
                Map.entry("akka.http.server.parsing.max-uri-length", "16k"),
                Map.entry("akka.http.server.parsing.max-content-length", "infinite"),
                Map.entry("akka.http.server.parsing.uri-parsing-mode", "relaxed"),
                Map.entry("akka.http.server.parsing.illegal-header-warnings", "off")));
        return ServerSettings.create(chosen.withFallback(system.settings().config()));
    }

    /** All paths. */
    private record Routes(
            Authentication authentication,
            MetaRoutes meta,
            StoreRoutes stores,
            SandboxRoutes sandboxes,
            ExecRoutes exec,
            FileRoutes files,
            CheckpointRoutes checkpoints) {

        private Route all() {
            return extractRequest(request -> extractMaterializer(materializer -> {
                var id = UUID.randomUUID().toString();
                return mapResponse(
                        response -> drained(request, response, materializer)
                                .addHeader(RawHeader.create("X-Request-Id", id)),
                        () -> handled(id, concat(meta.open(), pathPrefix("api", () -> api(id)))));
            }));
        }

        private Route api(String requestId) {
            return authentication.required(requestId, this::of);
        }

        private Route of(Origin origin) {
            return concat(
                    exec.of(origin),
                    files.of(origin),
                    sandboxes.of(origin),
                    checkpoints.of(origin),
                    stores.of(origin),
                    meta.of(origin));
        }
    }

    private static Route handled(String requestId, Route routes) {
        var exceptions = ExceptionHandler.newBuilder()
                .matchAny(failure -> complete(Problems.from(failure, requestId)))
                .build();
        return handleExceptions(exceptions, () -> handleRejections(REJECTIONS, () -> routes));
    }

    private static final RejectionHandler REJECTIONS = RejectionHandler.newBuilder()
            .handleAll(MethodRejection.class, Api::wrongMethod)
            .handle(Rejection.class, other -> complete(Problems.from(Mistake.BROKEN)))
            .handleNotFound(complete(Problems.from(Mistake.NO_ROUTE)))
            .build();

    private static Route wrongMethod(List<MethodRejection> rejections) {
        var allowed =
                rejections.stream().map(MethodRejection::supported).distinct().toArray(HttpMethod[]::new);
        return complete(Problems.from(Mistake.WRONG_METHOD).addHeader(Allow.create(allowed)));
    }

    /**
     * After an error, reads on what nobody has read, within bounds; else the connection would be reset under a client
     * that is still sending. Harmless where the body has been read: it can be streamed only once.
     */
    private static HttpResponse drained(HttpRequest request, HttpResponse response, Materializer materializer) {
        if (response.status().isFailure() && !request.entity().isStrict()) {
            request.entity()
                    .withoutSizeLimit()
                    .getDataBytes()
                    .completionTimeout(DRAINING)
                    .limitWeighted(DRAINED, chunk -> (long) chunk.size())
                    .runWith(akka.stream.javadsl.Sink.ignore(), materializer)
                    .exceptionally(unread -> Done.getInstance());
        }
        return response;
    }
}
