package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.sandbox.Environment;
import dev.sealbox.domain.sandbox.Run;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sealing.SealedToken;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.SandboxMessage;
import dev.sealbox.persistence.entity.SandboxReply;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Completes what a person wants run by the environment that all processes of a sandbox have. */
final class Commands {
    private final Entities entities;
    private final ServiceSettings settings;

    Commands(Entities entities, ServiceSettings settings) {
        this.entities = entities;
        this.settings = settings;
    }

    CompletionStage<Outcome<Command>> of(SandboxId id, Sandbox sandbox, Run run) {
        return entities.sandbox(id, settings.askTimeout(), SandboxMessage.ReadTokens::new)
                .thenApply(reply -> switch (reply) {
                    case SandboxReply.Shown(var tokens) -> Outcome.done(command(sandbox, tokens, run));
                    case SandboxReply.Refused(var reason) -> Outcome.refused(reason);
                    default -> throw new IllegalStateException("tokens were asked for");
                });
    }

    private static Command command(Sandbox sandbox, Map<SecretName, SealedToken> tokens, Run run) {
        return new Command(
                run.argv(),
                Environment.of(tokens, sandbox.blueprint(), run.envs()),
                run.directory().orElse(sandbox.blueprint().defaults().directory()),
                run.timeout());
    }
}
