package dev.sealbox.demo.story;

import java.io.ByteArrayOutputStream;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Hears a session until the server ends it. */
final class PythonSocket implements WebSocket.Listener {
    private final CompletableFuture<List<byte[]>> ended = new CompletableFuture<>();
    private final List<byte[]> messages = new ArrayList<>();
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();

    /** What a client types; in a session of a command behind the byte that says so. */
    static ByteBuffer message(boolean framed, String keys) {
        return ByteBuffer.wrap(((framed ? "\0" : "") + keys).getBytes(StandardCharsets.UTF_8));
    }

    /** In hexadecimal, with a blank between. */
    String frames(Duration patience) {
        return String.join(
                " ", heard(patience).stream().map(HexFormat.of()::formatHex).toList());
    }

    String text(Duration patience) {
        var all = new ByteArrayOutputStream();
        heard(patience).forEach(all::writeBytes);
        return all.toString(StandardCharsets.UTF_8);
    }

    private List<byte[]> heard(Duration patience) {
        return ended.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS).join();
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
        var bytes = new byte[data.remaining()];
        data.get(bytes);
        message.writeBytes(bytes);
        if (last) {
            messages.add(message.toByteArray());
            message.reset();
        }
        socket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
        ended.complete(List.copyOf(messages));
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
        ended.completeExceptionally(failure);
    }
}
