package dev.sealbox.persistence.serialization;

import akka.serialization.SerializerWithStringManifest;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.sealbox.domain.identity.Recorded;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes events with their metadata, and snapshots, as JSON under the names of {@link JournalForms}. Thread-safe. */
public final class JournalSerializer extends SerializerWithStringManifest {
    /** Stored with every event: never to be changed. */
    public static final int ID = 71290;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModules(new Jdk8Module(), new JavaTimeModule(), new DomainModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .serializationInclusion(JsonInclude.Include.ALWAYS)
            .build();

    @Override
    public int identifier() {
        return ID;
    }

    @Override
    public String manifest(Object written) {
        return JournalForms.manifest(written);
    }

    @Override
    public byte[] toBinary(Object written) {
        try {
            return JSON.writeValueAsBytes(written);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + manifest(written), e);
        }
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) {
        try {
            var older = OlderForms.of(manifest);
            return older.isEmpty()
                    ? JSON.readValue(bytes, type(manifest))
                    : JSON.readValue(
                            JSON.treeAsTokens(older.get().apply((ObjectNode) JSON.readTree(bytes))), type(manifest));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + manifest, e);
        }
    }

    private static JavaType type(String manifest) {
        var types = JSON.getTypeFactory();
        return JournalForms.event(manifest)
                .map(event -> types.constructParametricType(Recorded.class, event))
                .or(() -> JournalForms.snapshot(manifest).map(types::constructType))
                .orElseThrow(() -> new IllegalArgumentException("unknown form in the journal: " + manifest));
    }
}
