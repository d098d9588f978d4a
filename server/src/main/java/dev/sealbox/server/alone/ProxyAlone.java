package dev.sealbox.server.alone;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.ledger.UseLedger;
import dev.sealbox.proxy.EgressProxy;
import dev.sealbox.proxy.ProxySettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code proxy}: runs the egress proxy alone, in the foreground until it is told to stop. */
@Command(
        name = "proxy",
        mixinStandardHelpOptions = true,
        description = "The egress proxy alone, for clients on this machine. Prints NAME=TOKEN for each name in the"
                + " file, then a line that begins with \"ready \".")
public final class ProxyAlone implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(ProxyAlone.class);
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:3128",
            description = "Where clients connect; port 0 for any free one. Default: ${DEFAULT-VALUE}.")
    private String listen = "";

    @Option(
            names = "--secrets",
            paramLabel = "FILE",
            required = true,
            description = "Lines TOKEN VALUE or NAME VALUE; TOKEN@HOST,... or NAME@HOST,... says where it may be used."
                    + " Read again when it changes.")
    private Path secrets = Path.of("");

    @Option(
            names = "--ca-out",
            paramLabel = "FILE",
            required = true,
            description = "Where the certificate is written that clients must trust; a new one at each start.")
    private Path certificate = Path.of("");

    @Option(
            names = "--allow",
            paramLabel = "HOST,...",
            split = ",",
            description = "The only hosts that may be reached. Without it: every public one.")
    private List<String> allowed = List.of();

    /** Of the policy; only the thread that starts and then the one that watches the file change it. */
    private long revision;

    @Override
    public Integer call() throws InterruptedException {
        try {
            var running = start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                running.stop();
                // By itself a signal would make it 143, but a clean stop is 0.
                Runtime.getRuntime().halt(0);
            }));
            new CountDownLatch(1).await();
            return 0;
        } catch (InvalidValue | ConfigException | CompletionException | IllegalStateException | IOException e) {
            System.err.println("sealbox: " + String.valueOf(e.getMessage()).replace('\n', ' '));
            return 1;
        }
    }

    /** The proxy with what runs it. */
    private record Running(ActorSystem<?> system, EgressProxy proxy) {
        void stop() {
            proxy.stop()
                    .toCompletableFuture()
                    .completeOnTimeout(null, 10, TimeUnit.SECONDS)
                    .join();
            system.terminate();
        }
    }

    private Running start() throws IOException {
        var watch = FileWatch.of(secrets);
        var held = new HeldSecrets(SecretsFile.read(secrets));
        var session = LocalSession.of(HostPattern.parseAll(Objects.requireNonNullElse(allowed, List.<String>of())));
        var config = configuration();
        var settings = ProxySettings.from(config);
        var system = ActorSystem.create(Behaviors.empty(), "sealbox-proxy", config);
        var proxy = EgressProxy.start(
                system,
                settings,
                held,
                (organization, fresh) -> CompletableFuture.completedFuture(fresh.get()),
                UseLedger.none(),
                null);
        Files.writeString(
                certificate,
                proxy.certificate(session.organization()).toCompletableFuture().join());
        admit(proxy, session, held.present());
        tell(held.present().secrets());
        OUT.println("ready http://" + settings.listen().address() + ":"
                + proxy.ports().proxy());
        watch.tell(() -> reload(proxy, session, held));
        return new Running(system, proxy);
    }

    private void admit(EgressProxy proxy, LocalSession session, SecretsFile file) throws IOException {
        var policy = session.policy(file.secrets(), ++revision);
        for (var address : session.addresses()) {
            proxy.admit(address, policy).toCompletableFuture().join();
        }
    }

    /** A file that cannot be used changes nothing: what was read before goes on. */
    private void reload(EgressProxy proxy, LocalSession session, HeldSecrets held) {
        try {
            var former = held.present();
            var next = SecretsFile.read(secrets).after(former);
            held.replace(next);
            admit(proxy, session, next);
            former.wipe();
            tell(next.secrets());
            OUT.println("reloaded " + next.secrets().size() + " secrets");
        } catch (InvalidValue | CompletionException | IOException e) {
            log.atWarn().log("the secrets stay as they were: {}", e.getMessage());
        }
    }

    private static void tell(List<LocalSecret> secrets) {
        secrets.stream().filter(LocalSecret::made).forEach(made -> OUT.println(made.name() + "=" + made.token()));
    }

    private Config configuration() {
        int colon = listen.lastIndexOf(':');
        if (colon < 1 || !listen.substring(colon + 1).matches("[0-9]{1,5}")) {
            throw new InvalidValue("--listen is HOST:PORT");
        }
        var host = listen.substring(0, colon).replaceAll("^\\[|]$", "");
        return ConfigFactory.parseResources("proxy-alone.conf")
                .withValue("sealbox.proxy.listen.address", ConfigValueFactory.fromAnyRef(host))
                .withValue(
                        "sealbox.proxy.listen.proxy-port",
                        ConfigValueFactory.fromAnyRef(Integer.valueOf(listen.substring(colon + 1))))
                .withFallback(ConfigFactory.load());
    }
}
