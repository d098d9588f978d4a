package dev.sealbox.persistence.audit;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonIgnoreType;
import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import com.fasterxml.jackson.databind.type.MapType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.sealbox.domain.checkpoint.CheckpointEvent;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.image.Build;
import dev.sealbox.domain.image.ImageEvent;
import dev.sealbox.domain.organization.ApiKeyHash;
import dev.sealbox.domain.preview.PreviewHash;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.Defaults;
import dev.sealbox.domain.sandbox.SandboxEvent;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.SealedToken;
import dev.sealbox.persistence.serialization.DomainModule;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an event says, as the log may tell it. By the types of its parts, so that it holds for events to come: of an
 * encrypted value only the key's id, of tokens only the names that they stand for, of API keys and preview tokens no hash, of variables
 * only the names.
 */
final class EventData {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModules(new Jdk8Module(), new JavaTimeModule(), new DomainModule(), new Tokens())
            .addMixIn(Encrypted.class, KeyOnly.class)
            .addMixIn(ApiKeyHash.class, Untold.class)
            .addMixIn(PreviewHash.class, Untold.class)
            .addMixIn(SandboxEvent.PortExposed.class, WithoutAuthConfig.class)
            .addMixIn(Blueprint.class, NamesOfVariables.class)
            .addMixIn(CheckpointEvent.PatchAdded.class, WithoutScript.class)
            .addMixIn(Defaults.class, NamesOfVariables.class)
            .addMixIn(ImageEvent.SnapshotRequested.class, WithoutManifest.class)
            .addMixIn(Build.class, WithoutManifest.class)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .build();

    private EventData() {}

    /** A JSON object. */
    static String of(Recorded<?> recorded) {
        try {
            return JSON.writeValueAsString(recorded.event());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an event without a form for the log", e);
        }
    }

    @JsonIncludeProperties("key")
    private interface KeyOnly {}

    /** A script may hold whatever its author wrote into it. */
    @JsonIgnoreProperties("script")
    private interface WithoutScript {}

    /** It is its owner's, who may have written anything into it. */
    @JsonIgnoreProperties("authConfig")
    private interface WithoutAuthConfig {}

    @JsonIgnoreType
    private interface Untold {}

    @SuppressWarnings("UnusedMethod") // read by Jackson
    private interface NamesOfVariables {
        @JsonSerialize(using = Names.class)
        Map<String, String> envs();
    }

    /** It holds variables and commands. */
    @JsonIgnoreProperties("outline")
    private interface WithoutManifest {}

    private static final class Names extends JsonSerializer<Map<String, String>> {
        @Override
        public void serialize(Map<String, String> variables, JsonGenerator json, SerializerProvider provider)
                throws IOException {
            json.writeObject(variables.keySet().stream().sorted().toList());
        }
    }

    /** Maps from or to tokens become lists of what is at their other end; a token alone becomes the word "sealed". */
    private static final class Tokens extends SimpleModule {
        private static final long serialVersionUID = 1;

        private Tokens() {
            super("sealbox-tokens");
            addSerializer(SealedToken.class, new JsonSerializer<SealedToken>() {
                @Override
                public void serialize(SealedToken token, JsonGenerator json, SerializerProvider provider)
                        throws IOException {
                    json.writeString("sealed");
                }
            });
            setSerializerModifier(new BeanSerializerModifier() {
                private static final long serialVersionUID = 1;

                @Override
                public JsonSerializer<?> modifyMapSerializer(
                        SerializationConfig config, MapType type, BeanDescription bean, JsonSerializer<?> usual) {
                    return type.getKeyType().hasRawClass(SealedToken.class)
                            ? new OtherEnds(false)
                            : type.getContentType().hasRawClass(SealedToken.class) ? new OtherEnds(true) : usual;
                }
            });
        }
    }

    private static final class OtherEnds extends JsonSerializer<Map<?, ?>> {
        private final boolean keys;

        private OtherEnds(boolean keys) {
            this.keys = keys;
        }

        @Override
        public void serialize(Map<?, ?> map, JsonGenerator json, SerializerProvider provider) throws IOException {
            var sorted = new TreeMap<String, Object>();
            (keys ? map.keySet() : map.values()).forEach(end -> sorted.put(end.toString(), end));
            json.writeStartArray();
            for (var end : sorted.values()) {
                provider.defaultSerializeValue(end, json);
            }
            json.writeEndArray();
        }

        @Override
        public void serializeWithType(
                Map<?, ?> map, JsonGenerator json, SerializerProvider provider, TypeSerializer type)
                throws IOException {
            serialize(map, json, provider);
        }
    }
}
