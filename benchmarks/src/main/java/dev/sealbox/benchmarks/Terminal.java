package dev.sealbox.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.client.Sandbox;
import dev.sealbox.demo.story.World;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A key that is pressed in a terminal, until it is seen there. */
final class Terminal {
    private static final byte KEY = 'x';
    private static final byte MARK = '#';
    private final BlockingQueue<Byte> seen = new LinkedBlockingQueue<>();

    private Terminal() {}

    static Samples echo(World world, Sandbox sandbox) {
        var api = world.node().api() + "/api/sandboxes/" + sandbox.id() + "/pty";
        try (var http = HttpClient.newHttpClient()) {
            var opened = http.send(
                    HttpRequest.newBuilder(URI.create(api))
                            .header("X-API-Key", world.apiKey())
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString("{\"cols\":80,\"rows\":24}"))
                            .build(),
                    BodyHandlers.ofString());
            var session =
                    new ObjectMapper().readTree(opened.body()).path("sessionID").asText();
            var terminal = new Terminal();
            var socket = http.newWebSocketBuilder()
                    .buildAsync(
                            URI.create(api.replaceFirst("http", "ws") + "/" + session + "?api_key=" + world.apiKey()),
                            terminal.listener())
                    .join();
            // From then on it is the kernel's terminal that answers, and no shell that draws its line anew.
            terminal.press(socket, "stty -icanon; printf '\\043'; cat >/dev/null\n");
            terminal.await(MARK);
            var samples = Samples.of("echo of a key in a terminal", 50, 500, () -> {
                terminal.press(socket, "x");
                terminal.await(KEY);
            });
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
            return samples;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void press(WebSocket socket, String keys) {
        socket.sendText(keys, true).join();
    }

    private void await(byte wanted) {
        try {
            Byte next;
            do {
                next = seen.poll(10, TimeUnit.SECONDS);
            } while (next != null && next != wanted);
            if (next == null) {
                throw new IllegalStateException("the terminal does not show what was typed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private WebSocket.Listener listener() {
        return new WebSocket.Listener() {
            @Override
            public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
                while (data.hasRemaining()) {
                    seen.add(data.get());
                }
                socket.request(1);
                return null;
            }
        };
    }
}
