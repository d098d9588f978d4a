package dev.sealbox.server.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Autoscale;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.Terms;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SizesTest {
    private static final SandboxId ONE = new SandboxId("sb-0000000000000001");
    private static final long MIB = 1 << 20;

    private final AtomicLong now = new AtomicLong(1000);
    private final Sizes sizes = new Sizes(now::get);

    private void scaled(int memoryMB) {
        sizes.set(ONE, new Terms(0, new Limits(1, memoryMB, 20480), Optional.of(new Autoscale(1024, 8192))));
    }

    @Test
    void growsAtOnce() {
        scaled(1024);

        assertThat(sizes.wanted(ONE, 900 * MIB)).contains(4096);
    }

    @Test
    void shrinksWhenItHasBeenRoomyForAWhile() {
        scaled(4096);

        assertThat(sizes.wanted(ONE, 100 * MIB)).isEmpty();
        now.addAndGet(Sizes.PATIENCE.toMillis() - 1);
        assertThat(sizes.wanted(ONE, 100 * MIB)).isEmpty();
        now.addAndGet(1);
        assertThat(sizes.wanted(ONE, 100 * MIB)).contains(1024);
    }

    @Test
    void waitsAnewWhenItWasUsedInBetween() {
        scaled(4096);
        sizes.wanted(ONE, 100 * MIB);
        now.addAndGet(Sizes.PATIENCE.toMillis() / 2);
        sizes.wanted(ONE, 2000 * MIB);
        now.addAndGet(Sizes.PATIENCE.toMillis());

        assertThat(sizes.wanted(ONE, 100 * MIB)).isEmpty();
    }

    @Test
    void leavesAloneWhatIsNotScaledByItsUse() {
        scaled(1024);
        sizes.set(ONE, new Terms(0, new Limits(1, 1024, 20480)));
        assertThat(sizes.watched()).isEmpty();
        assertThat(sizes.wanted(ONE, 900 * MIB)).isEmpty();

        scaled(1024);
        sizes.forget(ONE);
        assertThat(sizes.watched()).isEmpty();
    }
}
