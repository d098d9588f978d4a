package dev.sealbox.persistence.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.sealbox.domain.ledger.UseRecord;
import dev.sealbox.persistence.serialization.DomainModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A record in a file of the spool: its length, the CRC-32C of what follows (four bytes each), and JSON. */
final class SpoolForm {
    /** Stands in every record: another shape gets the next number, and this one is read for ever. */
    private static final int FORM = 1;

    static final int HEADER = 2 * Integer.BYTES;

    /** Far beyond any record: a length that is larger is none. */
    static final int LONGEST = 1024 * 1024;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModules(new Jdk8Module(), new JavaTimeModule(), new DomainModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .build();

    private record Written(int form, UUID id, UseRecord record) {}

    private SpoolForm() {}

    static ByteBuffer write(List<Numbered> records) {
        var texts = records.stream().map(SpoolForm::json).toList();
        var out = ByteBuffer.allocate(
                texts.stream().mapToInt(text -> HEADER + text.length).sum());
        texts.forEach(text ->
                out.putInt(text.length).putInt(sum(ByteBuffer.wrap(text))).put(text));
        return out.flip();
    }

    private static byte[] json(Numbered each) {
        try {
            return JSON.writeValueAsBytes(new Written(FORM, each.id(), each.record()));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a record of use cannot be written", e);
        }
    }

    /** What stands after a header; null when it is not what was written. */
    static @Nullable Numbered read(ByteBuffer text, int sum) {
        if (sum(text.duplicate()) != sum) {
            return null;
        }
        try {
            var bytes = new byte[text.remaining()];
            text.get(bytes);
            var written = JSON.readValue(bytes, Written.class);
            return written.form() == FORM ? new Numbered(written.id(), written.record()) : null;
        } catch (IOException e) {
            return null;
        }
    }

    private static int sum(ByteBuffer text) {
        var crc = new CRC32C();
        crc.update(text);
        return (int) crc.getValue();
    }
}
