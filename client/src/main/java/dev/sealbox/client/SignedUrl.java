package dev.sealbox.client;

import java.net.URI;

/**
 * Leave to read or write one file, until it expires, for whoever holds the URL: it is a secret as long as it is good.
 *
 * @param expiresAt RFC 3339
 */
public record SignedUrl(URI url, String expiresAt) {
    @Override
    public String toString() {
        return "SignedUrl[redacted, expiresAt=" + expiresAt + "]";
    }
}
