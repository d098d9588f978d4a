package dev.sealbox.persistence.webhook;

import com.typesafe.config.Config;
import dev.sealbox.domain.webhook.Retries;
import java.time.Duration;

/**
 * What an operator may choose about webhooks; the keys live under {@code sealbox.persistence.webhooks}.
 *
 * @param most of an organisation, those of single sandboxes not counted
 * @param retention how long messages and what came of them are kept
 * @param poll how often a node looks for what is due
 * @param endpoints that a node calls at a time
 * @param perOrganization how many of them may be of one organisation
 */
public record WebhookSettings(
        int most, Retries retries, Duration retention, Duration poll, int endpoints, int perOrganization) {

    public static WebhookSettings from(Config config) {
        var webhooks = config.getConfig("sealbox.persistence.webhooks");
        return new WebhookSettings(
                webhooks.getInt("most"),
                new Retries(
                        webhooks.getDuration("first-retry"),
                        webhooks.getDuration("longest-retry"),
                        webhooks.getInt("attempts")),
                webhooks.getDuration("retention"),
                webhooks.getDuration("poll"),
                webhooks.getInt("endpoints"),
                webhooks.getInt("endpoints-per-organization"));
    }
}
