package dev.sealbox.runtime.layer;

import java.util.ArrayDeque;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Which folders and links there are in a tree that is being made. Not thread-safe. */
final class KnownPaths {
    /** As the kernel does (MAXSYMLINKS). */
    private static final int MOST_LINKS = 40;

    private static final Optional<String> FOLDER = Optional.empty();

    private final NameRoom room;

    /** What a link says, or nothing of a folder, by its path. */
    private final NavigableMap<String, Optional<String>> paths = new TreeMap<>();

    KnownPaths(NameRoom room) {
        this.room = room;
        folder(".");
    }

    boolean isFolder(String path) {
        return FOLDER.equals(paths.get(path));
    }

    boolean isLink(String path) {
        return target(path).isPresent();
    }

    private Optional<String> target(String path) {
        return paths.getOrDefault(path, FOLDER);
    }

    void folder(String path) {
        put(path, FOLDER);
    }

    void link(String path, String target) {
        put(path, Optional.of(target));
    }

    private void put(String path, Optional<String> what) {
        forget(path);
        room.take(path);
        what.ifPresent(room::take);
        paths.put(path, what);
    }

    /** Something else is there now, or nothing. */
    void forget(String path) {
        if (paths.containsKey(path)) {
            room.giveBack(path);
            target(path).ifPresent(room::giveBack);
            paths.remove(path);
        }
    }

    /** The same for all below a folder. */
    void forgetBelow(String folder) {
        var below = folder.equals(".")
                ? paths
                // The character after the slash ends it.
                : paths.subMap(folder + "/", true, folder + "0", false);
        List.copyOf(below.keySet()).stream().filter(path -> !path.equals(".")).forEach(this::forget);
    }

    /** Where a path leads in this tree, through links as a sandbox would follow them. */
    String resolved(String path) {
        var left = new ArrayDeque<>(List.of(path.split("/")));
        var links = 0;
        var at = ".";
        while (!left.isEmpty()) {
            var part = left.pop();
            if (part.equals("..")) {
                at = EntryName.parent(at);
            } else if (!part.isEmpty() && !part.equals(".")) {
                var next = EntryName.in(at, part);
                var target = target(next);
                if (target.isPresent() && ++links > MOST_LINKS) {
                    throw RefusedFiles.unsafe(path, "leads through more than " + MOST_LINKS + " links");
                }
                at = target.isEmpty() ? next : target.get().startsWith("/") ? "." : at;
                target.ifPresent(said -> List.of(said.split("/")).reversed().forEach(left::push));
            }
        }
        return EntryName.checked(at);
    }
}
