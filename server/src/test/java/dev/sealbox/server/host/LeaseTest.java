package dev.sealbox.server.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.ledger.UseLedger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private final AtomicLong clock = new AtomicLong(-7);
    private final Lease lease = new Lease(Duration.ofSeconds(60), clock::get);

    @Test
    void holdsFromWhenItWasAskedForAndNotFromTheAnswer() {
        assertThat(lease.holds()).isFalse();
        var asked = clock.get();
        pass(59);
        lease.granted(asked);
        assertThat(lease.holds()).isTrue();
        pass(1);
        assertThat(lease.holds()).isFalse();
    }

    @Test
    void isNotShortenedByAnOlderAnswer() {
        var older = clock.get();
        pass(10);
        lease.granted(clock.get());
        lease.granted(older);
        pass(55);
        assertThat(lease.holds()).isTrue();
    }

    @Test
    void letsNoRequestUseASecretWithoutIt() {
        var ledger = lease.over(UseLedger.none());
        lease.granted(clock.get());
        assertThat(ledger.begins(List::of)).isCompleted();
        // As for a process that was frozen: nobody has told it that time went by.
        pass(3600);
        assertThat(ledger.begins(List::of)).isCompletedExceptionally();
        lease.granted(clock.get());
        assertThat(ledger.begins(List::of)).isCompleted();
    }

    /** What was missed meanwhile must be known before anything is used again. */
    @Test
    void holdsAgainOnlyWhenWhatWasMissedIsKnown() {
        var asked = new ArrayList<CompletableFuture<String>>();
        lease.afterGaps(() -> {
            asked.add(new CompletableFuture<>());
            return asked.getLast();
        });
        lease.granted(clock.get());
        assertThat(lease.holds()).isTrue();
        pass(30);
        lease.granted(clock.get());
        assertThat(asked).as("there was no gap").isEmpty();

        pass(60);
        lease.granted(clock.get());
        lease.granted(clock.get());
        assertThat(lease.holds()).isFalse();
        assertThat(asked).hasSize(1);

        // There is another gap before the answer, which then says too little.
        pass(61);
        lease.granted(clock.get());
        asked.getFirst().complete("old news");
        assertThat(lease.holds()).isFalse();

        asked.getLast().completeExceptionally(new IllegalStateException("nobody answers"));
        assertThat(lease.holds()).isFalse();
        lease.granted(clock.get());
        assertThat(asked).hasSize(3);
        asked.getLast().complete("news");
        assertThat(lease.holds()).isTrue();
    }

    private void pass(long seconds) {
        clock.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }
}
