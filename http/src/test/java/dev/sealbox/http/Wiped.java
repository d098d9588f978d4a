package dev.sealbox.http;

import dev.sealbox.domain.sealing.MayReveal;
import dev.sealbox.domain.sealing.Plaintext;

/** Looks at what is left of a plaintext. */
final class Wiped {
    private Wiped() {}

    @MayReveal("a test sees that nothing is left")
    static byte[] bytes(Plaintext value) {
        return value.reveal();
    }
}
