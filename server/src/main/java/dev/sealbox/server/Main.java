package dev.sealbox.server;

import dev.sealbox.server.alone.ProxyAlone;
import picocli.CommandLine;

/** The command line of a node. */
@CommandLine.Command(
        name = "sealbox",
        description = "A control plane for sandboxes that use credentials they cannot read.",
        subcommands = {Serve.class, ProxyAlone.class},
        mixinStandardHelpOptions = true)
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }
}
