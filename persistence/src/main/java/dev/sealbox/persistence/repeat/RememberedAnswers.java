package dev.sealbox.persistence.repeat;

import akka.actor.typed.ActorSystem;
import dev.sealbox.domain.audit.Notary;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.repeat.Claim;
import dev.sealbox.domain.repeat.GivenAnswer;
import dev.sealbox.domain.repeat.RepeatKey;
import dev.sealbox.domain.repeat.Repeats;
import dev.sealbox.persistence.database.Database;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers answers in a table of the database. What identifies a request is hashed under a key that only who has the
 * deployment's signing key can compute, so that a guess at a request cannot be tried on the table alone. Thread-safe.
 */
public final class RememberedAnswers implements Repeats {
    private static final Logger log = LoggerFactory.getLogger(RememberedAnswers.class);
    private static final Duration SWEEPING = Duration.ofMinutes(30);
    private static final String ALGORITHM = "HmacSHA256";
    private static final byte[] PURPOSE = "sealbox/repeated-requests/1".getBytes(StandardCharsets.UTF_8);
    private static final String STALE = "created_at < now() - interval '" + HOURS + " hours'";

    private final Database database;
    private final SecretKeySpec secret;

    /** Signatures of Ed25519 are the same each time, so every node and every start has the same key. */
    public RememberedAnswers(Database database, Notary notary) {
        this.database = database;
        this.secret = new SecretKeySpec(notary.sign(PURPOSE), ALGORITHM);
    }

    /** Has answers of yesterday removed from now on, as long as the system runs. */
    public RememberedAnswers sweptBy(ActorSystem<?> system) {
        system.scheduler()
                .scheduleWithFixedDelay(Duration.ZERO, SWEEPING, this::sweepQuietly, system.executionContext());
        return this;
    }

    private void sweepQuietly() {
        sweep().exceptionally(failure -> {
            log.warn("answers of yesterday are not removed yet: {}", failure.toString());
            return 0;
        });
    }

    @Override
    public CompletionStage<Claim> claim(Origin origin, RepeatKey key, byte[] request) {
        var organization = origin.organization();
        var keyHash = hash(origin, key);
        var requestHash = hash("request", request);
        return database.together("note a request that may be repeated", connection -> {
            forget(connection, organization, keyHash);
            insert(connection, organization, keyHash, requestHash);
            return find(connection, organization, keyHash, requestHash);
        });
    }

    /** A key that is a day old is as good as new, also when it was not swept yet. */
    private static void forget(Connection connection, OrganizationId organization, byte[] key) throws SQLException {
        try (var delete = connection.prepareStatement(
                "DELETE FROM repeated_request WHERE organization = ? AND key_hash = ? AND " + STALE)) {
            delete.setString(1, organization.value());
            delete.setBytes(2, key);
            delete.executeUpdate();
        }
    }

    private static void insert(Connection connection, OrganizationId organization, byte[] key, byte[] request)
            throws SQLException {
        try (var insert = connection.prepareStatement(
                "INSERT INTO repeated_request (organization, key_hash, request_hash, creation) VALUES (?, ?, ?, ?)"
                        + " ON CONFLICT DO NOTHING")) {
            insert.setString(1, organization.value());
            insert.setBytes(2, key);
            insert.setBytes(3, request);
            insert.setObject(4, UUID.randomUUID());
            insert.executeUpdate();
        }
    }

    private static Claim find(Connection connection, OrganizationId organization, byte[] key, byte[] request)
            throws SQLException {
        try (var query = connection.prepareStatement("SELECT request_hash, creation, status, body FROM repeated_request"
                + " WHERE organization = ? AND key_hash = ?")) {
            query.setString(1, organization.value());
            query.setBytes(2, key);
            try (var rows = query.executeQuery()) {
                if (!rows.next()) {
                    throw new SQLException("a row that was just written is gone");
                }
                return claim(rows, request);
            }
        }
    }

    private static Claim claim(ResultSet row, byte[] request) throws SQLException {
        if (!MessageDigest.isEqual(row.getBytes(1), request)) {
            return new Claim.OtherRequest();
        }
        var status = row.getInt(3);
        return row.wasNull()
                ? new Claim.Open(row.getObject(2, UUID.class))
                : new Claim.Answered(new GivenAnswer(status, row.getString(4)));
    }

    @Override
    public CompletionStage<GivenAnswer> remember(Origin origin, RepeatKey key, GivenAnswer answer) {
        var keyHash = hash(origin, key);
        return database.together("remember an answer", connection -> {
            try (var update = connection.prepareStatement(
                    "UPDATE repeated_request SET status = coalesce(status, ?), body = coalesce(body, ?)"
                            + " WHERE organization = ? AND key_hash = ? RETURNING status, body")) {
                update.setInt(1, answer.status());
                update.setString(2, answer.body());
                update.setString(3, origin.organization().value());
                update.setBytes(4, keyHash);
                try (var rows = update.executeQuery()) {
                    return rows.next() ? new GivenAnswer(rows.getInt(1), rows.getString(2)) : answer;
                }
            }
        });
    }

    /** Removes what is older than a day. */
    public CompletionStage<Integer> sweep() {
        return database.ask("forget answers of yesterday", connection -> {
            try (var delete = connection.prepareStatement("DELETE FROM repeated_request WHERE " + STALE)) {
                return delete.executeUpdate();
            }
        });
    }

    private byte[] hash(Origin origin, RepeatKey key) {
        return hash("key", (origin.keyId() + "\n" + key.value()).getBytes(StandardCharsets.UTF_8));
    }

    private byte[] hash(String kind, byte[] content) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            mac.update(kind.getBytes(StandardCharsets.US_ASCII));
            mac.update((byte) 0);
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + ALGORITHM, e);
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }
}
