package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.extractMaterializer;
import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.handleExceptions;
import static akka.http.javadsl.server.Directives.handleRejections;
import static akka.http.javadsl.server.Directives.mapRequest;
import static akka.http.javadsl.server.Directives.mapResponse;
import static akka.http.javadsl.server.Directives.pathPrefix;

import akka.http.javadsl.model.HttpMethod;
import akka.http.javadsl.model.headers.Allow;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.ExceptionHandler;
import akka.http.javadsl.server.MethodRejection;
import akka.http.javadsl.server.Rejection;
import akka.http.javadsl.server.RejectionHandler;
import akka.http.javadsl.server.Route;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/** Joins all paths, gives every request its id, and has one handler for whatever goes wrong. */
record Routes(
        Authentication authentication,
        Permissions permissions,
        PreviewDoor door,
        InFlight inFlight,
        RequestTimes times,
        MetaRoutes meta,
        StoreRoutes stores,
        AsyncWake waking,
        SandboxRoutes sandboxes,
        LifeRoutes life,
        UpkeepRoutes upkeep,
        PreviewRoutes previews,
        ExecRoutes exec,
        SessionRoutes sessions,
        TerminalRoutes terminals,
        FileRoutes files,
        FileLinkRoutes fileLinks,
        CheckpointRoutes checkpoints,
        BranchRoutes branches,
        ArchiveRoutes archives,
        SnapshotRoutes snapshots,
        ImageUpkeepRoutes imageUpkeep,
        HostRoutes hosts,
        MasterKeyRoutes masterKeys,
        CertificateRoutes certificates,
        KeyRoutes keys,
        OrganizationRoutes organizations,
        AnswerRoutes log,
        AuditRoutes audit,
        UseRoutes uses,
        UsageRoutes usage,
        WhatIfRoutes whatIf,
        WebhookRoutes webhooks) {

    private static final RejectionHandler REJECTIONS = RejectionHandler.newBuilder()
            .handleAll(MethodRejection.class, Routes::wrongMethod)
            .handle(Rejection.class, other -> complete(Problems.from(Mistake.BROKEN)))
            .handleNotFound(complete(Problems.from(Mistake.NO_ROUTE)))
            .build();

    /** What is for a sandbox is told apart first. */
    Route all() {
        return door.before(this::own);
    }

    private Route own() {
        return mapRequest(
                Unread::tracked,
                () -> extractRequest(request -> extractMaterializer(materializer -> {
                    var id = UUID.randomUUID().toString();
                    var began = System.nanoTime();
                    return mapResponse(
                            response -> times.noted(request, response, began)
                                    .addHeader(RawHeader.create("X-Request-Id", id)),
                            () -> inFlight.awaited(() -> Unread.drained(
                                    request,
                                    materializer,
                                    () -> handled(
                                            id,
                                            concat(
                                                    meta.open(),
                                                    fileLinks.open(id),
                                                    pathPrefix("api", () -> api(id)),
                                                    terminals.withoutPrefix(
                                                            of -> required(id, asker -> of.apply(asker.origin()))))))));
                })));
    }

    private Route api(String requestId) {
        return required(requestId, asker -> waking.first(asker.origin(), () -> of(asker)));
    }

    private Route required(String requestId, Function<Asker, Route> inner) {
        return authentication.required(requestId, asker -> permissions.checked(asker, () -> inner.apply(asker)));
    }

    private Route of(Asker asker) {
        var origin = asker.origin();
        return concat(
                exec.of(origin),
                sessions.of(origin),
                terminals.of(origin),
                files.of(origin),
                fileLinks.of(origin),
                life.of(origin),
                upkeep.of(origin),
                previews.of(origin),
                sandboxes.of(asker),
                checkpoints.of(asker),
                branches.of(asker),
                archives.of(origin),
                snapshots.of(asker),
                imageUpkeep.of(asker),
                certificates.of(origin),
                stores.of(origin),
                hosts.of(origin),
                masterKeys.of(origin),
                keys.of(origin),
                organizations.of(origin),
                log.of(permissions.scope(asker)),
                audit.of(origin, permissions.scope(asker)),
                uses.of(origin),
                usage.of(origin),
                whatIf.of(origin),
                webhooks.of(origin),
                meta.of(asker));
    }

    static Route handled(String requestId, Route routes) {
        var exceptions = ExceptionHandler.newBuilder()
                .matchAny(failure -> complete(Problems.from(failure, requestId)))
                .build();
        return handleExceptions(exceptions, () -> handleRejections(REJECTIONS, () -> routes));
    }

    private static Route wrongMethod(List<MethodRejection> rejections) {
        var allowed =
                rejections.stream().map(MethodRejection::supported).distinct().toArray(HttpMethod[]::new);
        return complete(Problems.from(Mistake.WRONG_METHOD).addHeader(Allow.create(allowed)));
    }
}
