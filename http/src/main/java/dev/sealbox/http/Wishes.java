package dev.sealbox.http;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.Texts;
import dev.sealbox.domain.checkpoint.NewFork;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.placement.OnHostLoss;
import dev.sealbox.domain.placement.Siting;
import dev.sealbox.domain.preview.PreviewToken;
import dev.sealbox.domain.sandbox.ContainerRuntime;
import dev.sealbox.domain.sandbox.Environment;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.NewSandbox;
import dev.sealbox.domain.sandbox.Template;
import dev.sealbox.domain.sandbox.Tier;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads what a person wants a sandbox or a fork to be. */
final class Wishes {
    private static final int MAX_MEMORY = 16_384;

    private Wishes() {}

    /** {@code guard} is the token that visitors of its ports are to need. */
    static NewSandbox sandbox(JsonBody body, Optional<PreviewToken> guard) {
        return new NewSandbox(
                template(body),
                store(body),
                limits(body),
                timeout(body),
                Environment.checked(body.texts("envs")),
                metadata(body),
                guard.map(PreviewToken::hash),
                siting(body));
    }

    /** What starts from an image or snapshot may have any memory between the smallest and the largest. */
    private static Limits limits(JsonBody body) {
        var cpuCount = size(body, "cpuCount");
        var memory = size(body, "memoryMB");
        var stands = body.has("image") || body.nonEmptyText("snapshot").isPresent();
        return stands && cpuCount.isEmpty() && memory.isPresent()
                ? Tier.around(memory.get(), size(body, "diskMB"))
                : Tier.choose(cpuCount, memory, size(body, "diskMB"));
    }

    /** {@code within} as in {@link NewFork}. */
    static NewFork fork(JsonBody body, Optional<Set<StoreName>> within) {
        return new NewFork(
                store(body),
                timeout(body),
                Environment.checked(body.texts("envs")),
                metadata(body),
                size(body, "memoryMB").map(wanted -> Math.clamp(wanted, 1, MAX_MEMORY)),
                within,
                siting(body),
                runtime(body));
    }

    /** A runtime that is asked for by its own field wins over the one that a template's name says. */
    private static String template(JsonBody body) {
        var name = Texts.label("templateID", body.nonEmptyText("templateID").orElse(Template.BASE), 128);
        return Template.of(name).on(runtime(body)).name();
    }

    private static Optional<ContainerRuntime> runtime(JsonBody body) {
        return body.nonEmptyText("runtime").map(ContainerRuntime::of);
    }

    private static Siting siting(JsonBody body) {
        return new Siting(
                body.texts("hostLabels"),
                body.nonEmptyText("onHostLoss").map(OnHostLoss::of).orElse(OnHostLoss.FAIL));
    }

    /** The name of what is asked for and cannot be had yet. */
    static Optional<String> unsupported(JsonBody body) {
        // Ignoring this one would give a network to what was to have none.
        return body.optionalFlag("networkEnabled").orElse(true)
                ? Optional.empty()
                : Optional.of("a sandbox without network");
    }

    private static Optional<StoreName> store(JsonBody body) {
        return body.nonEmptyText("secretStore").map(StoreName::new);
    }

    /** 0 counts as missing: some clients send it for what was not chosen. */
    private static Optional<Integer> size(JsonBody body, String field) {
        return body.optionalInt(field).filter(size -> size != 0);
    }

    private static int timeout(JsonBody body) {
        return Math.max(0, body.optionalInt("timeout").orElse(0));
    }

    private static Map<String, String> metadata(JsonBody body) {
        var metadata = body.texts("metadata");
        metadata.forEach((key, value) -> {
            if (key.chars().anyMatch(Character::isISOControl) || value.indexOf('\0') >= 0) {
                throw new InvalidValue("metadata holds a control character");
            }
        });
        return metadata;
    }
}
