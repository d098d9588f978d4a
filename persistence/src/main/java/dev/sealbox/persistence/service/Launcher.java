package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.organization.OrganizationCommand.AdmitSandbox;
import dev.sealbox.domain.organization.OrganizationRefusal.TooManySandboxes;
import dev.sealbox.domain.placement.Place;
import dev.sealbox.domain.placement.Siting;
import dev.sealbox.domain.placement.Wanted;
import dev.sealbox.domain.preview.PreviewHash;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxCommand.CreateSandbox;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.sandbox.StoreLayer;
import dev.sealbox.domain.sandbox.StoreLayers;
import dev.sealbox.domain.sandbox.Template;
import dev.sealbox.domain.sandbox.Tokens;
import dev.sealbox.domain.sandbox.Widening;
import dev.sealbox.domain.sealing.SealedToken;
import dev.sealbox.domain.store.StoreRefusal;
import dev.sealbox.domain.store.StoreView;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.OrganizationMessage;
import dev.sealbox.persistence.entity.OrganizationReply;
import dev.sealbox.persistence.entity.SandboxMessage;
import dev.sealbox.persistence.entity.SandboxReply;
import dev.sealbox.persistence.entity.StoreMessage;
import dev.sealbox.persistence.entity.StoreReply;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** How a sandbox comes to be, fresh or as a fork. */
final class Launcher {
    private final Entities entities;
    private final SandboxHosts hosts;
    private final Names names;
    private final Places places;
    private final RandomGenerator random;
    private final ServiceSettings settings;

    /** {@code random} draws ids and tokens, so it must be cryptographically strong. */
    Launcher(
            Entities entities,
            SandboxHosts hosts,
            RandomGenerator random,
            ServiceSettings settings,
            InstantSource time) {
        this.entities = entities;
        this.hosts = hosts;
        this.names = new Names(entities, settings);
        this.places = new Places(entities, settings, time);
        this.random = random;
        this.settings = settings;
    }

    /**
     * What a new sandbox is to be.
     *
     * @param layers the stores, first to last, as they are now
     * @param lost whether an inherited layer's store is gone
     * @param remembered the allowlist that stands in for lost layers
     * @param inherited the ancestors' tokens
     * @param host where it must run; empty for any
     * @param widening what its own store widens
     * @param guard of the token that visitors of its ports are to need
     * @param siting what is wanted of its hosts
     */
    record Plan(
            SandboxId id,
            Blueprint blueprint,
            List<StoreView> layers,
            boolean lost,
            List<HostPattern> remembered,
            Map<SealedToken, SecretName> inherited,
            Optional<HostId> host,
            Optional<Widening> widening,
            Optional<PreviewHash> guard,
            Siting siting) {

        /** Of one that inherits nothing. */
        Plan(SandboxId id, Blueprint blueprint, List<StoreView> layers, Optional<PreviewHash> guard, Siting siting) {
            this(id, blueprint, layers, false, List.of(), Map.of(), Optional.empty(), Optional.empty(), guard, siting);
        }
    }

    SandboxId newId() {
        return SandboxId.random(random);
    }

    /** The store of that name as it is now; empty when the organisation has none. */
    CompletionStage<Optional<StoreView>> store(Origin origin, StoreName name) {
        return names.find(origin.organization(), name)
                .thenCompose(found -> found.map(id -> entities.store(id, settings.askTimeout(), StoreMessage.Read::new)
                                .thenApply(reply -> reply instanceof StoreReply.Done(var store, var refreshed)
                                                && store.isVisibleTo(origin.organization())
                                                && store.name().equals(name)
                                        ? Optional.of(store.view(id))
                                        : Optional.<StoreView>empty()))
                        .orElseGet(() -> Futures.now(Optional.empty())));
    }

    /** The layers of a sandbox that inherits none: the store that was asked for, if any. */
    CompletionStage<Outcome<List<StoreView>>> requested(Origin origin, Optional<StoreName> store) {
        return store.map(name -> store(origin, name)
                        .thenApply(found -> found.map(view -> Outcome.done(List.of(view)))
                                .orElseGet(() -> Outcome.refused(new StoreRefusal.UnknownName(name)))))
                .orElseGet(() -> Futures.now(Outcome.done(List.of())));
    }

    /** Launches a sandbox, or waits for the one with this id when it was launched by an earlier request. */
    CompletionStage<Outcome<SandboxView>> unlessThere(
            Origin origin, SandboxId id, Supplier<CompletionStage<Outcome<SandboxView>>> launch) {
        return entities.sandbox(
                        id, settings.askTimeout(), replyTo -> new SandboxMessage.Read(origin.organization(), replyTo))
                .thenCompose(reply -> reply instanceof SandboxReply.Refused ? launch.get() : awaited(origin, id));
    }

    private CompletionStage<Outcome<SandboxView>> awaited(Origin origin, SandboxId id) {
        return entities.sandbox(
                        id,
                        settings.startTimeout(),
                        replyTo -> new SandboxMessage.Await(origin.organization(), replyTo))
                .thenCompose(
                        reply -> RunningSandboxes.outcome(reply).then(sandbox -> Futures.now(started(id, sandbox))));
    }

    /** Complete when the first command can run. */
    CompletionStage<Outcome<SandboxView>> launch(Origin origin, Plan plan) {
        var refusal = whyNowhere(plan);
        return refusal.isPresent() ? Futures.now(Outcome.refused(refusal.get())) : admitted(origin, plan);
    }

