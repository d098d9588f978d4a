package dev.sealbox.server.host;

import dev.sealbox.domain.Unit;
import dev.sealbox.domain.session.Attachment;
import dev.sealbox.domain.session.SessionFrame;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** An attachment whose traffic in either direction restarts the idle clock of its sandbox. */
record UsedAttachment(Attachment attached, Runnable used) implements Attachment {

    @Override
    public CompletionStage<Optional<SessionFrame>> next() {
        return attached.next().thenApply(frame -> {
            used.run();
            return frame;
        });
    }

    @Override
    public CompletionStage<Unit> send(byte[] input) {
        used.run();
        return attached.send(input);
    }

    @Override
    public void close() {
        attached.close();
    }
}
