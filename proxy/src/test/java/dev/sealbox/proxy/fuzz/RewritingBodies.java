package dev.sealbox.proxy.fuzz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sealbox.proxy.rewrite.RequestRewriter;
import dev.sealbox.proxy.rewrite.SinkHeaders;
import io.netty.buffer.ByteBufAllocator;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** What a body means, decoded by another hand, is what the original means with values in the place of tokens. */
final class RewritingBodies implements Property {
    /** What JSON, forms and multipart bodies must write in some other way. */
    static final String NASTY = "ab\"\\/&=+% \t\r\n\u0001\u001f-;:{}[]<>'\u00e9\u20ac";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final RequestRewriter REWRITER = new RequestRewriter(new SinkHeaders(List.of()));

    @Override
    public void check(Choices choices) {
        var held = Held.some(choices, NASTY, 1, 40);
        switch (choices.below(4)) {
            case 0 -> json(choices, held);
            case 1 -> form(choices, held);
            case 2 -> multipart(choices, held);
            default -> plain(choices, held);
        }
        held.session.release();
    }

    private static String sent(Choices choices, Held held, String type, String body) {
        var transformer = REWRITER.body(type, held.substitutions(), ByteBufAllocator.DEFAULT);
        return Held.utf8(Held.through(transformer, choices.cut(Held.utf8(body))));
    }

    private static void plain(Choices choices, Held held) {
        var body = held.sprinkled(choices, NASTY, 10);
        Property.same(held.revealed(body, value -> value), sent(choices, held, "text/plain", body), body);
    }

    private static void json(Choices choices, Held held) {
        var type = choices.of(List.of("application/json", "application/vnd.x+json; charset=utf-8"));
        var document = node(choices, held, 3);
        try {
            var body = (choices.flip() ? JSON.writer() : JSON.writerWithDefaultPrettyPrinter())
                    .writeValueAsString(document);
            var sent = sent(choices, held, type, body);
            Property.same(revealed(document, held), JSON.readTree(sent), body + " became " + sent);
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON any more: " + e.getOriginalMessage(), e);
        }
    }

    private static JsonNode node(Choices choices, Held held, int depth) {
        var make = JsonNodeFactory.instance;
        return switch (choices.below(depth == 0 ? 2 : 4)) {
            case 0 -> make.textNode(held.sprinkled(choices, NASTY, 4));
            case 1 -> make.numberNode(choices.below(1000));
            case 2 -> {
                var list = make.arrayNode();
                for (int left = choices.below(4); left > 0; left--) {
                    list.add(node(choices, held, depth - 1));
                }
                yield list;
            }
            default -> {
                var object = make.objectNode();
                for (int left = choices.below(4); left > 0; left--) {
                    object.set(left + held.sprinkled(choices, NASTY, 1), node(choices, held, depth - 1));
                }
                yield object;
            }
        };
    }

    private static JsonNode revealed(JsonNode node, Held held) {
        var make = JsonNodeFactory.instance;
        if (node.isTextual()) {
            return make.textNode(held.revealed(node.asText(), value -> value));
        } else if (node.isArray()) {
            var list = make.arrayNode();
            node.forEach(element -> list.add(revealed(element, held)));
            return list;
        } else if (node.isObject()) {
            var object = make.objectNode();
            node.properties()
                    .forEach(field -> object.set(
                            held.revealed(field.getKey(), value -> value), revealed(field.getValue(), held)));
            return object;
        }
        return node;
    }

    private static void form(Choices choices, Held held) {
        var pairs = new ArrayList<String>();
        for (int left = 1 + choices.below(4); left > 0; left--) {
            pairs.add(held.sprinkled(choices, NASTY, 3));
        }
        var body = "k="
                + String.join(
                        "&k=", pairs.stream().map(RewritingBodies::encoded).toList());
        var sent = sent(choices, held, "application/x-www-form-urlencoded", body);
        var decoded = Stream.of(sent.split("&", -1))
                .map(pair -> URLDecoder.decode(pair.substring(2), StandardCharsets.UTF_8))
                .toList();
        Property.same(
                pairs.stream().map(pair -> held.revealed(pair, value -> value)).toList(), decoded, body);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Written part by part beside what it should become, so that nothing must be read back. */
    private static void multipart(Choices choices, Held held) {
        var boundary = choices.oneIn(5) ? choices.of(held.tokens) : "b" + choices.text("ab-", 0, 20) + "c";
        var body = new StringBuilder(choices.flip() ? "a preamble\r\n" : "");
        var expected = new StringBuilder(body);
        for (int left = 1 + choices.below(3); left > 0; left--) {
            part(choices, held, boundary, body, expected);
        }
        var closing = "--" + boundary + "--" + (choices.flip() ? "\r\n" + choices.of(held.tokens) : "");
        var sent = sent(choices, held, "multipart/form-data; boundary=\"" + boundary + "\"", body + closing);
        Property.same(expected + closing, sent, body + closing);
    }

    private static void part(Choices choices, Held held, String boundary, StringBuilder body, StringBuilder expected) {
        boolean json = choices.flip();
        var head = "--" + boundary + choices.of(List.of("", " ", "\t")) + "\r\nContent-Disposition: form-data; name=\""
                + choices.of(held.tokens) + "\"\r\n" + (json ? "content-TYPE:  application/json\r\n" : "") + "\r\n";
        var letters = json ? Held.LETTERS : "ab\r\n-" + Held.LETTERS;
        var content = undelimited(held.sprinkled(choices, letters, 5), boundary);
        content = choices.oneIn(4) ? content + "\r\n--" + boundary + "x" : content;
        body.append(head).append(content).append("\r\n");
        expected.append(head)
                .append(held.revealed(content, json ? RewritingBodies::quoted : UnaryOperator.identity()))
                .append("\r\n");
    }

    /** A delimiter must not come to be by chance. */
    private static String undelimited(String content, String boundary) {
        var without = content.startsWith("--") ? "z" + content : content;
        while (without.contains("\r\n--" + boundary)) {
            without = without.replace("\r\n--" + boundary, "");
        }
        return without;
    }

    private static String quoted(String value) {
        var quoted = new StringBuilder();
        value.chars()
                .forEach(c -> quoted.append(
                        c < ' ' ? "\\u%04x".formatted(c) : c == '"' || c == '\\' ? "\\" + (char) c : "" + (char) c));
        return quoted.toString();
    }
}
