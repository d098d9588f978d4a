package dev.sealbox.demo.story;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;

/** The first half of some bytes, then a pause, and then a failure in the place of the rest. */
final class Half extends InputStream {
    private final byte[] bytes;
    private final CountDownLatch broken = new CountDownLatch(1);
    private int at;

    Half(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Ends the pause. */
    void breakOff() {
        broken.countDown();
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        var left = bytes.length / 2 - at;
        if (left > 0) {
            var count = Math.min(left, length);
            System.arraycopy(bytes, at, to, offset, count);
            at += count;
            return count;
        }
        try {
            broken.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new IOException("the line is cut");
    }
}
