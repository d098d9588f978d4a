package dev.sealbox.http;

import akka.Done;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.settings.ServerSettings;
import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.audit.AuditAnswers;
import dev.sealbox.domain.audit.AuditLog;
import dev.sealbox.domain.checkpoint.Branches;
import dev.sealbox.domain.checkpoint.Checkpoints;
import dev.sealbox.domain.forgetting.DestructionCertificates;
import dev.sealbox.domain.image.Images;
import dev.sealbox.domain.keys.MasterKeyRotation;
import dev.sealbox.domain.layer.Archives;
import dev.sealbox.domain.ledger.UseLog;
import dev.sealbox.domain.organization.ApiKeys;
import dev.sealbox.domain.organization.Organizations;
import dev.sealbox.domain.placement.Hosts;
import dev.sealbox.domain.preview.Previews;
import dev.sealbox.domain.repeat.Repeats;
import dev.sealbox.domain.sandbox.FileLinks;
import dev.sealbox.domain.sandbox.SandboxUpkeep;
import dev.sealbox.domain.sandbox.Sandboxes;
import dev.sealbox.domain.session.Sessions;
import dev.sealbox.domain.store.SecretStores;
import dev.sealbox.domain.store.SecretVersions;
import dev.sealbox.domain.usage.UsageReports;
import dev.sealbox.domain.webhook.Webhooks;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** The HTTP API while it is listening. Thread-safe. */
public final class Api {
    /** For the last answers to get out before what is left of connections is cut. */
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private final ServerBinding binding;
    private final FeedRoutes feeds;
    private final WebSockets webSockets;
    private final PreviewDoor door;
    private final InFlight inFlight;
    private final Duration deadline;

    private Api(
            ServerBinding binding,
            FeedRoutes feeds,
            WebSockets webSockets,
            PreviewDoor door,
            InFlight inFlight,
            Duration deadline) {
        this.binding = binding;
        this.feeds = feeds;
        this.webSockets = webSockets;
        this.door = door;
        this.inFlight = inFlight;
        this.deadline = deadline;
    }

