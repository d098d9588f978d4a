package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.proxy.tls.ServerTls;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A certificate for the tunnel's host is being signed, or the handshake with it is under way. */
final class Handshaking implements Phase {
    private static final Logger log = LoggerFactory.getLogger(Handshaking.class);

    private final Conversation conversation;
    private final Tunnel tunnel;
    private final CompletableFuture<ServerTls> leaf;
    private final long since = System.nanoTime();

    private boolean shown;

    /** Begins to intercept {@code tunnel} with a certificate that the sandboxes of the organisation trust. */
    Handshaking(Conversation conversation, Tunnel tunnel, OrganizationId organization) {
        this.conversation = conversation.through(tunnel);
        this.tunnel = tunnel;
        this.leaf = conversation
                .services()
                .authorities()
                .leaf(organization, tunnel.host())
                .toCompletableFuture();
        var unused = leaf.whenComplete((context, failure) -> conversation.wake().run());
    }

    @Override
    public Phase step() {
        if (shown || !leaf.isDone()) {
            return this;
        }
        if (leaf.isCompletedExceptionally()) {
            log.atError().setCause(leaf.exceptionNow()).log("there is no certificate to show");
            return conversation.connectionAnswers().alert(Alert.INTERNAL_ERROR);
        }
        show(leaf.resultNow());
        return this;
    }

    private void show(ServerTls tls) {
        shown = true;
        var client = conversation.client();
        client.secure(tls.handler(
                client.channel().alloc(), conversation.services().limits().handshake()));
    }

    /** The handshake is done: requests come inside the tunnel. */
    Phase secured() {
        boolean many = "h2".equals(conversation.client().protocol());
        return many ? Multiplexing.begin(conversation) : new AwaitingRequest(conversation);
    }

    /** The client went away. */
    void brokenOff() {
        if (conversation.client().failure() != null) {
            log.atInfo()
                    .addKeyValue("sandbox", conversation.admission().address().sandbox())
                    .addKeyValue("host", tunnel.host())
                    .addKeyValue("code", "tls.client-handshake")
                    .log("the client broke the TLS handshake off");
        }
    }

    /** What came behind the handshake's last word is for the phase that follows. */
    @Override
    public boolean outlivesInput() {
        return conversation.client().isSecured();
    }

    @Override
    public Phase tick(long now) {
        var limits = conversation.services().limits();
        conversation.closeAfter(limits.headTimeout().plus(limits.handshake()), since, now);
        return this;
    }
}
