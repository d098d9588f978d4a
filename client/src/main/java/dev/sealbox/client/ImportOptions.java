package dev.sealbox.client;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** How files from outside come in; each method gives a changed copy. */
public final class ImportOptions {
    private final Map<String, String> query;

    private ImportOptions(Map<String, String> query) {
        this.query = query;
    }

    /** A signed archive of ours; files that give rights are refused. */
    public static ImportOptions archive() {
        return new ImportOptions(Map.of());
    }

    /** A tar of an OCI image layout, as {@code skopeo copy … oci-archive:} and {@code docker save} make them. */
    public static ImportOptions oci() {
        return archive().with("format", "oci");
    }

    /** A tar of a root file system, compressed with gzip, zstd or nothing. */
    public static ImportOptions rootfs() {
        return archive().with("format", "rootfs");
    }

    /** Makes ordinary files of setuid and setgid ones and of those with capabilities. */
    public ImportOptions dropSetuid() {
        return with("setuid", "drop");
    }

    /** Lets them be what they are; not for archives. */
    public ImportOptions keepSetuid() {
        return with("setuid", "keep");
    }

    /** What all that is sent must have as its SHA-256, 64 hex digits; the same files are then kept once. */
    public ImportOptions sha256(String hex) {
        return with("sha256", hex);
    }

    private ImportOptions with(String name, String value) {
        var after = new LinkedHashMap<>(query);
        after.put(name, value);
        return new ImportOptions(after);
    }

    String query() {
        return query.isEmpty()
                ? ""
                : query.entrySet().stream()
                        .map(each -> each.getKey() + "=" + Requests.escaped(each.getValue()))
                        .collect(Collectors.joining("&", "?", ""));
    }
}