    /** Told before anything is begun. */
    private Optional<Refusal> whyNowhere(Plan plan) {
        var place = place(plan, plan.blueprint().template());
        if (!hosts.hasRoom(place.found().or(plan::host))) {
            return Optional.of(new SandboxRefusal.NoRoom());
        }
        return switch (place) {
            case Place.On on -> Optional.empty();
            case Place.Full full ->
                settings.queues()
                        ? Optional.empty()
                        : Optional.of(new SandboxRefusal.ClusterFull(settings.fullIsTooMany()));
            case Place.Nowhere nowhere -> Optional.of(whyNoHost(plan));
        };
    }

    private Place place(Plan plan, String template) {
        var blueprint = plan.blueprint();
        var wanted = new Wanted(
                template,
                blueprint.limits().size(),
                blueprint.fileLayers(),
                plan.siting().labels());
        return plan.host().map(files -> hosts.near(files, wanted)).orElseGet(() -> hosts.place(wanted));
    }

    /** Where it could run but for what is to run it, a repeat does not help. */
    private SandboxRefusal whyNoHost(Plan plan) {
        var template = Template.of(plan.blueprint().template());
        return template.runtime()
                .filter(runtime -> !(place(plan, template.files()) instanceof Place.Nowhere))
                .<SandboxRefusal>map(SandboxRefusal.RuntimeMissing::new)
                .orElseGet(SandboxRefusal.NoHost::new);
    }

    private CompletionStage<Outcome<SandboxView>> admitted(Origin origin, Plan plan) {
        return admit(origin, plan.id())
                .thenCompose(admitted -> admitted.then(done -> entities.sandbox(
                                plan.id(),
                                settings.startTimeout(),
                                replyTo -> new SandboxMessage.Create(origin, command(plan), plan.host(), replyTo))
                        .thenCompose(reply -> started(origin, plan.id(), reply))));
    }

    /** A place that a crash has left to a sandbox which never came to be is taken back when places run out. */
    private CompletionStage<Outcome<Unit>> admit(Origin origin, SandboxId id) {
        return admitOnce(origin, id)
                .thenCompose(admitted -> admitted instanceof Outcome.Refused<Unit>(TooManySandboxes many)
                        ? places.takeBack(origin.organization())
                                .thenCompose(found -> found ? admitOnce(origin, id) : Futures.now(admitted))
                        : Futures.now(admitted));
    }

    private CompletionStage<Outcome<Unit>> admitOnce(Origin origin, SandboxId id) {
        return entities.<OrganizationReply>organization(
                        origin.organization(),
                        replyTo -> new OrganizationMessage.Execute(
                                origin, new AdmitSandbox(id, settings.maxSandboxes()), replyTo))
                .thenApply(reply -> switch (reply) {
                    case OrganizationReply.Done(var organization) -> Outcome.done(Unit.DONE);
                    case OrganizationReply.Refused(var reason) -> Outcome.refused(reason);
                });
    }

    private CreateSandbox command(Plan plan) {
        var views = plan.layers();
        var tokens =
                Tokens.draw(StoreLayers.secrets(views), plan.blueprint().envs().keySet(), plan.inherited(), random);
        var layers = views.stream()
                .map(view -> new StoreLayer(view.id(), view.name()))
                .toList();
        // What is enforced now stands in, should all the stores disappear.
        var remembered = StoreLayers.allowlist(views, plan.lost(), plan.remembered());
        return new CreateSandbox(
                plan.blueprint(),
                layers,
                plan.lost(),
                remembered,
                tokens,
                plan.widening(),
                plan.guard(),
                plan.siting());
    }

    private CompletionStage<Outcome<SandboxView>> started(Origin origin, SandboxId id, SandboxReply reply) {
        return switch (reply) {
            case SandboxReply.Done(var sandbox) -> Futures.now(started(id, sandbox));
            case SandboxReply.Policed(var sandbox, var policy) -> Futures.now(started(id, sandbox));
            case SandboxReply.Shown shown -> throw new IllegalStateException("a start was asked for");
            // A repeat of this very request was faster.
            case SandboxReply.Refused(SandboxRefusal.AlreadyExists there) -> awaited(origin, id);
            case SandboxReply.Refused(var reason) ->
                entities.release(origin.organization(), id).thenApply(released -> Outcome.refused(reason));
        };
    }

    private Outcome<SandboxView> started(SandboxId id, Sandbox sandbox) {
        return switch (sandbox.stage()) {
            case RUNNING, RESTORING -> Outcome.done(sandbox.view(id));
            case LOST -> Outcome.refused(whyLost(sandbox.reason()));
            // A repeated creation finds what has become of the first.
            case HIBERNATING, HIBERNATED, WAKING, REBOOTING -> Outcome.done(sandbox.view(id));
            case STARTING -> Outcome.refused(new SandboxRefusal.NotReady());
            case ABSENT, STOPPING, STOPPED -> Outcome.refused(new SandboxRefusal.Stopped());
        };
    }

    private Refusal whyLost(String reason) {
        var noHost = new SandboxRefusal.NoHost();
        var full = new SandboxRefusal.ClusterFull(settings.fullIsTooMany());
        if (reason.equals(full.message())) {
            return full;
        }
        return reason.equals(noHost.message()) ? noHost : new SandboxRefusal.StartFailed(reason);
    }
}
