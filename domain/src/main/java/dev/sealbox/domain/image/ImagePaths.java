package dev.sealbox.domain.image;

import dev.sealbox.domain.InvalidValue;
import java.util.Arrays;

/** Where files of an image may lie. They are written inside the sandbox, so this keeps mistakes out, not attackers. */
final class ImagePaths {
    private static final int LONGEST = 4095;

    private ImagePaths() {}

    static String absolute(String path) {
        if (!path.startsWith("/")) {
            throw new InvalidValue("path must be absolute");
        }
        return checked("path", path);
    }

    /** With the back-slashes that a client on Windows sends turned. */
    static String relative(String path) {
        var turned = path.replace('\\', '/');
        if (turned.startsWith("/")) {
            throw new InvalidValue("relativePath must be relative");
        }
        return checked("relativePath", turned);
    }

    private static String checked(String what, String path) {
        if (path.isBlank() || path.length() > LONGEST || path.indexOf('\0') >= 0) {
            throw new InvalidValue(what + " is empty, too long, or holds a NUL character");
        }
        if (Arrays.asList(path.split("/")).contains("..")) {
            throw new InvalidValue(what + " must not lead upwards with ..");
        }
        return path;
    }
}
