package dev.sealbox.domain.egress;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Hosts that are there to hand on what they are sent: they fetch any address, answer with the request, collect requests for
 * whoever asks, keep pastes, or lead to somebody's own machine. A list that permits one permits nearly all hosts. The list
 * here cannot be complete; it names what is known and used most.
 */
public final class Reflectors {
    /** Each stands for itself and all names below it. */
    private static final List<String> KNOWN = List.of(
            // Answer with the request.
            "httpbin.org",
            "httpbingo.org",
            "httpbun.com",
            "postman-echo.com",
            "echo.free.beeceptor.com",
            "reqres.in",
            // Show what they were sent to whoever asks.
            "webhook.site",
            "requestbin.com",
            "requestbin.net",
            "pipedream.net",
            "requestcatcher.com",
            "beeceptor.com",
            "hookbin.com",
            "interactsh.com",
            "oast.fun",
            "oast.live",
            "oast.me",
            "oast.online",
            "oast.pro",
            "oast.site",
            "burpcollaborator.net",
            "oastify.com",
            "dnslog.cn",
            "canarytokens.com",
            // Fetch any address.
            "allorigins.win",
            "corsproxy.io",
            "cors-anywhere.herokuapp.com",
            "thingproxy.freeboard.io",
            "r.jina.ai",
            "translate.goog",
            "translate.google.com",
            "12ft.io",
            "web.archive.org",
            "images.weserv.nl",
            // Keep what they are sent, for anybody.
            "pastebin.com",
            "paste.ee",
            "dpaste.com",
            "dpaste.org",
            "hastebin.com",
            "paste.rs",
            "ix.io",
            "termbin.com",
            "0x0.st",
            "transfer.sh",
            "file.io",
            "bashupload.com",
            "catbox.moe",
            "gofile.io",
            "ghostbin.com",
            // Lead to somebody's own machine.
            "ngrok.io",
            "ngrok.app",
            "ngrok.dev",
            "ngrok-free.app",
            "ngrok-free.dev",
            "trycloudflare.com",
            "loca.lt",
            "localhost.run",
            "lhr.life",
            "serveo.net",
            "bore.pub",
            "pagekite.me");

    private Reflectors() {}

    /** What to say to somebody who permits these hosts; empty where there is nothing. A star alone is a matter of its own. */
    public static Optional<String> warning(List<HostPattern> patterns) {
        var found = patterns.stream().flatMap(Reflectors::among).distinct().collect(Collectors.joining(", "));
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(found + " may hand on to anybody what a sandbox sends there");
    }

    private static Stream<String> among(HostPattern pattern) {
        var host = switch (pattern) {
            case HostPattern.Any any -> "";
            case HostPattern.Exactly(var one) -> one.value();
            case HostPattern.Below(var parent) -> parent.value();
        };
        boolean known = KNOWN.stream().anyMatch(each -> host.equals(each) || host.endsWith("." + each));
        return known ? Stream.of(pattern.toString()) : Stream.empty();
    }
}