    /** Complete when requests are accepted; fails when the address cannot be bound. */
    public static CompletionStage<Api> start(
            ActorSystem<?> system,
            HttpSettings settings,
            SecretStores stores,
            SecretVersions versions,
            Sandboxes sandboxes,
            FileLinks fileLinks,
            SandboxUpkeep upkeep,
            Sessions sessions,
            Previews previews,
            Checkpoints checkpoints,
            Branches branches,
            Images images,
            Archives archives,
            AuditAnswers log,
            ApiKeys keys,
            Hosts hosts,
            MasterKeyRotation masterKeys,
            DestructionCertificates certificates,
            Organizations organizations,
            AuditLog auditLog,
            UseLog useLog,
            UsageReports usage,
            Webhooks webhooks,
            Repeats repeats,
            Readiness readiness,
            PrometheusMeterRegistry metrics) {
        var bodies = new Bodies(settings, new Repetition(repeats));
        var answers = new Answers(settings);
        var failures = new FailedAttempts(settings.failedAuthentications(), metrics, System::nanoTime);
        var authentication = new Authentication(keys, new RateLimits(settings.rateLimit(), System::nanoTime), failures);
        var door = new PreviewDoor(system, previews, failures, settings, metrics);
        var inFlight = new InFlight();
        var feeds = new FeedRoutes(new EventStreams(settings.audit()), authentication, answers);
        var webSockets = new WebSockets(settings);
        var builds = new BuildStreams(settings);
        var files = new FileRoutes(sandboxes, settings, answers);
        var patches = new PatchRoutes(branches, bodies, answers);
        var routes = new Routes(
                authentication,
                new Permissions(settings, sandboxes),
                door,
                inFlight,
                new RequestTimes(metrics),
                new MetaRoutes(readiness, answers, metrics),
                new StoreRoutes(stores, versions, bodies, answers),
                new AsyncWake(sandboxes),
                new SandboxRoutes(sandboxes, images, builds, new InlineWebhooks(webhooks), settings, bodies, answers),
                new LifeRoutes(sandboxes, settings, bodies, answers),
                new UpkeepRoutes(sandboxes, upkeep, bodies, answers),
                new PreviewRoutes(previews, settings, bodies, answers),
                new ExecRoutes(sandboxes, settings, bodies),
                new SessionRoutes(sessions, webSockets, bodies, answers),
                new TerminalRoutes(sessions, webSockets, bodies, answers),
                files,
                new FileLinkRoutes(fileLinks, sandboxes, files, Clock.systemUTC(), bodies, answers),
                new CheckpointRoutes(checkpoints, settings, bodies, answers),
                new BranchRoutes(branches, patches, settings.operatorOrganization(), answers),
                new ArchiveRoutes(archives, settings),
                new SnapshotRoutes(images, builds, bodies, answers),
                new ImageUpkeepRoutes(images, branches, patches, answers),
                new HostRoutes(hosts, answers),
                new MasterKeyRoutes(masterKeys, bodies, answers),
                new CertificateRoutes(certificates, answers),
                new KeyRoutes(keys, bodies, answers),
                new OrganizationRoutes(organizations, bodies, answers),
                new AnswerRoutes(log, answers, Clock.systemUTC()),
                new AuditRoutes(auditLog, feeds, settings, answers),
                new UseRoutes(useLog, feeds),
                new UsageRoutes(usage, sandboxes, answers, Clock.systemUTC()),
                new WhatIfRoutes(useLog, bodies, answers),
                new WebhookRoutes(webhooks, sandboxes, bodies, answers));
        return Http.get(system)
                .newServerAt(settings.host(), settings.port())
                .withSettings(server(system, settings))
                .bind(routes.all())
                .thenApply(binding -> new Api(binding, feeds, webSockets, door, inFlight, settings.stopDeadline()));
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return binding.localAddress();
    }

    /**
     * Takes no more connections, lets requests in progress finish, and then answers them 503; followers and WebSockets end at
     * once.
     */
    public CompletionStage<Done> stop() {
        feeds.stop();
        webSockets.stop();
        door.stop();
        var cut = CompletableFuture.runAsync(
                inFlight::end, CompletableFuture.delayedExecutor(deadline.toMillis(), TimeUnit.MILLISECONDS));
        return binding.terminate(deadline.plus(FAREWELL)).thenApply(terminated -> {
            cut.cancel(false);
            return Done.getInstance();
        });
    }

    static ServerSettings server(ActorSystem<?> system, HttpSettings settings) {
        var chosen = ConfigFactory.parseMap(Map.ofEntries(
                Map.entry("akka.http.server.server-header", "sealbox"),
                Map.entry("akka.http.server.request-timeout", "infinite"),
                Map.entry(
                        "akka.http.server.idle-timeout", settings.idleTimeout().toMillis() + " ms"),
                Map.entry("akka.http.server.max-connections", settings.maxConnections()),
                Map.entry("akka.http.server.remote-address-attribute", "on"),
                Map.entry("akka.http.server.socket-options.tcp-no-delay", "on"),
                Map.entry("akka.http.server.parsing.error-handler", BrokenRequests.class.getName()),
                Map.entry("akka.http.server.parsing.max-uri-length", "16k"),
                Map.entry("akka.http.server.parsing.max-content-length", "infinite"),
                Map.entry("akka.http.server.parsing.uri-parsing-mode", "relaxed"),
                Map.entry("akka.http.server.parsing.cookie-parsing-mode", "raw"),
                Map.entry("akka.http.server.parsing.illegal-header-warnings", "off")));
        return ServerSettings.create(chosen.withFallback(system.settings().config()))
                .withTerminationDeadlineExceededResponse(Problems.from(Mistake.STOPPING));
    }
}
