package dev.sealbox.proxy.rewrite;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a value must be written where it is put. */
public enum Form {
    /** As it is. */
    RAW,
    /** In a header field: as it is, but never with CR, LF or NUL, which would end the field. */
    HEADER,
    /** Inside a JSON string. */
    JSON,
    /** In a URL's path or query: everything but unreserved characters percent-encoded. */
    PERCENT,
    /** In {@code application/x-www-form-urlencoded}: as PERCENT, but a space becomes a plus. */
    URL_ENCODED;

    /** The value in this form, a new array; null where it cannot be written so. */
    public byte @Nullable [] write(byte[] value) {
        return switch (this) {
            case RAW -> value.clone();
            case HEADER -> fitsHeader(value) ? value.clone() : null;
            case JSON -> json(value);
            case PERCENT -> percent(value, false);
            case URL_ENCODED -> percent(value, true);
        };
    }

    /** The form that a body of that media type wants. */
    public static Form ofBody(@Nullable String contentType) {
        if (contentType == null) {
            return RAW;
        }
        var type = mediaType(contentType);
        if (type.equals("application/x-www-form-urlencoded")) {
            return URL_ENCODED;
        }
        return type.endsWith("/json") || type.endsWith("+json") || type.endsWith("ndjson") || type.endsWith("/jsonl")
                ? JSON
                : RAW;
    }

    /**
     * Whether a body of that media type tells the lengths of its own parts, as gRPC messages and Protocol Buffers do: a
     * part that becomes longer or shorter would break it.
     */
    public static boolean holdsLengths(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        var type = mediaType(contentType);
        return type.startsWith("application/grpc")
                || type.startsWith("application/connect+")
                || type.endsWith("/proto")
                || type.endsWith("protobuf")
                || type.endsWith("+proto");
    }

    /** Whether a body of that media type has parts with media types of their own. */
    static boolean hasParts(String contentType) {
        return mediaType(contentType).startsWith("multipart/");
    }

    private static String mediaType(String contentType) {
        return contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    private static boolean fitsHeader(byte[] value) {
        for (byte b : value) {
            if (b == '\r' || b == '\n' || b == 0) {
                return false;
            }
        }
        return true;
    }

    private static byte[] json(byte[] value) {
        var out = new WipingOutput(value.length + 16);
        for (byte b : value) {
            if (b == '"' || b == '\\') {
                out.write('\\');
                out.write(b);
            } else if (b >= 0 && b < ' ') {
                out.writeAscii("\\u00" + HexFormat.of().toHexDigits(b));
            } else {
                out.write(b);
            }
        }
        return out.take();
    }

    private static byte[] percent(byte[] value, boolean plus) {
        var out = new WipingOutput(value.length + 16);
        for (byte b : value) {
            if (b == ' ' && plus) {
                out.write('+');
            } else if (isUnreserved(b)) {
                out.write(b);
            } else {
                out.writeAscii("%" + HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return out.take();
    }

    private static boolean isUnreserved(byte b) {
        return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || "-._~".indexOf(b) >= 0;
    }

    /** A buffer that does not leave a copy behind. */
    private static final class WipingOutput extends ByteArrayOutputStream {
        WipingOutput(int size) {
            super(size);
        }

        void writeAscii(String text) {
            writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        }

        byte[] take() {
            var bytes = toByteArray();
            Arrays.fill(buf, (byte) 0);
            return bytes;
        }
    }
}
