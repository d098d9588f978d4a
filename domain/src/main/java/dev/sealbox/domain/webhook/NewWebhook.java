package dev.sealbox.domain.webhook;

import dev.sealbox.domain.Texts;
import dev.sealbox.domain.identity.SandboxId;
import java.util.Optional;

/**
 * A webhook as somebody wants it.
 *
 * @param name for people
 * @param secret empty to have one drawn
 * @param sandbox the one whose events are told; empty for all of the organisation
 * @param enabled whether anything is sent
 */
public record NewWebhook(
        WebhookUrl url,
        Optional<String> name,
        Optional<SigningSecret> secret,
        EventFilter events,
        Optional<SandboxId> sandbox,
        boolean enabled) {
    private static final int LONGEST_NAME = 128;

    public NewWebhook {
        name.ifPresent(NewWebhook::checked);
    }

    static String checked(String name) {
        return Texts.label("name", name, LONGEST_NAME);
    }
}
