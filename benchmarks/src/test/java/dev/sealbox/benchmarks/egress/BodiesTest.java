package dev.sealbox.benchmarks.egress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class BodiesTest {

    @Test
    void findsAWrongByteWhereverTheDownloadIsCut() {
        var twice = Unpooled.wrappedBuffer(Bodies.block(), Bodies.block());

        assertThat(Bodies.mismatch(twice.slice(100, Bodies.BLOCK), 100)).isEqualTo(-1);
        assertThat(Bodies.mismatch(twice.slice(0, Bodies.BLOCK), 1)).isNotNegative();
    }

    @Test
    void hashesWhatIsSentWithTheValueInTheTokensPlace() {
        var value = Secrets.value(0, 1);

        assertThat(Bodies.blockWith(Secrets.token(0)).readableBytes()).isEqualTo(Bodies.BLOCK);
        assertThat(Bodies.hash(2, value)).isNotEqualTo(Bodies.hash(2, Secrets.token(0)));
        assertThat(Bodies.hash(2, value)).isEqualTo(Bodies.hash(2, value));
    }
}
