package dev.sealbox.persistence.webhook;

import com.google.crypto.tink.util.Bytes;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.webhook.WebhookId;
import dev.sealbox.domain.webhook.WebhookUrl;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * WHO SENDS A WEBHOOK'S MESSAGES. A node claims a webhook for a while, so that each has one message on its way at a time
 * and a slow one holds up nobody else; the claim of a node that died runs out.
 */
final class Claims {
    private static final String CLAIM = """
            WITH due AS (
              SELECT webhook, min(due_at) AS since FROM webhook_message WHERE due_at <= now() GROUP BY webhook),
            free AS (
              SELECT w.id, d.since, row_number() OVER (PARTITION BY w.organization ORDER BY d.since)
                  + coalesce(b.lanes, 0) AS place
                FROM due d JOIN webhook w ON w.id = d.webhook
                LEFT JOIN unnest(?::text[], ?::int[]) AS b (organization, lanes) ON b.organization = w.organization
                WHERE w.enabled AND (w.claimed_until IS NULL OR w.claimed_until < now())),
            chosen AS (
              SELECT w.id FROM webhook w JOIN free ON free.id = w.id
                WHERE free.place <= ? AND (w.claimed_until IS NULL OR w.claimed_until < now())
                ORDER BY free.since LIMIT ? FOR UPDATE OF w SKIP LOCKED)
            UPDATE webhook SET claim = ?, claimed_until = now() + ? * interval '1 second'
              FROM chosen WHERE webhook.id = chosen.id
              RETURNING webhook.id, organization, url, wrapped, coalesce(former_until > now(), FALSE)""";

    private Claims() {}

    /** @param formerCounts whether the secret before still signs along */
    record Claim(
            UUID id,
            WebhookId webhook,
            OrganizationId organization,
            WebhookUrl url,
            Bytes wrapped,
            boolean formerCounts) {}

    /**
     * Claims webhooks with messages that are due, those first that wait the longest.
     *
     * @param lanes how many of each organisation this node has claimed already
     * @param perOrganization how many of one it may have
     * @param most how many are claimed now
     */
    static List<Claim> take(
            Connection connection, Map<OrganizationId, Integer> lanes, int perOrganization, int most, Duration held)
            throws SQLException {
        var id = UUID.randomUUID();
        var owners = new ArrayList<>(lanes.keySet());
        try (var update = connection.prepareStatement(CLAIM)) {
            update.setArray(
                    1,
                    connection.createArrayOf(
                            "text", owners.stream().map(OrganizationId::value).toArray()));
            update.setArray(
                    2,
                    connection.createArrayOf(
                            "int", owners.stream().map(lanes::get).toArray()));
            update.setInt(3, perOrganization);
            update.setInt(4, most);
            update.setObject(5, id);
            update.setLong(6, held.toSeconds());
            try (var rows = update.executeQuery()) {
                var claims = new ArrayList<Claim>();
                while (rows.next()) {
                    claims.add(new Claim(
                            id,
                            new WebhookId(rows.getString(1)),
                            new OrganizationId(rows.getString(2)),
                            WebhookUrl.parse(rows.getString(3)),
                            Bytes.copyFrom(rows.getBytes(4)),
                            rows.getBoolean(5)));
                }
                return claims;
            }
        }
    }

    /** Whether the claim still stands; what a webhook's owner has changed meanwhile takes its turn with the next one. */
    static boolean holds(Connection connection, Claim claim) throws SQLException {
        try (var query = connection.prepareStatement("SELECT 1 FROM webhook WHERE id = ? AND claim = ? AND enabled"
                + " AND url = ? AND wrapped = ? AND claimed_until > now()")) {
            query.setString(1, claim.webhook().value());
            query.setObject(2, claim.id());
            query.setString(3, claim.url().text());
            query.setBytes(4, claim.wrapped().toByteArray());
            try (var rows = query.executeQuery()) {
                return rows.next();
            }
        }
    }

    static int release(Connection connection, Claim claim) throws SQLException {
        try (var update = connection.prepareStatement(
                "UPDATE webhook SET claim = NULL, claimed_until = NULL WHERE id = ? AND claim = ?")) {
            update.setString(1, claim.webhook().value());
            update.setObject(2, claim.id());
            return update.executeUpdate();
        }
    }
}
