package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.ledger.UseRecord.Asked;
import dev.sealbox.proxy.codec.RequestHead;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a request that was refused had asked for, whatever is wrong with it. */
final class RefusedTarget {
    private static final Pattern PORT = Pattern.compile(":[0-9]*$");

    private RefusedTarget() {}

    /**
     * Reads the head as the one who decided did.
     *
     * @param head null where none could be read
     * @param tunnel the host that the client has asked a tunnel to, if it has
     */
    static Asked of(@Nullable RequestHead head, @Nullable HostName tunnel) {
        var host = tunnel == null ? "" : tunnel.value();
        if (head == null) {
            return new Asked("", host, "");
        }
        var named = named(head);
        return Asked.of(head.method(), named == null ? host : normal(named), head.target());
    }

    private static @Nullable String named(RequestHead head) {
        var target = head.target();
        if (head.method().equals("CONNECT")) {
            return target;
        }
        int authority = target.startsWith("/") ? -1 : target.indexOf("://");
        if (authority < 0) {
            return head.fields().first("host");
        }
        var rest = target.substring(authority + 3);
        int end = rest.indexOf('/');
        return end < 0 ? rest : rest.substring(0, end);
    }

    private static String normal(String text) {
        var host = PORT.matcher(text).replaceFirst("");
        try {
            return HostName.parse(host).value();
        } catch (InvalidValue e) {
            return host.toLowerCase(Locale.ROOT);
        }
    }
}
