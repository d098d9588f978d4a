package dev.sealbox.runtime.exec;

import dev.sealbox.runtime.step.RuntimeFailure;
import java.nio.charset.StandardCharsets;

/** Why the agent will not do something, made harmless for logs and answers: one line of bounded length. */
record Refused(int kind, String text) {
    static final int NOT_FOUND = 1;
    static final int NOT_POSSIBLE = 2;
    private static final int LONGEST = 500;

    static Refused read(Frame frame) {
        var payload = frame.payload();
        if (frame.type() != Frame.REFUSED || payload.length == 0) {
            throw new RuntimeFailure("agent", "the agent answered with an unexpected frame of type " + frame.type());
        }
        var text = new String(payload, 1, Math.min(payload.length - 1, LONGEST), StandardCharsets.UTF_8);
        return new Refused(payload[0], text.replaceAll("\\p{Cntrl}", "?"));
    }
}
