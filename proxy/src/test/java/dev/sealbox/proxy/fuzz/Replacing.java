package dev.sealbox.proxy.fuzz;

import dev.sealbox.proxy.match.Patterns;
import dev.sealbox.proxy.match.Replacer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The replacer does what a naive search does, however its input is cut, and whatever is let go early. */
final class Replacing implements Property {
    private static final String ALPHABET = "aaabc";

    @Override
    public void check(Choices choices) {
        var rules = rules(choices);
        var text = text(choices, rules);
        var patterns = new Patterns(rules.entrySet().stream()
                .map(rule -> new Patterns.Entry(latin1(rule.getKey()), latin1(rule.getValue())))
                .toList());
        var early = new ArrayList<Integer>();
        var out = new StringBuilder();
        var replacer = new Replacer(patterns, ByteBufAllocator.DEFAULT);
        int fed = 0;
        for (var piece : choices.cut(latin1(text))) {
            fed += piece.readableBytes();
            out.append(taken(replacer.feed(piece)));
            if (replacer.mayRelease() && choices.flip()) {
                out.append(taken(replacer.releaseHeld()));
                early.add(fed);
            }
        }
        out.append(taken(replacer.end()));
        replacer.close();
        Property.same(expected(rules, text, early), out.toString(), rules + " in " + text + ", early at " + early);
    }

    private static Map<String, String> rules(Choices choices) {
        var rules = new TreeMap<String, String>();
        for (int left = choices.below(8); left >= 0; left--) {
            var pattern = choices.oneIn(3)
                    ? "osb_sealed_" + choices.text("01", 1, 4)
                    : choices.text(ALPHABET, 2, 2 + choices.below(30));
            rules.put(pattern, choices.oneIn(4) ? choices.text(ALPHABET, 0, 5) : "<" + left + ">");
        }
        return rules;
    }

    private static String text(Choices choices, Map<String, String> rules) {
        var patterns = List.copyOf(rules.keySet());
        var text = new StringBuilder();
        for (int left = choices.below(40); left > 0; left--) {
            var pattern = choices.of(patterns);
            switch (choices.below(4)) {
                case 0 -> text.append(pattern);
                case 1 -> text.append(pattern, 0, choices.below(pattern.length()));
                case 2 -> text.append(pattern.substring(choices.below(pattern.length())));
                default -> text.append(choices.text(ALPHABET + "_", 0, 8));
            }
        }
        return text.toString();
    }

    /** @param early up to where everything had been let go at some moment */
    private static String expected(Map<String, String> rules, String text, List<Integer> early) {
        var out = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            var best = "";
            for (var pattern : rules.keySet()) {
                best = pattern.length() > best.length() && text.startsWith(pattern, at) ? pattern : best;
            }
            int start = at;
            int end = at + best.length();
            int gone = early.stream()
                    .filter(moment -> start < moment && moment < end)
                    .max(Integer::compare)
                    .orElse(start);
            out.append(text, start, gone)
                    .append(best.isEmpty() ? text.substring(at, at + 1) : rules.getOrDefault(best, ""));
            at += Math.max(1, best.length());
        }
        return out.toString();
    }

    static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String taken(ByteBuf bytes) {
        var text = bytes.toString(StandardCharsets.ISO_8859_1);
        bytes.release();
        return text;
    }
}
