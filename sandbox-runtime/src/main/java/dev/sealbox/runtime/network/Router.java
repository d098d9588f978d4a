package dev.sealbox.runtime.network;

import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Gateway;
import dev.sealbox.runtime.step.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A node's router namespace: it has the gateway's address, a wire to each sandbox, and no other way out. */
public final class Router {
    private static final String STEP = "network";
    private static final Path NAMESPACES = Path.of("/run/netns");
    private static final int RESETS = 5;
    private static final List<String> ALIVE = List.of(
            "established", "syn-sent", "syn-recv", "fin-wait-1", "fin-wait-2", "close-wait", "last-ack", "closing");
    private final String name;
    private final String guestPrefix;

    public Router(String nodeId) {
        this.name = "sealbox-" + nodeId;
        this.guestPrefix = "sandbox-" + nodeId + "-";
    }

    /** Where the proxy and the name server listen. */
    public Path namespace() {
        return NAMESPACES.resolve(name);
    }

    public Path namespaceOf(SandboxId sandbox) {
        return NAMESPACES.resolve(guestNamespace(sandbox));
    }

    /** Makes the namespace unless it is there, and sets its rules for the sandboxes that are. */
    public void open(Collection<SandboxAddress> guests) {
        if (!namespaces().contains(name)) {
            ip(List.of(), "netns add " + name + "\n");
        }
        set("""
                ipv4/ip_forward=0 ipv4/conf/all/rp_filter=1 ipv4/conf/default/rp_filter=1 \\
                ipv4/conf/all/accept_redirects=0 ipv4/conf/all/send_redirects=0 ipv4/conf/all/route_localnet=0 \\
                ipv6/conf/all/disable_ipv6=1 ipv6/conf/default/disable_ipv6=1""");
        ip(List.of("-n", name), "link set lo up\naddress replace " + Gateway.ADDRESS + "/32 dev lo\n");
        nft(RouterRules.of(guests.stream().map(this::link).toList()));
        // There once rules ask for connections. The kernel's own 2 minutes and 30 s are for a router on the internet.
        set("netfilter/nf_conntrack_tcp_timeout_time_wait=10 netfilter/nf_conntrack_udp_timeout=10");
    }

    /** Settings below {@code /proc/sys/net} that this kernel has. */
    private void set(String settings) {
        inside("sh", "-c", """
                set -e
                cd /proc/sys/net
                for setting in %s; do
                  file=${setting%%=*}
                  if [ -e $file ]; then echo ${setting#*=} > $file; fi
                done
                """.formatted(settings));
    }

    /**
     * Lays a sandbox's wire, in a network namespace of its own that is made here.
     *
     * @param asks whether the sandbox asks on the wire where the gateway is
     */
    public void connect(SandboxAddress guest, boolean asks) {
        var link = link(guest);
        ip(List.of(), link.pair());
        ip(List.of("-n", link.namespace()), link.guestEnd());
        ip(List.of("-n", name), link.routerEnd(asks));
        nft(RouterRules.admit(link));
    }

    /** Gives a sandbox's end of its wire the address again, which gVisor takes for itself when it starts. */
    public void address(SandboxAddress guest) {
        var link = link(guest);
        ip(List.of("-n", link.namespace()), link.guestEnd());
    }

    /** Takes a sandbox's wire and namespace away; done already is done. */
    public void disconnect(SandboxAddress guest) {
        var link = link(guest);
        nft(RouterRules.expel(link));
        cut(link);
        remove(link.namespace());
    }

    /** The namespace lives as long as a process in it, which may take a moment to end; its wire's name is wanted again. */
    private void cut(GuestLink link) {
        Tool.attempt(STEP, List.of("ip", "-n", name, "link", "delete", link.device()), "");
    }

    /**
     * Resets every connection of a sandbox that is alive, on both sides. Nothing in it runs meanwhile.
     *
     * @return whether none is left
     */
    public boolean reset(SandboxAddress guest) {
        for (var attempt = 0; attempt < RESETS; attempt++) {
            sockets("--kill", guest);
            if (sockets("--no-header", guest).isBlank()) {
                return true;
            }
        }
        return false;
    }

    /** Whether a connection of a sandbox has ended within the last minute, so that its own kernel may still know of it. */
    public boolean hasClosedLately(SandboxAddress guest) {
        var command = List.of(
                "nsenter",
                "--net=" + namespace(),
                "nft",
                "get",
                "element",
                "inet",
                "sealbox",
                "closing",
                "{ " + guest.ip() + " }");
        return Tool.attempt(STEP, command, "").exitCode() == 0;
    }

    /** Connections that have ended are the kernel's to remember. */
    private String sockets(String option, SandboxAddress guest) {
        var command = new ArrayList<>(
                List.of("nsenter", "--net=" + namespace(), "ss", "--tcp", "--numeric", "--no-header", option));
        for (var state : ALIVE) {
            command.addAll(List.of("state", state));
        }
        command.addAll(List.of("dst", guest.ip()));
        return Tool.run(STEP, command);
    }

    /** Removes the namespaces of this node's sandboxes but those that are to stay. */
    public void removeAllBut(Set<SandboxId> staying) {
        var kept = staying.stream().map(this::guestNamespace).collect(Collectors.toSet());
        var ours = Pattern.compile(Pattern.quote(guestPrefix) + "[0-9a-f]{16}").asMatchPredicate();
        namespaces().stream()
                .filter(ours)
                .filter(namespace -> !kept.contains(namespace))
                .forEach(this::remove);
    }

    /** Removes the namespace itself, with every wire that still ends in it. */
    public void close() {
        remove(name);
    }

    private GuestLink link(SandboxAddress guest) {
        return new GuestLink(guestNamespace(guest.sandbox()), name, guest.ip());
    }

    private String guestNamespace(SandboxId sandbox) {
        return guestPrefix + sandbox.value().substring("sb-".length());
    }

    private Set<String> namespaces() {
        return Tool.run(STEP, List.of("ip", "netns", "list"))
                .lines()
                .map(line -> line.split(" ", 2)[0])
                .collect(Collectors.toSet());
    }

    private void remove(String namespace) {
        if (Files.exists(NAMESPACES.resolve(namespace))) {
            ip(List.of(), "netns delete " + namespace + "\n");
        }
    }

    private void nft(String rules) {
        Tool.run(STEP, List.of("nsenter", "--net=" + namespace(), "nft", "-f", "-"), rules);
    }

    private void inside(String... command) {
        var entered = new ArrayList<>(List.of("nsenter", "--net=" + namespace()));
        entered.addAll(List.of(command));
        Tool.run(STEP, entered);
    }

    private static void ip(List<String> options, String batch) {
        var command = new ArrayList<>(List.of("ip"));
        command.addAll(options);
        command.addAll(List.of("-batch", "-"));
        Tool.run(STEP, command, batch);
    }
}
