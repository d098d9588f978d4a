package dev.sealbox.domain.webhook;

import java.util.Map;

/** Port: how a message gets to an endpoint. Thread-safe. */
public interface Caller {

    /** What came of a call. */
    sealed interface Reply {
        /** The endpoint answered; redirects are answers like others. */
        record Answered(int status) implements Reply {
            /** Whether it took the message. */
            public boolean isSuccess() {
                return status >= 200 && status < 300;
            }
        }

        /** It was not reached, or did not answer; {@code code} says why, such as {@code timeout}. */
        record Failed(String code) implements Reply {}
    }

    /** Whether the URL's host is an address that nobody may be sent to. */
    boolean forbids(WebhookUrl url);

    /** POSTs once, within a time of its own; blocks until then. */
    Reply post(WebhookUrl url, Map<String, String> headers, byte[] body) throws InterruptedException;
}
