package dev.sealbox.server.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.sandbox.HostUnreachable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Transfers that break, with what a host answers to whoever asks for the rest. */
class LayerTransferTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final String DIGEST = "of it";

    private final byte[] whole = new byte[10_000];
    private final List<Long> asked = new ArrayList<>();
    private final Queue<Function<Integer, LayerTransfer.Begun>> answers = new ArrayDeque<>();

    LayerTransferTest() {
        new Random(5).nextBytes(whole);
    }

    @Test
    void goesOnWhereItWasHoweverOftenItBreaks() throws IOException {
        var breaks = new Random(6).ints(40, 1, 200).sorted().distinct().toArray();
        for (var each : breaks) {
            answers.add(from -> begun(DIGEST, broken(from, each)));
        }
        answers.add(from -> begun(DIGEST, some(from, whole.length)));

        assertThat(transfer(LONG).readAllBytes()).isEqualTo(whole);

        assertThat(asked).hasSize(breaks.length + 1).isSorted();
    }

    @Test
    void takesAnEndThatComesTooEarlyForABreak() throws IOException {
        answers.add(from -> begun(DIGEST, some(from, 700)));
        answers.add(from -> begun(DIGEST, some(from, whole.length)));

        assertThat(transfer(LONG).readAllBytes()).isEqualTo(whole);
        assertThat(asked).containsExactly(0L, 700L);
    }

    @Test
    void waitsForAHostThatComesBackAndNotForEver() throws IOException {
        answers.add(from -> begun(DIGEST, broken(from, 700)));
        answers.add(from -> {
            throw new HostUnreachable(new HostId("away"));
        });
        answers.add(from -> begun(DIGEST, some(from, whole.length)));
        assertThat(transfer(LONG).readAllBytes()).isEqualTo(whole);
        assertThat(asked).containsExactly(0L, 700L, 700L);

        answers.add(from -> begun(DIGEST, broken(from, 700)));
        answers.add(from -> {
            throw new HostUnreachable(new HostId("away"));
        });
        assertFailsInTheMiddle(transfer(Duration.ZERO));
    }

    @Test
    void doesNotPutTogetherWhatDoesNotBelongTogether() throws IOException {
        answers.add(from -> begun(DIGEST, broken(from, 700)));
        answers.add(from -> begun("of another", some(from, whole.length)));
        assertFailsInTheMiddle(transfer(LONG));
        // Of a host that does not know what a rest is, and gives all of it.
        answers.add(from -> begun(DIGEST, broken(from, 700)));
        answers.add(from -> new LayerTransfer.Begun(Optional.empty(), some(0, whole.length)));
        assertFailsInTheMiddle(transfer(LONG));
    }

    @Test
    void endsWhenTheHostRefusesOrNothingComesOrTheRestCannotBeAskedFor() throws IOException {
        answers.add(from -> begun(DIGEST, broken(from, 700)));
        answers.add(from -> {
            throw new HostFailure("it is not here any more as it was");
        });
        assertFailsInTheMiddle(transfer(LONG));
        for (var each = 0; each < 10; each++) {
            answers.add(from -> begun(DIGEST, broken(from, 700 - from)));
        }
        asked.clear();
        assertFailsInTheMiddle(transfer(LONG));
        assertThat(asked).containsExactly(0L, 700L, 700L, 700L);
        answers.clear();
        answers.add(from -> new LayerTransfer.Begun(Optional.empty(), broken(from, 700)));
        assertFailsInTheMiddle(transfer(LONG));
        answers.add(from -> new LayerTransfer.Begun(Optional.empty(), some(from, 700)));
        assertThat(transfer(LONG).readAllBytes())
                .as("its reader knows how much it is to be")
                .hasSize(700);
    }

    private void assertFailsInTheMiddle(InputStream transfer) throws IOException {
        try (transfer) {
            assertThat(transfer.readNBytes(700)).isEqualTo(Arrays.copyOf(whole, 700));
            assertThatThrownBy(transfer::read).isInstanceOf(IOException.class).hasMessage("the way broke");
        }
    }

    private LayerTransfer transfer(Duration patience) {
        return new LayerTransfer(
                rest -> {
                    var from = rest.map(HostMessage.Rest::from).orElse(0L);
                    rest.ifPresent(some -> assertThat(some.digest()).isEqualTo(DIGEST));
                    asked.add(from);
                    assertThat(answers).as("it is asked no more often").isNotEmpty();
                    return answers.remove().apply((int) (long) from);
                },
                patience);
    }

    private LayerTransfer.Begun begun(String digest, InputStream content) {
        return new LayerTransfer.Begun(Optional.of(new HostReply.Packed(digest, whole.length)), content);
    }

    private InputStream some(int from, int count) {
        return new ByteArrayInputStream(whole, from, count);
    }

    private InputStream broken(int from, int count) {
        return new SequenceInputStream(some(from, count), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the way broke");
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                return read();
            }
        });
    }
}
