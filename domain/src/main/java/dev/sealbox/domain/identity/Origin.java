package dev.sealbox.domain.identity;

/**
 * Who asked, from where, in which request; kept with every event.
 *
 * @param organization whose things may be touched
 * @param keyId the API key's id (never the key), or the part of the system that acts on its own, such as {@code system}
 * @param address the client's network address as text
 * @param requestId the id that the answer carries, too
 */
public record Origin(OrganizationId organization, String keyId, String address, String requestId) {

    /** Stands where a key's id would, for what the system does on its own. */
    public static final String SYSTEM = "system";

    /** An act of the system itself, such as a recovery. */
    public static Origin system(OrganizationId organization) {
        return new Origin(organization, SYSTEM, "", "");
    }
}
