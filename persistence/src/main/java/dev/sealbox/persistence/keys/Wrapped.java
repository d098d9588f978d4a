package dev.sealbox.persistence.keys;

import com.google.crypto.tink.util.Bytes;
import dev.sealbox.domain.identity.OrganizationId;
import java.nio.charset.StandardCharsets;

/** All that master keys wrap: where it is kept, and the context that binds it to its place. */
enum Wrapped {
    DATA_KEY("data_key", "key_id", "uuid", "organization"),
    AUTHORITY("certificate_authority", "organization", "varchar", "organization"),
    LAYER_KEY("layer_key", "organization", "varchar", "organization"),
    SIGNING_KEY("signing_key", "id", "smallint", "''"),
    WEBHOOK("webhook", "id", "text", "organization"),
    CHECK("master_key_check", "id", "smallint", "''");

    /** What the check of the key set is, and its context alike. */
    static final byte[] CHECK_TEXT = utf8("sealbox/master-key-check");

    private final String table;
    private final String key;
    private final String keyType;
    private final String owner;

    Wrapped(String table, String key, String keyType, String owner) {
        this.table = table;
        this.key = key;
        this.keyType = keyType;
        this.owner = owner;
    }

    /** One wrapped key: where, and what. */
    record Row(String key, String owner, Bytes wrapped) {}

    /** Binds a data key to its owner, so that a row which is moved to another organisation no longer opens. */
    static byte[] dataKey(OrganizationId organization, Object id) {
        return utf8("sealbox/data-key/" + organization + "/" + id);
    }

    static byte[] authority(OrganizationId organization) {
        return utf8("sealbox/authority/" + organization);
    }

    static byte[] layerKey(OrganizationId organization) {
        return utf8("sealbox/layer-key/" + organization);
    }

    static byte[] signingKey() {
        return utf8("sealbox/signing-key/1");
    }

    static byte[] webhook(OrganizationId organization, String id) {
        return utf8("sealbox/webhook/" + organization + "/" + id);
    }

    byte[] context(Row row) {
        return switch (this) {
            case DATA_KEY -> dataKey(new OrganizationId(row.owner()), row.key());
            case AUTHORITY -> authority(new OrganizationId(row.owner()));
            case LAYER_KEY -> layerKey(new OrganizationId(row.owner()));
            case SIGNING_KEY -> signingKey();
            case WEBHOOK -> webhook(new OrganizationId(row.owner()), row.key());
            case CHECK -> CHECK_TEXT;
        };
    }

    String table() {
        return table;
    }

    /** Parameters: prefix, keys to leave out, limit. {@code side} is {@code <} or {@code >}: both use the index. */
    String otherThan(String side) {
        return "SELECT CAST(" + key + " AS text), " + owner + ", wrapped FROM " + table
                + " WHERE substring(wrapped FROM 1 FOR 5) " + side + " ?"
                + " AND NOT (CAST(" + key + " AS text) = ANY (?))"
                + " ORDER BY substring(wrapped FROM 1 FOR 5) LIMIT ? FOR UPDATE SKIP LOCKED";
    }

    /** Parameters: new, key, former: does nothing when the row was destroyed or changed meanwhile. */
    String replacement() {
        return "UPDATE " + table + " SET wrapped = ? WHERE " + key + " = CAST(? AS " + keyType + ") AND wrapped = ?";
    }

    /** Parameters: prefix, twice. */
    String countOfOthers() {
        return "SELECT (SELECT count(*) FROM " + table + " WHERE substring(wrapped FROM 1 FOR 5) < ?)"
                + " + (SELECT count(*) FROM " + table + " WHERE substring(wrapped FROM 1 FOR 5) > ?)";
    }

    String countByPrefix() {
        return "SELECT substring(wrapped FROM 1 FOR 5), count(*) FROM " + table + " GROUP BY 1";
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
