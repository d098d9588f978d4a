package dev.sealbox.benchmarks.egress;

import dev.sealbox.benchmarks.egress.Work.Kind;
import java.util.List;

/** The scenarios of {@code bench proxy}, in the order in which they are run. */
final class Plan {
    private static final int MIB = 1 << 20;

    private Plan() {}

    /**
     * All of them.
     *
     * @param idle connections that may be kept open at most
     */
    static List<Work> whole(int idle) {
        return List.of(
                new Work("32 kept connections", Kind.KEPT, 32, 1, 1, 15_000, 5_000, 0, true),
                new Work("256 kept connections", Kind.KEPT, 256, 1, 1, 2_000, 5_000, 0, false),
                new Work("8 HTTP/2 connections of 4 streams", Kind.KEPT, 8, 4, 1, 5_000, 5_000, 0, false),
                new Work("32 kept connections, again", Kind.KEPT, 32, 1, 1, 2_000, 5_000, 0, false),
                new Work("100 secrets held, 32 connections", Kind.KEPT, 32, 1, 100, 2_000, 5_000, 0, false),
                new Work("values rotated meanwhile", Kind.ROTATION, 32, 1, 1, 2_000, 5_000, 0, false),
                new Work("new connections, 200 new hosts", Kind.NEW_HOSTS, 32, 1, 1, 0, 200, 0, false),
                new Work("new connections, one host", Kind.NEW_SAME_HOST, 32, 1, 1, 5_000, 5_000, 0, false),
                new Work("new connections, 200 other new hosts", Kind.NEW_HOSTS, 32, 1, 1, 0, 200, 0, false),
                new Work("event stream, 100 a second", Kind.EVENTS, 1, 1, 1, 200, 500, 10_000, false),
                new Work("50 event streams, 50 a second each", Kind.EVENTS, 50, 1, 1, 0, 200, 20_000, false),
                new Work("one byte at a time, 500 a second", Kind.TRICKLE, 1, 1, 1, 0, 5_000, 2_000, false),
                new Work("download of 1 GiB", Kind.DOWNLOAD, 1, 1, 1, 8, 1024L * MIB, 0, false),
                new Work("upload of 256 MiB, a token each 64 KiB", Kind.UPLOAD, 1, 1, 1, 8, 256L * MIB, 0, true),
                new Work("idle kept connections", Kind.IDLE, 32, 1, 1, 1_000, idle, 0, true));
    }

    /** The same in a few seconds, to see that all of it works; its figures say nothing. */
    static List<Work> quick() {
        return List.of(
                new Work("kept connections", Kind.KEPT, 4, 1, 1, 100, 500, 0, true),
                new Work("HTTP/2 connections", Kind.KEPT, 2, 2, 1, 100, 500, 0, false),
                new Work("20 secrets held", Kind.KEPT, 4, 1, 20, 0, 500, 0, false),
                new Work("values rotated meanwhile", Kind.ROTATION, 4, 1, 1, 0, 700, 0, false),
                new Work("new connections, 20 new hosts", Kind.NEW_HOSTS, 4, 1, 1, 0, 20, 0, false),
                new Work("new connections, one host", Kind.NEW_SAME_HOST, 4, 1, 1, 0, 500, 0, false),
                new Work("event streams", Kind.EVENTS, 2, 1, 1, 0, 20, 5_000, false),
                new Work("one byte at a time", Kind.TRICKLE, 1, 1, 1, 0, 200, 1_000, false),
                new Work("download of 8 MiB", Kind.DOWNLOAD, 1, 1, 1, 0, 8L * MIB, 0, false),
                new Work("upload of 4 MiB", Kind.UPLOAD, 1, 1, 1, 0, 4L * MIB, 0, false),
                new Work("idle kept connections", Kind.IDLE, 4, 1, 1, 10, 50, 0, false));
    }
}
