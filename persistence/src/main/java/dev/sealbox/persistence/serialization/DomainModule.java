package dev.sealbox.persistence.serialization;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.checkpoint.CheckpointCommand;
import dev.sealbox.domain.checkpoint.CheckpointRefusal;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.PathPrefix;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.image.ImageCommand;
import dev.sealbox.domain.image.ImageHash;
import dev.sealbox.domain.image.ImageRefusal;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.domain.layer.ArchiveRefusal;
import dev.sealbox.domain.organization.ApiKeyHash;
import dev.sealbox.domain.organization.KeyStanding;
import dev.sealbox.domain.organization.OrganizationCommand;
import dev.sealbox.domain.organization.OrganizationRefusal;
import dev.sealbox.domain.organization.Role;
import dev.sealbox.domain.preview.PreviewHash;
import dev.sealbox.domain.preview.PreviewPort;
import dev.sealbox.domain.preview.PreviewRefusal;
import dev.sealbox.domain.sandbox.FileRefusal;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.sealing.SealedToken;
import dev.sealbox.domain.session.SessionAction;
import dev.sealbox.domain.session.SessionId;
import dev.sealbox.domain.session.SessionRefusal;
import dev.sealbox.domain.store.StoreCommand;
import dev.sealbox.domain.store.StoreRefusal;
import dev.sealbox.domain.store.VersionLimit;
import dev.sealbox.domain.webhook.WebhookId;
import java.io.IOException;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/** How domain values are written: a value of one text or number as that, a case of a sealed type under its own name. */
public final class DomainModule extends SimpleModule {
    private static final long serialVersionUID = 1;

    public DomainModule() {
        super("sealbox-domain");
        text(OrganizationId.class, OrganizationId::value, OrganizationId::new);
        text(StoreId.class, StoreId::toString, text -> new StoreId(UUID.fromString(text)));
        text(StoreName.class, StoreName::value, StoreName::new);
        text(SecretName.class, SecretName::value, SecretName::new);
        text(KeyId.class, KeyId::toString, text -> new KeyId(UUID.fromString(text)));
        text(SealedToken.class, SealedToken::value, SealedToken::new);
        text(SandboxId.class, SandboxId::value, SandboxId::new);
        text(WebhookId.class, WebhookId::value, WebhookId::new);
        text(HostId.class, HostId::value, HostId::new);
        text(CheckpointId.class, CheckpointId::toString, text -> new CheckpointId(UUID.fromString(text)));
        text(SessionId.class, SessionId::toString, SessionId::parse);
        number(PreviewPort.class, PreviewPort::number, PreviewPort::new);
        text(PreviewHash.class, PreviewHash::hex, PreviewHash::new);
        number(VersionLimit.class, VersionLimit::versions, VersionLimit::new);
        text(ApiKeyHash.class, ApiKeyHash::hex, ApiKeyHash::new);
        text(Role.class, Role::word, Role::parse);
        text(HostName.class, HostName::value, HostName::new);
        text(Locations.class, Locations::toString, Locations::parse);
        text(ImageHash.class, ImageHash::hex, ImageHash::new);
        text(SnapshotName.class, SnapshotName::value, SnapshotName::new);
        text(HostPattern.class, HostPattern::toString, HostPattern::parse);
        text(TcpTarget.class, TcpTarget::toString, TcpTarget::parse);
        text(PathPrefix.class, PathPrefix::value, PathPrefix::new);
    }

    @Override
    public void setupModule(SetupContext context) {
        super.setupModule(context);
        named(context, StoreCommand.class, StoreCommand.class);
        named(context, SandboxCommand.class, SandboxCommand.class);
        named(context, CheckpointCommand.class, CheckpointCommand.class);
        named(context, OrganizationCommand.class, OrganizationCommand.class);
        named(context, ImageCommand.class, ImageCommand.class);
        named(context, KeyStanding.class, KeyStanding.class);
        named(context, SessionAction.class, SessionAction.class);
        named(
                context,
                Refusal.class,
                StoreRefusal.class,
                SandboxRefusal.class,
                FileRefusal.class,
                CheckpointRefusal.class,
                OrganizationRefusal.class,
                SessionRefusal.class,
                PreviewRefusal.class,
                ImageRefusal.class,
                ArchiveRefusal.class);
    }

    /** Says which case of a sealed type it is. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
    private interface Named {}

    private static void named(SetupContext context, Class<?> type, Class<?>... families) {
        context.setMixInAnnotations(type, Named.class);
        Stream.of(families)
                .flatMap(family -> Stream.of(family.getPermittedSubclasses())
                        .map(each -> new NamedType(each, family.getSimpleName() + "." + each.getSimpleName())))
                .forEach(context::registerSubtypes);
    }

    private <T> void number(Class<T> type, ToIntFunction<T> write, IntFunction<T> read) {
        addSerializer(type, new JsonSerializer<T>() {
            @Override
            public void serialize(T value, JsonGenerator json, SerializerProvider provider) throws IOException {
                json.writeNumber(write.applyAsInt(value));
            }
        });
        addDeserializer(type, new JsonDeserializer<T>() {
            @Override
            public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
                return read.apply(json.getIntValue());
            }
        });
    }

    private <T> void text(Class<T> type, Function<T, String> write, Function<String, T> read) {
        addSerializer(type, new JsonSerializer<T>() {
            @Override
            public void serialize(T value, JsonGenerator json, SerializerProvider provider) throws IOException {
                json.writeString(write.apply(value));
            }
        });
        addKeySerializer(type, new JsonSerializer<T>() {
            @Override
            public void serialize(T value, JsonGenerator json, SerializerProvider provider) throws IOException {
                json.writeFieldName(write.apply(value));
            }
        });
        addDeserializer(type, new JsonDeserializer<T>() {
            @Override
            public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
                return read.apply(json.getText());
            }
        });
        addKeyDeserializer(type, new KeyDeserializer() {
            @Override
            public Object deserializeKey(String key, DeserializationContext context) {
                return read.apply(key);
            }
        });
    }
}
