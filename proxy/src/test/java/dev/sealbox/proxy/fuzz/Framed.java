package dev.sealbox.proxy.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.sealbox.proxy.codec.BadMessage;
import dev.sealbox.proxy.codec.BodyReader;
import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.HeadReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the proxy's own codec made of bytes.
 *
 * @param refused whether it breaks the grammar
 * @param whole whether it was complete
 * @param rest bytes that were left for a next message
 */
record Framed<H>(
        boolean refused,
        boolean whole,
        Optional<H> head,
        Optional<Framing> framing,
        String content,
        Fields trailers,
        int rest) {
    private static final int MAX_HEAD = 4096;

    /** Reads one message that comes in these pieces. */
    static <H> Framed<H> read(
            List<ByteBuf> pieces, BiFunction<HeadReader, ByteBuf, @Nullable H> reader, Function<H, Framing> framing) {
        var inbox = Unpooled.buffer();
        var heads = new HeadReader(MAX_HEAD);
        Optional<H> head = Optional.empty();
        Optional<BodyReader> body = Optional.empty();
        Optional<Framing> known = Optional.empty();
        var content = new StringBuilder();
        try {
            for (var piece : pieces) {
                inbox.writeBytes(piece);
                piece.release();
                if (head.isEmpty()) {
                    head = Optional.ofNullable(reader.apply(heads, inbox));
                    known = head.map(framing);
                    body = known.map(how -> BodyReader.of(how, MAX_HEAD));
                }
                body.ifPresent(present -> drain(present, inbox, content));
            }
        } catch (BadMessage e) {
            return new Framed<>(true, false, head, known, "", Fields.NONE, 0);
        }
        boolean whole = body.map(present -> present.isComplete() || present.endsWithConnection())
                .orElse(false);
        return new Framed<>(
                false,
                whole,
                head,
                known,
                content.toString(),
                body.map(BodyReader::trailers).orElse(Fields.NONE),
                inbox.readableBytes());
    }

    private static void drain(BodyReader body, ByteBuf inbox, StringBuilder content) {
        for (var piece = body.next(inbox); piece != null; piece = body.next(inbox)) {
            content.append(piece.toString(ISO_8859_1));
            piece.release();
        }
    }
}
