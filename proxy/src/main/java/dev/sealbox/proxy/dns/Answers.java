package dev.sealbox.proxy.dns;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.HostName;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the resolver says. Permitted names have one invented address together, since the proxy goes by the name
 * that a request carries and looks it up itself; those to which plain TCP may pass have one each. So no question of a sandbox ever reaches another name server. Pure.
 */
public final class Answers {
    private static final InetAddress LOCAL_V4 = literal("127.0.0.1");
    private static final InetAddress LOCAL_V6 = literal("::1");

    private final InetAddress address;

    /**
     * What is answered.
     *
     * @param address the sole content of the answer; null for none
     */
    public record Answer(DnsResponseCode code, @Nullable InetAddress address) {
        static final Answer EMPTY = new Answer(DnsResponseCode.NOERROR, null);
        static final Answer REFUSED = new Answer(DnsResponseCode.REFUSED, null);
    }

    /**
     * With the address to tell.
     *
     * @param address the IPv4 address that stands for every permitted name
     */
    public Answers(String address) {
        if (!NetUtil.isValidIpV4Address(address)) {
            throw new InvalidValue("not an IPv4 address: " + address);
        }
        this.address = literal(address);
    }

    /**
     * The answer to one question.
     *
     * @param policy of the sandbox that asks; null when nobody knows it
     * @param own the address of a name that may be dialled directly, which must be told apart from others
     */
    public Answer to(DnsQuestion question, @Nullable EgressPolicy policy, Function<HostName, InetAddress> own) {
        if (policy == null || question.dnsClass() != DnsQuestion.CLASS_IN) {
            return Answer.REFUSED;
        }
        HostName name;
        try {
            name = HostName.ofWire(question.name());
        } catch (InvalidValue e) {
            return Answer.REFUSED;
        }
        if (isLocal(name)) {
            return address(question, LOCAL_V4, LOCAL_V6);
        }
        boolean direct = policy.mayPass(name);
        if (name.isAddress() || !(direct || policy.mayReach(name))) {
            return Answer.REFUSED;
        }
        return address(question, direct ? own.apply(name) : address, null);
    }

    private static Answer address(DnsQuestion question, InetAddress v4, @Nullable InetAddress v6) {
        if (question.type().equals(DnsRecordType.A)) {
            return new Answer(DnsResponseCode.NOERROR, v4);
        }
        return question.type().equals(DnsRecordType.AAAA) ? new Answer(DnsResponseCode.NOERROR, v6) : Answer.EMPTY;
    }

    private static InetAddress literal(String address) {
        return NetUtil.createInetAddressFromIpAddressString(address);
    }

    private static boolean isLocal(HostName name) {
        return name.value().equals("localhost") || name.value().endsWith(".localhost");
    }
}
