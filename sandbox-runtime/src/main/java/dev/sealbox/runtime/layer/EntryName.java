package dev.sealbox.runtime.layer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The name of an entry as a path below the tree's root, {@code .} for the root itself. */
final class EntryName {
    /** What a decoder puts where bytes are not UTF-8. */
    private static final char UNREADABLE = '\uFFFD';

    /** Linux' PATH_MAX, in bytes, with the zero at the end. */
    static final int LONGEST = 4096;

    private EntryName() {}

    /** Refuses every name that could lead elsewhere than down. */
    static String checked(String name) {
        if (name.length() >= LONGEST || name.getBytes(StandardCharsets.UTF_8).length >= LONGEST) {
            throw RefusedFiles.unsafe(name, "has a name of more than " + (LONGEST - 1) + " bytes");
        }
        if (name.startsWith("/")) {
            throw RefusedFiles.unsafe(name, "has an absolute name");
        }
        if (name.indexOf('\0') >= 0 || name.indexOf(UNREADABLE) >= 0) {
            throw RefusedFiles.unsafe(name, "has a name that is not UTF-8 without zeros");
        }
        var parts = new ArrayList<String>();
        for (var part : name.split("/", -1)) {
            if (part.equals("..")) {
                throw RefusedFiles.unsafe(name, "has a name that leads out of the archive");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return parts.isEmpty() ? "." : String.join("/", parts);
    }

    /** The folder that a checked name is in. */
    static String parent(String path) {
        var slash = path.lastIndexOf('/');
        return slash < 0 ? "." : path.substring(0, slash);
    }

    /** A name in a folder. */
    static String in(String folder, String last) {
        return folder.equals(".") ? last : folder + "/" + last;
    }

    static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The folders above a checked name, the highest first, without the root. */
    static List<String> above(String path) {
        var folders = new ArrayList<String>();
        for (var slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            folders.add(path.substring(0, slash));
        }
        return folders;
    }
}
