package dev.sealbox.server.host;

import static dev.sealbox.server.host.LayeredTest.eventually;
import static dev.sealbox.server.host.LayeredTest.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.CheckpointId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a host gives to others, and how long it lies there for them. */
class LayerServingTest {
    private static final Executor THREADS = task -> Thread.ofVirtual().start(task);

    private final LayeredTest.Files here = new LayeredTest.Files();
    private final LayerServing serving = new LayerServing(here, THREADS);
    private final List<CheckpointId> layers = Stream.generate(() -> new CheckpointId(UUID.randomUUID()))
            .limit(PackShelf.ASKERS)
            .toList();

    @Test
    void packsAFewAtATimeAndTurnsAwayWhoCannotWait() throws IOException {
        var served = layers.stream().map(this::asked).toList();
        var open = served.subList(0, PackShelf.PACKS).stream()
                .map(LayeredTest::join)
                .toList();
        assertThat(served.stream().filter(CompletableFuture::isDone)).hasSize(PackShelf.PACKS);
        assertThatThrownBy(() -> join(asked(layers.getFirst())))
                .hasCauseInstanceOf(HostFailure.class)
                .hasMessageContaining("too many");

        open.getFirst().content().close();
        open.getFirst().content().close();
        var next = join(served.get(PackShelf.PACKS));
        assertThat(here.packed).as("nobody else's turn began").hasSize(PackShelf.PACKS + 1);
        eventually(() -> here.closed.equals(List.of(layers.getFirst())));
        here.broken = Optional.of(layers.get(PackShelf.PACKS + 1));
        next.content().close();
        assertThatThrownBy(() -> join(served.get(PackShelf.PACKS + 1))).hasMessageContaining("a file is damaged");
        for (var each : served.subList(PackShelf.PACKS + 2, served.size())) {
            join(each).content().close();
        }
        open.getLast().content().close();
        join(asked(layers.getFirst())).content().close();
    }

    @Test
    void packsOnceForAllWhoWantIt() throws IOException {
        here.packing = new CompletableFuture<>();
        var layer = layers.getFirst();
        var served = IntStream.range(0, PackShelf.ASKERS)
                .mapToObj(each -> asked(layer))
                .toList();
        here.packing.complete(Unit.DONE);
        for (var each : served) {
            assertThat(text(join(each).content())).isEqualTo(layer.toString());
        }
        assertThat(here.packed).containsExactly(layer);
        eventually(here.held::isEmpty);
        // And for whoever comes soon after.
        join(asked(layer)).content().close();
        assertThat(here.packed).containsExactly(layer);
        assertThat(here.closed).isEmpty();
    }

    @Test
    void givesTheRestOfWhatWasBrokenOff() throws IOException {
        var layer = layers.getFirst();
        var first = join(asked(layer));
        assertThat(new String(first.content().readNBytes(5), StandardCharsets.UTF_8))
                .isEqualTo(layer.toString().substring(0, 5));
        first.content().close();
        var packed = first.packed();
        assertThat(packed.size()).isEqualTo(layer.toString().length());

        assertThat(text(join(rest(layer, packed.digest(), 5)).content()))
                .isEqualTo(layer.toString().substring(5));
        assertThat(text(join(rest(layer, packed.digest(), packed.size())).content()))
                .isEmpty();
        assertThat(here.packed).containsExactly(layer);
        assertThatThrownBy(() -> join(rest(layer, packed.digest(), packed.size() + 1)))
                .hasCauseInstanceOf(HostFailure.class)
                .hasMessageContaining("not here any more as it was");
        assertThatThrownBy(() -> join(rest(layer, "another", 5))).hasMessageContaining("not here any more as it was");

        // As after a restart: the same bytes go on, others do not.
        var restarted = new LayerServing(here, THREADS);
        assertThat(text(join(restarted.packed(layer, Optional.of(new HostMessage.Rest(packed.digest(), 30))))
                        .content()))
                .isEqualTo(layer.toString().substring(30));
        here.edition = 2;
        assertThatThrownBy(() -> join(new LayerServing(here, THREADS)
                        .packed(layer, Optional.of(new HostMessage.Rest(packed.digest(), 30)))))
                .hasMessageContaining("not here any more as it was");
    }

    /** The disk has the room of a few packs, also when one lies there for somebody who may come again. */
    @Test
    void removesWhatNobodyReadsWhenItsRoomIsNeededAndAfterAWhile() throws IOException {
        join(asked(layers.get(0))).content().close();
        var read = join(asked(layers.get(1)));
        assertThat(here.closed).isEmpty();

        var third = join(asked(layers.get(2)));
        eventually(() -> here.closed.equals(List.of(layers.get(0))));
        third.content().close();
        serving.close();
        eventually(() -> here.closed.equals(List.of(layers.get(0), layers.get(2))));
        assertThat(text(read.content()))
                .as("who reads is not disturbed")
                .isEqualTo(layers.get(1).toString());

        var impatient = new PackShelf(here, THREADS, Duration.ofMillis(1));
        var place = join(impatient.take(layers.get(3)));
        join(place.content());
        var another = join(impatient.take(layers.get(3)));
        place.leave();
        another.leave();
        eventually(() -> here.closed.contains(layers.get(3)));
        assertThat(here.closed).containsOnlyOnce(layers.get(3));
    }

    private CompletableFuture<LayerServing.Given> asked(CheckpointId layer) {
        return serving.packed(layer, Optional.empty()).toCompletableFuture();
    }

    private CompletableFuture<LayerServing.Given> rest(CheckpointId layer, String digest, long from) {
        return serving.packed(layer, Optional.of(new HostMessage.Rest(digest, from)))
                .toCompletableFuture();
    }

    private static String text(InputStream content) throws IOException {
        try (content) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
