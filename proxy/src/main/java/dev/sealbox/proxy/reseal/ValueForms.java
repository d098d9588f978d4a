package dev.sealbox.proxy.reseal;

import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.proxy.match.Patterns;
import dev.sealbox.proxy.rewrite.Form;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The spellings in which an upstream may send a value back: as it was written into the request, as it is, JSON, percent,
 * HTML, base64 at any offset, hex.
 */
final class ValueForms {
    /** Longer values (key files) are looked for as they are and in JSON only; the others would cost too much memory. */
    private static final int MAX_SPELLED = 8 * 1024;

    /** A shorter piece of base64 or hex is found everywhere by chance. */
    private static final int MIN_SPELLED = 8;

    private ValueForms() {}

    /** All of them, the token's text in the place of each. New arrays. */
    static List<Patterns.Entry> of(byte[] value, byte[] token, SecretName name) {
        var spellings = new ArrayList<byte[]>();
        spellings.add(value.clone());
        spellings.add(json(value, false));
        spellings.add(json(value, true));
        addWritten(value, spellings);
        if (value.length <= MAX_SPELLED) {
            addEscapes(value, spellings);
            addPercent(value, spellings);
            addBase64(value, spellings);
            addHex(value, spellings);
        }
        var entries = spellings.stream()
                .map(spelling -> new Patterns.Entry(spelling, token.clone(), name))
                .toList();
        return entries;
    }

    /** An upstream that echoes the request sends what the rewriting wrote there. */
    private static void addWritten(byte[] value, List<byte[]> spellings) {
        for (var form : Form.values()) {
            var written = form.write(value);
            if (written != null && (written.length <= MAX_SPELLED || form == Form.JSON)) {
                spellings.add(written);
            }
        }
    }

    /** How JSON writers that are wary of HTML, or of all but ASCII, write a value, and how HTML writers do. */
    private static void addEscapes(byte[] value, List<byte[]> spellings) {
        var text = new String(value, StandardCharsets.UTF_8);
        if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), value)) {
            return;
        }
        var ascii = escaped(text, "", '~', HexFormat.of());
        spellings.add(ascii);
        spellings.add(
                new String(ascii, StandardCharsets.US_ASCII).replace("/", "\\/").getBytes(StandardCharsets.US_ASCII));
        spellings.add(escaped(text, "", '~', HexFormat.of().withUpperCase()));
        spellings.add(escaped(text, "<>&", Character.MAX_VALUE, HexFormat.of()));
        spellings.add(escaped(text, "<>&'\"+`", '~', HexFormat.of().withUpperCase()));
        var html = text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
        for (var apostrophe : List.of("'", "&#39;", "&#x27;")) {
            spellings.add(html.replace("'", apostrophe).getBytes(StandardCharsets.UTF_8));
        }
    }

    /** A JSON string's text, with these characters and those after {@code last} escaped by their number. */
    private static byte[] escaped(String text, String wary, char last, HexFormat hex) {
        var out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ' || c > last || wary.indexOf(c) >= 0) {
                        out.append("\\u").append(hex.toHexDigits(c));
                    } else {
                        out.append(c == '"' || c == '\\' ? "\\" : "").append(c);
                    }
                }
            }
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void addHex(byte[] value, List<byte[]> spellings) {
        if (value.length * 2 >= MIN_SPELLED) {
            spellings.add(HexFormat.of().formatHex(value).getBytes(StandardCharsets.US_ASCII));
            spellings.add(HexFormat.of().withUpperCase().formatHex(value).getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static void addPercent(byte[] value, List<byte[]> spellings) {
        for (var hex : List.of(HexFormat.of().withUpperCase(), HexFormat.of())) {
            spellings.add(percent(value, hex, "-._~", null));
            spellings.add(percent(value, hex, "-._*", "+"));
            spellings.add(percent(value, hex, "-._~!*'()", null));
            spellings.add(percent(value, hex, "-._~!$&'()*+,;=:@/?", null));
        }
    }

    private static byte[] percent(byte[] value, HexFormat hex, String kept, @Nullable String space) {
        var out = new ByteArrayOutputStream(value.length + 16);
        for (byte b : value) {
            char c = (char) (b & 0xff);
            if (c < 128 && (Character.isLetterOrDigit(c) || kept.indexOf(c) >= 0)) {
                out.write(b);
            } else if (c == ' ' && space != null) {
                out.write('+');
            } else {
                out.writeBytes(("%" + hex.toHexDigits(b)).getBytes(StandardCharsets.US_ASCII));
            }
        }
        return out.toByteArray();
    }

    private static byte[] json(byte[] value, boolean slashes) {
        var out = new ByteArrayOutputStream(value.length + 16);
        for (byte b : value) {
            switch (b) {
                case '"', '\\' -> out.writeBytes(new byte[] {'\\', b});
                case '/' -> out.writeBytes(slashes ? new byte[] {'\\', b} : new byte[] {b});
                case '\n' -> out.writeBytes(new byte[] {'\\', 'n'});
                case '\r' -> out.writeBytes(new byte[] {'\\', 'r'});
                case '\t' -> out.writeBytes(new byte[] {'\\', 't'});
                default -> out.write(b);
            }
        }
        return out.toByteArray();
    }

    /**
     * The middle of the value's base64, which is the same whatever stands before and after it, at each of the three
     * offsets that it can have in a longer text, such as {@code user:value}; in the alphabets of MIME and of URLs.
     */
    private static void addBase64(byte[] value, List<byte[]> spellings) {
        for (int before = 0; before < 3; before++) {
            var padded = new byte[before + value.length];
            System.arraycopy(value, 0, padded, before, value.length);
            int from = (before * 8 + 5) / 6;
            int end = padded.length * 8 / 6;
            for (var encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
                var encoded = encoder.withoutPadding().encode(padded);
                if (end - from >= MIN_SPELLED) {
                    spellings.add(Arrays.copyOfRange(encoded, from, end));
                }
            }
            Arrays.fill(padded, (byte) 0);
        }
    }
}
