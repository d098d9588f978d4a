package dev.sealbox.client;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is to be in a sandbox from its start, step by step; each method gives a changed copy. Equal images are built once. */
public final class Image {
    private final List<Map<String, Object>> steps;

    private Image(List<Map<String, Object>> steps) {
        this.steps = steps;
    }

    /** The base template, as every sandbox has it. */
    public static Image base() {
        return new Image(List.of());
    }

    /** Installs Debian packages. */
    public Image aptInstall(String... packages) {
        return with("apt_install", Map.of("packages", List.of(packages)));
    }

    /** Installs Python packages for all users. */
    public Image pipInstall(String... packages) {
        return with("pip_install", Map.of("packages", List.of(packages)));
    }

    /** Shell commands as the sandbox's user, in one shell. */
    public Image run(String... commands) {
        return with("run", Map.of("commands", List.of(commands)));
    }

    /** A plain variable of all later commands, also in the sandboxes. */
    public Image env(String name, String value) {
        return with("env", Map.of("vars", Map.of(name, value)));
    }

    /** Makes a directory, in which all later commands start, also in the sandboxes. */
    public Image workdir(String path) {
        return with("workdir", Map.of("path", path));
    }

    public Image addFile(String path, String content) {
        return addFile(path, content.getBytes(StandardCharsets.UTF_8));
    }

    /** One that begins with {@code #!} becomes executable. */
    public Image addFile(String path, byte[] content) {
        var args = new LinkedHashMap<String, Object>();
        args.put("path", path);
        args.put("content", Base64.getEncoder().encodeToString(content));
        args.put("encoding", "base64");
        return with("add_file", args);
    }

    private Image with(String type, Map<String, Object> args) {
        var after = new ArrayList<>(steps);
        var step = new LinkedHashMap<String, Object>();
        step.put("type", type);
        step.put("args", args);
        after.add(step);
        return new Image(List.copyOf(after));
    }

    Map<String, Object> body() {
        var body = new LinkedHashMap<String, Object>();
        body.put("base", "base");
        body.put("steps", steps);
        return body;
    }

    @Override
    public String toString() {
        return "Image[" + steps.size() + " steps]";
    }
}
