package dev.sealbox.runtime.container;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.ContainerRuntime;
import dev.sealbox.domain.sandbox.Template;
import dev.sealbox.runtime.step.RuntimeFailure;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The runtimes of a node and which of them runs what. A container is found by whoever has made it. Thread-safe. */
public final class Runtimes {
    private static final Logger LOG = LoggerFactory.getLogger(Runtimes.class);
    private final Runc runc;
    private final CompletableFuture<Optional<Offer>> offer;
    private final Runsc runsc;
    private final ContainerRuntime usual;

    /**
     * Begins to try runsc, which takes part of a second; nobody waits for it but who needs to know.
     *
     * @param data below which the runtimes keep their own state
     * @param usual what runs a sandbox of which nobody has said
     * @param platform of gVisor
     */
    public Runtimes(Path data, HostPrograms programs, ContainerRuntime usual, String platform) {
        this.runc = new Runc(data.resolve("runc"), programs);
        this.usual = usual;
        this.offer = CompletableFuture.supplyAsync(
                () -> told(Offer.tried(programs, platform), platform), Thread::startVirtualThread);
        // Containers of an earlier process are looked after whether new ones could run or not.
        this.runsc = new Runsc(data.resolve("runsc"), programs, platform, () -> memory(platform));
    }

    private static Optional<Offer> told(Optional<Offer> offer, String platform) {
        offer.ifPresentOrElse(
                there -> LOG.info(
                        "offering runsc {} on {}; full checkpoints and sleep {}",
                        there.version(),
                        platform,
                        there.savesMemory()
                                ? "keep the memory of processes in it"
                                : "keep the disk only: it does not save and restore here"),
                () -> LOG.info("offering runc only: there is no runsc that runs on {}", platform));
        return offer;
    }

    private Containers.Memory memory(String platform) {
        return offer.join()
                .filter(Offer::savesMemory)
                .<Containers.Memory>map(there -> new Containers.Memory.Kept(there.version() + " on " + platform))
                .orElseGet(Containers.Memory.None::new);
    }

    /** Whoever has made this sandbox's container, if its processes can be saved. */
    public Optional<Containers> saving(SandboxId sandbox) {
        return Optional.<Containers>of(runsc)
                .filter(there -> runsc.knows(sandbox) && runsc.memory() instanceof Containers.Memory.Kept);
    }

    /** What new sandboxes can be run by here, as far as is known by now. */
    public Set<ContainerRuntime> offered() {
        return offer.getNow(Optional.empty()).isPresent()
                ? Set.of(ContainerRuntime.values())
                : Set.of(ContainerRuntime.RUNC);
    }

    /**
     * What runs a template's sandboxes.
     *
     * @throws RuntimeFailure when that is not to be had here
     */
    public Containers of(Template template) {
        return switch (template.runtime().orElse(usual)) {
            case RUNC -> runc;
            case RUNSC -> {
                if (offer.join().isEmpty()) {
                    throw new RuntimeFailure(OciProgram.STEP, "this host has no runsc that runs");
                }
                yield runsc;
            }
        };
    }

    /** Kills all processes and forgets the container, whoever has made it; one that is not there is fine. */
    public void delete(SandboxId sandbox) {
        all().forEach(each -> each.delete(sandbox));
    }

    /** Lets those go on that stand still since a process ended in the middle of a checkpoint. */
    public void resumePaused() {
        runsc.paused().forEach(runsc::resume);
    }

    /** The containers whose process 1 lives. */
    public Set<SandboxId> running() {
        return united(Containers::running);
    }

    /** All that are known of, dead ones included. */
    public Set<SandboxId> known() {
        return united(Containers::known);
    }

    private Set<SandboxId> united(Function<Containers, Set<SandboxId>> of) {
        var all = new HashSet<SandboxId>();
        all().forEach(each -> all.addAll(of.apply(each)));
        return all;
    }

    private List<Containers> all() {
        return List.of(runc, runsc);
    }
}
