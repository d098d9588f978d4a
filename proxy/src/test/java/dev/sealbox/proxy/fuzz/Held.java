package dev.sealbox.proxy.fuzz;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.Location;
import dev.sealbox.domain.egress.Obstacle;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.egress.UseRequest;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.proxy.TestPolicy;
import dev.sealbox.proxy.TestVault;
import dev.sealbox.proxy.match.Transformer;
import dev.sealbox.proxy.rewrite.Substitutions;
import dev.sealbox.proxy.session.Session;
import dev.sealbox.proxy.session.Sessions;
import io.netty.buffer.ByteBuf;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A sandbox that holds these values, its tokens in their order. */
final class Held {
    static final String HOST = "api.example.com";
    static final InetAddress ADDRESS = NetUtil.createInetAddressFromIpAddressString("127.0.0.2");

    /** Nothing of these is written otherwise in any form but those of quotes, control characters and spaces. */
    static final String LETTERS = "abcXYZ019-._~";

    final List<String> tokens = new ArrayList<>();
    final List<String> values;
    final Sessions sessions;
    final Session session;

    Held(List<String> values) {
        this.values = values;
        var vault = new TestVault();
        var policy = new TestPolicy(vault).allow(HOST);
        for (int i = 0; i < values.size(); i++) {
            tokens.add(policy.secret("SECRET_" + i, values.get(i)).value());
        }
        sessions = new Sessions(vault);
        sessions.admit(new SandboxAddress(policy.sandbox(), ADDRESS.getHostAddress()), policy.next())
                .toCompletableFuture()
                .join();
        var admission = sessions.at(ADDRESS);
        var present = admission == null ? null : admission.hold();
        if (present == null) {
            throw new IllegalStateException("the sandbox was not admitted");
        }
        session = present;
    }

    /** One to three values of these letters; none is in another. */
    static Held some(Choices choices, String letters, int least, int most) {
        var values = new ArrayList<String>();
        int number = 1 + choices.below(3);
        for (int i = 0; i < number; i++) {
            values.add(i + choices.text(letters, least - 1, most - 1));
        }
        return new Held(values.stream()
                .filter(value -> values.stream().noneMatch(other -> !other.equals(value) && value.contains(other)))
                .toList());
    }

    /** Whoever is told does not mind; what only looks like a token goes on. */
    private static final class Unheard implements Substitutions.Found {
        @Override
        public void carries(SecretName name, Location location) {}

        @Override
        public void unusable(SecretName name, Location location, Obstacle obstacle) {}

        @Override
        public void maimed() {}

        @Override
        public void unknown() {}
    }

    Substitutions substitutions() {
        return Substitutions.at(
                session, new UseRequest(HostName.parse(HOST), 443, "POST", "/", false), null, 1000, new Unheard());
    }

    /** With values, written so, in the place of tokens. */
    String revealed(String text, UnaryOperator<String> written) {
        return Pattern.compile(String.join("|", tokens))
                .matcher(text)
                .replaceAll(
                        found -> Matcher.quoteReplacement(written.apply(values.get(tokens.indexOf(found.group())))));
    }

    /** A text with tokens, pieces of tokens and letters. */
    String sprinkled(Choices choices, String letters, int mostPieces) {
        var text = new StringBuilder();
        for (int left = choices.below(mostPieces + 1); left > 0; left--) {
            var token = choices.of(tokens);
            switch (choices.below(6)) {
                case 0, 1 -> text.append(token);
                case 2 -> text.append(token, 0, choices.below(token.length()));
                case 3 -> text.append("osb_sealed_");
                default -> text.append(choices.text(letters, 0, 30));
            }
        }
        return text.toString();
    }

    /** What a transformer makes of these pieces, in UTF-8. */
    static byte[] through(Transformer transformer, List<ByteBuf> pieces) {
        var out = io.netty.buffer.Unpooled.buffer();
        try {
            for (var piece : pieces) {
                append(out, transformer.feed(piece));
            }
            append(out, transformer.end());
            return io.netty.buffer.ByteBufUtil.getBytes(out);
        } finally {
            transformer.close();
        }
    }

    private static void append(ByteBuf out, ByteBuf more) {
        out.writeBytes(more);
        more.release();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
