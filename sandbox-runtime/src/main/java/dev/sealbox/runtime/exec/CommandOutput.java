package dev.sealbox.runtime.exec;

import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What a running command has written so far. */
final class CommandOutput {
    private static final String STEP = "exec";
    private final long limit;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    /** @param limit of bytes, both outputs together */
    CommandOutput(long limit) {
        this.limit = limit;
    }

    /** Listens until the command has ended or has written too much. To stop listening is to kill the command. */
    CommandResult collect(Conversation conversation) throws IOException {
        while (true) {
            var frame = conversation.hear();
            switch (frame.type()) {
                case Frame.OUTPUT -> output.writeBytes(frame.payload());
                case Frame.ERRORS -> errors.writeBytes(frame.payload());
                case Frame.EXIT -> {
                    return result(frame);
                }
                default -> throw new RuntimeFailure(STEP, Refused.read(frame).text());
            }
            if ((long) output.size() + errors.size() > limit) {
                return result(-1, "\nsealbox: the command was killed: it wrote more than " + limit + " bytes\n");
            }
        }
    }

    private CommandResult result(Frame frame) {
        if (frame.payload().length != Integer.BYTES) {
            throw new RuntimeFailure(STEP, "the agent sent an exit code of " + frame.payload().length + " bytes");
        }
        var code = ByteBuffer.wrap(frame.payload()).getInt();
        return result(code >= 0 && code <= 255 ? code : -1, "");
    }

    private CommandResult result(int code, String remark) {
        return new CommandResult(
                code, output.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8) + remark);
    }
}
