package dev.sealbox.http;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.keys.MasterKeyRotation;
import dev.sealbox.domain.keys.MasterKeyStatus;
import dev.sealbox.domain.keys.MasterKeyStatus.Phase;
import dev.sealbox.domain.keys.MasterKeyStatus.Progress;
import dev.sealbox.domain.keys.MasterKeyStatus.State;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** Master keys that are only counted. */
final class FakeMasterKeys implements MasterKeyRotation {
    /** Larger than a signed 32-bit number, as Tink's ids are. */
    static final long PRIMARY = 4_000_000_000L;

    final List<String> asked = new CopyOnWriteArrayList<>();
    volatile Optional<Refusal> refusal = Optional.empty();

    private static MasterKeyStatus told() {
        return new MasterKeyStatus(
                PRIMARY,
                List.of(
                        new MasterKeyStatus.Key(PRIMARY, true, State.ENABLED, 7, 3),
                        new MasterKeyStatus.Key(12, false, State.RETIRED, 0, 0)),
                new Progress(Phase.RUNNING, 4, 10, 1));
    }

    @Override
    public CompletionStage<MasterKeyStatus> status() {
        return CompletableFuture.completedFuture(told());
    }

    @Override
    public CompletionStage<Outcome<MasterKeyStatus>> rotate() {
        return noted("rotate");
    }

    @Override
    public CompletionStage<Outcome<MasterKeyStatus>> retire() {
        return noted("retire");
    }

    private CompletionStage<Outcome<MasterKeyStatus>> noted(String what) {
        asked.add(what);
        return CompletableFuture.completedFuture(
                refusal.<Outcome<MasterKeyStatus>>map(Outcome::refused).orElseGet(() -> Outcome.done(told())));
    }
}
