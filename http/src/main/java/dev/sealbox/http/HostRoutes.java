package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathEnd;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.placement.HostState;
import dev.sealbox.domain.placement.Hosts;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The deployment's hosts: {@code GET /api/hosts}; {@code POST /api/hosts/{id}/drain} and {@code …/undrain}. */
final class HostRoutes {
    private final Hosts hosts;
    private final Answers answers;

    HostRoutes(Hosts hosts, Answers answers) {
        this.hosts = hosts;
        this.answers = answers;
    }

    /** A host as its operators see it; sizes in MiB. */
    private record Host(
            String id,
            boolean draining,
            int awake,
            int asleep,
            long memoryMB,
            long promisedMB,
            long freeMB,
            int cpus,
            int promisedCpus,
            boolean diskFull,
            int layers,
            int unshared,
            int onlyHere,
            boolean emptied,
            Map<String, String> labels) {

        static Host of(HostState state) {
            return new Host(
                    state.host().value(),
                    state.draining(),
                    state.awake(),
                    state.asleep(),
                    state.memoryMB(),
                    state.promisedMB(),
                    state.freeMB(),
                    state.cpus(),
                    state.promisedCpus(),
                    state.diskFull(),
                    state.layers().size(),
                    state.unshared(),
                    state.onlyHere(),
                    state.emptied(),
                    new TreeMap<>(state.labels()));
        }
    }

    /** Whoever comes here may do all of it. */
    Route of(Origin operator) {
        return pathPrefix(
                "hosts",
                () -> concat(
                        pathEnd(() -> get(() -> complete(Json.answer(
                                StatusCodes.OK,
                                hosts.all().stream().map(Host::of).toList())))),
                        path(segment().slash("drain"), id -> post(() -> drain(id, true))),
                        path(segment().slash("undrain"), id -> post(() -> drain(id, false)))));
    }

    private Route drain(String id, boolean on) {
        return host(id).map(host -> answers.outcome(
                        hosts.drain(host, on),
                        done -> Json.answer(StatusCodes.ACCEPTED, Map.of("id", host.value(), "draining", on))))
                .orElseGet(() -> complete(Problems.from(new Hosts.NoSuchHost())));
    }

    private static Optional<HostId> host(String id) {
        try {
            return Optional.of(new HostId(id));
        } catch (InvalidValue e) {
            return Optional.empty();
        }
    }
}
