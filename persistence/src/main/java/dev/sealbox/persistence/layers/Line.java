package dev.sealbox.persistence.layers;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import java.nio.charset.StandardCharsets;

/** The line in the clear that says which key opens what follows. Who changes it has what follows open for nobody. */
final class Line {
    private static final String BEGINNING = "sealbox.layer.1 ";
    private static final int LONGEST = BEGINNING.length() + 64;

    private Line() {}

    static byte[] of(OrganizationId organization) {
        return (BEGINNING + organization + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    static OrganizationId read(byte[] object, CheckpointId layer) {
        var end = 0;
        while (end < object.length && end < LONGEST && object[end] != '\n') {
            end++;
        }
        var line = new String(object, 0, end, StandardCharsets.US_ASCII);
        if (end == object.length || !line.startsWith(BEGINNING)) {
            throw Contents.damaged(layer, "its list of pieces");
        }
        try {
            return new OrganizationId(line.substring(BEGINNING.length()));
        } catch (InvalidValue e) {
            throw Contents.damaged(layer, "its list of pieces");
        }
    }
}
