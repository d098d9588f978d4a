package dev.sealbox.runtime.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameChannelTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000, 1 << 20})
    void readsWhatWasWrittenHoweverItIsCut(int piece) throws IOException {
        var wire = new Wire(new byte[0], piece);
        var writer = new FrameChannel(wire);
        writer.write(Frame.OUTPUT, text("hello"));
        writer.write(Frame.DONE, text(""));
        writer.write(Frame.ERRORS, new byte[Frame.LARGEST]);

        try (var reader = new FrameChannel(new Wire(wire.written.toByteArray(), piece))) {
            assertThat(reader.read()).returns(Frame.OUTPUT, Frame::type).returns(text("hello"), Frame::payload);
            assertThat(reader.read()).returns(Frame.DONE, Frame::type).returns(text(""), Frame::payload);
            assertThat(reader.read().payload()).hasSize(Frame.LARGEST);
            assertThatThrownBy(reader::read).isInstanceOf(EOFException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Frame.LARGEST + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
    void endsWithAFrameThatIsTooLarge(int length) {
        var header = ByteBuffer.allocate(5).put(Frame.OUTPUT).putInt(length).array();

        assertThatThrownBy(() -> new FrameChannel(new Wire(header, 100)).read())
                .hasMessageContaining("announces a frame");
    }

    @Test
    void endsWithHalfAFrame() {
        var half = ByteBuffer.allocate(7).put(Frame.OUTPUT).putInt(10).array();

        assertThatThrownBy(() -> new FrameChannel(new Wire(half, 100)).read()).isInstanceOf(EOFException.class);
    }

    @Test
    void makesTheAgentsWordsHarmless() {
        var said = new byte[2000];
        said[0] = Refused.NOT_POSSIBLE;
        said[1] = '\n';
        said[2] = 0x1b;

        var refused = Refused.read(new Frame(Frame.REFUSED, said));

        assertThat(refused.text()).hasSize(500).startsWith("??").doesNotContain("\n");
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Delivers at most {@code piece} bytes at once. */
    private static final class Wire implements ByteChannel {
        private final ByteBuffer incoming;
        private final int piece;
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();

        Wire(byte[] incoming, int piece) {
            this.incoming = ByteBuffer.wrap(incoming);
            this.piece = piece;
        }

        @Override
        public int read(ByteBuffer into) {
            if (!incoming.hasRemaining()) {
                return -1;
            }
            var bytes = new byte[Math.min(piece, Math.min(into.remaining(), incoming.remaining()))];
            incoming.get(bytes);
            into.put(bytes);
            return bytes.length;
        }

        @Override
        public int write(ByteBuffer from) {
            var bytes = new byte[Math.min(piece, from.remaining())];
            from.get(bytes);
            written.writeBytes(bytes);
            return bytes.length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
