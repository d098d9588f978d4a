package dev.sealbox.proxy.fuzz;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sealbox.proxy.reseal.Resealer;
import io.netty.buffer.ByteBufAllocator;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;

/** No spelling of a value comes through, as other programs write them, and nothing else is changed. */
final class Resealing implements Property {
    private static final String NASTY = "ab019\"\\/&=+% ~<>'-._\u00e9\u20ac";
    private static final JsonMapper PLAIN = JsonMapper.builder().build();
    private static final JsonMapper ASCII =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    /** How values are spelled; what stands around them must not depend on it. */
    private static final List<UnaryOperator<String>> SPELLINGS = List.of(
            value -> value,
            value -> URLEncoder.encode(value, StandardCharsets.UTF_8),
            value -> URLEncoder.encode(value, StandardCharsets.UTF_8)
                    .replace("+", "%20")
                    .replace("*", "%2A")
                    .replace("%7E", "~"),
            value -> HexFormat.of().formatHex(Held.utf8(value)),
            value -> HexFormat.of().withUpperCase().formatHex(Held.utf8(value)),
            value -> json(PLAIN, value),
            value -> json(ASCII, value),
            value -> json(PLAIN, value).replace("/", "\\/"),
            Resealing::html);

    @Override
    public void check(Choices choices) {
        var held = Held.some(choices, NASTY, 8, 60);
        if (choices.oneIn(3)) {
            base64(choices, held);
        } else {
            spelled(choices, held);
        }
        held.session.release();
    }

    private static void spelled(Choices choices, Held held) {
        var body = new StringBuilder();
        var expected = new StringBuilder();
        for (int left = choices.below(8); left > 0; left--) {
            int which = choices.below(held.values.size());
            var around = choices.text("xyz ,!\n", 0, 12);
            boolean shown = choices.below(4) > 0;
            body.append(around)
                    .append(shown ? choices.of(SPELLINGS).apply(held.values.get(which)) : "")
                    .append("|");
            expected.append(around).append(shown ? held.tokens.get(which) : "").append("|");
        }
        Property.same(expected.toString(), resealed(choices, held, body.toString()), body.toString());
    }

    /** Where a value lies inside a longer text the letters around it tell of its first and last bytes at most. */
    private static void base64(Choices choices, Held held) {
        int which = choices.below(held.values.size());
        var before = choices.text("xyz:", 0, 7);
        var whole = Held.utf8(before + held.values.get(which) + choices.text("xyz", 0, 7));
        var encoder = choices.of(List.of(
                Base64.getEncoder(),
                Base64.getUrlEncoder(),
                Base64.getEncoder().withoutPadding(),
                Base64.getUrlEncoder().withoutPadding()));
        var encoded = encoder.encodeToString(whole);
        var resealed = resealed(choices, held, "{" + encoded + "}");
        Property.holds(resealed.contains(held.tokens.get(which)), encoded + " comes through: " + resealed);
        var parts = resealed.split(held.tokens.get(which), -1);
        int kept = parts[0].length() + parts[1].length() - 2;
        int most = (whole.length - Held.utf8(held.values.get(which)).length) * 8 / 6 + 7;
        Property.holds(parts.length == 2 && kept <= most, kept + " letters are left of " + encoded + ": " + resealed);
    }

    private static String resealed(Choices choices, Held held, String body) {
        var replacer = Resealer.of(held.session, ByteBufAllocator.DEFAULT).body();
        return Held.utf8(Held.through(replacer, choices.cut(Held.utf8(body))));
    }

    private static String json(JsonMapper mapper, String value) {
        try {
            var quoted = mapper.writeValueAsString(TextNode.valueOf(value));
            return quoted.substring(1, quoted.length() - 1);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String html(String value) {
        return value.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
