package dev.sealbox.domain.audit;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreId;
import java.util.List;

/** One thing that has a history in the log. */
public sealed interface Subject {

    record OfStore(StoreId store) implements Subject {}

    record OfSandbox(SandboxId sandbox) implements Subject {}

    record OfCheckpoint(CheckpointId checkpoint) implements Subject {}

    record OfOrganization(OrganizationId organization) implements Subject {}

    /** All images and snapshots of an organisation. */
    record OfImages(OrganizationId organization) implements Subject {}

    /** What kind of thing it is, in the words of the journal. */
    default String type() {
        return switch (this) {
            case OfStore subject -> "secret-store";
            case OfSandbox subject -> "sandbox";
            case OfCheckpoint subject -> "checkpoint";
            case OfOrganization subject -> "organization";
            case OfImages subject -> "image-library";
        };
    }

    default String id() {
        return switch (this) {
            case OfStore(var store) -> store.toString();
            case OfSandbox(var sandbox) -> sandbox.value();
            case OfCheckpoint(var checkpoint) -> checkpoint.toString();
            case OfOrganization(var organization) -> organization.value();
            case OfImages(var organization) -> organization.value();
        };
    }

    /** How people name it: {@code sandbox:sb-…}. */
    default String name() {
        return type() + ":" + id();
    }

    /**
     * What a person may mean: {@code sb-…}, {@code TYPE:ID}, or a bare UUID, which is looked for as a store and then as a
     * checkpoint.
     *
     * @throws InvalidValue if it can be none of these
     */
    static List<Subject> parse(String text) {
        var colon = text.indexOf(':');
        if (colon < 0) {
            return text.startsWith("sb-")
                    ? List.of(new OfSandbox(new SandboxId(text)))
                    : List.of(new OfStore(StoreId.parse(text)), new OfCheckpoint(CheckpointId.parse(text)));
        }
        var id = text.substring(colon + 1);
        return List.of(
                switch (text.substring(0, colon)) {
                    case "secret-store" -> new OfStore(StoreId.parse(id));
                    case "sandbox" -> new OfSandbox(new SandboxId(id));
                    case "checkpoint" -> new OfCheckpoint(CheckpointId.parse(id));
                    case "organization" -> new OfOrganization(new OrganizationId(id));
                    case "image-library" -> new OfImages(new OrganizationId(id));
                    default ->
                        throw new InvalidValue("an entity is sb-..., a UUID, or secret-store:, sandbox:, checkpoint:,"
                                + " organization: or image-library: with an id");
                });
    }
}
