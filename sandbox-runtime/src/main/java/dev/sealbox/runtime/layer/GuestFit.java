package dev.sealbox.runtime.layer;

import dev.sealbox.domain.sandbox.Environment;
import dev.sealbox.runtime.layer.TreeWriter.Owned;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** What a sandbox needs in a root file system that was not made for one: its user, his home, a place for files of ours. */
final class GuestFit {
    static final int USER = 1000;
    private static final String NAME = "sandbox";
    private static final String ROOT_USER = "root:x:0:0:root:/root:/bin/sh\n";
    private static final String ROOT_GROUP = "root:x:0:\n";
    private static final String RIGHTS = "etc/sudoers.d";
    private static final int STICKY = 01777;

    /** What is mounted, and where its user is noted, for which no link may stand in. */
    private static final List<String> OWN = List.of("dev", "etc", "proc", "sys");

    /** As in the template "base"; by number, since the image may have called the user otherwise. */
    private static final String SUDO = """
            #1000 ALL=(ALL:ALL) NOPASSWD: SETENV: ALL
            Defaults:#1000 env_keep += "HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy"
            Defaults:#1000 env_keep += "SSL_CERT_FILE CURL_CA_BUNDLE REQUESTS_CA_BUNDLE GIT_SSL_CAINFO PIP_CERT"
            Defaults:#1000 env_keep += "CARGO_HTTP_CAINFO AWS_CA_BUNDLE DENO_CERT NODE_EXTRA_CA_CERTS JAVA_TOOL_OPTIONS"
            """;

    private final RootTree tree;
    private final int root;

    /** @param root the host's user id that root of a sandbox is */
    GuestFit(RootTree tree, int root) {
        this.tree = tree;
        this.root = root;
    }

    /** @param directory where commands start */
    void apply(String directory) throws IOException {
        for (var folder : OWN) {
            if (tree.hasLink(folder)) {
                throw RefusedFiles.unsafe(folder, "is a link, where a sandbox has a folder");
            }
        }
        Stream.concat(OWN.stream(), Stream.of("home", "root")).forEach(folder -> tree.ensure(folder, 0755, 0));
        tree.ensure("tmp", STICKY, 0);
        put(
                RootTree.USERS,
                with(text(RootTree.USERS, ROOT_USER), NAME + ":x:1000:1000::" + Environment.HOME + ":/bin/sh"),
                0644);
        put(RootTree.GROUPS, with(text(RootTree.GROUPS, ROOT_GROUP), NAME + ":x:1000:"), 0644);
        tree.ensure(EntryName.checked(Environment.HOME.substring(1)), 0755, USER);
        tree.ensure(EntryName.checked(directory.replaceFirst("^/+", "")), 0755, USER);
        if (tree.hasFolder(RIGHTS)) {
            put(RIGHTS + "/" + NAME, SUDO, 0440);
        }
    }

    private String text(String path, String otherwise) {
        return tree.content(path)
                .map(bytes -> new String(bytes, StandardCharsets.ISO_8859_1))
                .orElse(otherwise);
    }

    /** Unless there is a line with this number or this name. */
    static String with(String lines, String line) {
        var parts = line.split(":", -1);
        var there = lines.lines()
                .map(each -> each.split(":", -1))
                .anyMatch(each -> each[0].equals(parts[0]) || (each.length > 2 && each[2].equals(parts[2])));
        return there ? lines : (lines.isEmpty() || lines.endsWith("\n") ? lines : lines + "\n") + line + "\n";
    }

    private void put(String path, String text, int mode) throws IOException {
        tree.file(
                path,
                new Owned(mode, root, root, 0),
                new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
    }
}
