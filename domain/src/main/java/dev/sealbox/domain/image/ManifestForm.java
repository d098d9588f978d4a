package dev.sealbox.domain.image;

import dev.sealbox.domain.image.ImageStep.AddDir;
import dev.sealbox.domain.image.ImageStep.AddFile;
import dev.sealbox.domain.image.ImageStep.AptInstall;
import dev.sealbox.domain.image.ImageStep.PipInstall;
import dev.sealbox.domain.image.ImageStep.RunCommands;
import dev.sealbox.domain.image.ImageStep.SetEnv;
import dev.sealbox.domain.image.ImageStep.SetWorkdir;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A manifest as JSON, as JavaScript's {@code JSON.stringify} writes what the TypeScript SDK builds: keys in the SDK's
 * order, variables in theirs, no spaces, nothing escaped that need not be. Written in pieces, since files may be large.
 */
final class ManifestForm {
    /** What stands for a file's bytes. */
    private enum Contents {
        WHOLE,
        DIGEST,
        NOTHING
    }

    private final Consumer<String> out;
    private final Contents contents;

    private ManifestForm(Consumer<String> out, Contents contents) {
        this.out = out;
        this.contents = contents;
    }

    static ImageHash hash(List<ImageStep> steps) {
        var digest = sha256();
        new ManifestForm(text -> digest.update(text.getBytes(StandardCharsets.UTF_8)), Contents.WHOLE).write(steps);
        return new ImageHash(HexFormat.of().formatHex(digest.digest()));
    }

    static String outline(List<ImageStep> steps) {
        var text = new StringBuilder();
        new ManifestForm(text::append, Contents.DIGEST).write(steps);
        return text.toString();
    }

    /** Characters of all but the files. */
    static int length(List<ImageStep> steps) {
        var length = new AtomicInteger();
        new ManifestForm(text -> length.addAndGet(text.length()), Contents.NOTHING).write(steps);
        return length.get();
    }

    private void write(List<ImageStep> steps) {
        out.accept("{\"base\":\"" + ImageManifest.BASE + "\",\"steps\":");
        list(steps, this::step);
        out.accept("}");
    }

    private void step(ImageStep step) {
        out.accept("{\"type\":\"" + step.type() + "\",\"args\":{");
        switch (step) {
            case AptInstall(var packages) -> texts("packages", packages);
            case PipInstall(var packages) -> texts("packages", packages);
            case RunCommands(var commands) -> texts("commands", commands);
            case SetEnv(var vars) -> vars(vars);
            case SetWorkdir(var path) -> field("path", path);
            case AddFile(var path, var content) -> {
                field("path", path);
                out.accept(",");
                content(content);
                out.accept(",\"encoding\":\"base64\"");
            }
            case AddDir(var path, var files) -> {
                field("path", path);
                out.accept(",\"files\":");
                list(files, this::entry);
            }
        }
        out.accept("}}");
    }

    private void entry(AddDir.Entry file) {
        out.accept("{");
        field("relativePath", file.relativePath());
        out.accept(",");
        content(file.content());
        out.accept("}");
    }

    private void content(FileContent content) {
        switch (contents) {
            case WHOLE -> {
                // Of the alphabet of base64, nothing is escaped.
                out.accept("\"content\":\"");
                out.accept(content.base64());
                out.accept("\"");
            }
            case DIGEST -> out.accept("\"size\":" + content.size() + ",\"sha256\":\"" + sha256(content) + "\"");
            case NOTHING -> out.accept("\"content\":\"\"");
        }
    }

    private void texts(String name, List<String> texts) {
        out.accept("\"" + name + "\":");
        list(texts, this::text);
    }

    private void vars(Map<String, String> vars) {
        out.accept("\"vars\":{");
        var separator = "";
        for (var variable : vars.entrySet()) {
            out.accept(separator);
            field(variable.getKey(), variable.getValue());
            separator = ",";
        }
        out.accept("}");
    }

    private void field(String name, String value) {
        text(name);
        out.accept(":");
        text(value);
    }

    private <T> void list(List<T> elements, Consumer<T> element) {
        out.accept("[");
        for (var i = 0; i < elements.size(); i++) {
            out.accept(i == 0 ? "" : ",");
            element.accept(elements.get(i));
        }
        out.accept("]");
    }

    private void text(String text) {
        var quoted = new StringBuilder(text.length() + 2).append('"');
        text.chars().forEach(c -> quoted.append(escaped((char) c)));
        out.accept(quoted.append('"').toString());
    }

    private static String escaped(char c) {
        return switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> c < ' ' ? "\\u%04x".formatted((int) c) : String.valueOf(c);
        };
    }

    private static String sha256(FileContent content) {
        var digest = sha256();
        try (var bytes = content.open()) {
            var chunk = new byte[8192];
            for (var length = bytes.read(chunk); length >= 0; length = bytes.read(chunk)) {
                digest.update(chunk, 0, length);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
