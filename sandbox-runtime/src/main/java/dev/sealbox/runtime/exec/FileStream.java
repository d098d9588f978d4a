package dev.sealbox.runtime.exec;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** The bytes of a file in a sandbox, as they arrive. */
final class FileStream extends InputStream {
    private final Conversation conversation;
    private final Duration patience;
    private byte[] chunk = new byte[0];
    private int at;
    private boolean ended;

    FileStream(Conversation conversation, Duration patience) {
        this.conversation = conversation;
        this.patience = patience;
    }

    @Override
    public int read() throws IOException {
        return more() ? chunk[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!more()) {
            return -1;
        }
        var count = Math.min(length, chunk.length - at);
        System.arraycopy(chunk, at, into, offset, count);
        at += count;
        return count;
    }

    private boolean more() throws IOException {
        while (!ended && at == chunk.length) {
            var frame = conversation.hearWithin(patience);
            switch (frame.type()) {
                case Frame.OUTPUT -> {
                    chunk = frame.payload();
                    at = 0;
                }
                case Frame.END -> ended = true;
                default -> throw new IOException(Refused.read(frame).text());
            }
        }
        return at < chunk.length;
    }

    @Override
    public void close() throws IOException {
        conversation.close();
    }
}
