package dev.sealbox.demo.story;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The real values of one run, different in each: what no sandbox, log or database may ever hold.
 *
 * @param git opens the git server
 * @param api the key of an API
 * @param newApi what replaces {@code api}
 * @param teamGit another team's key of the git server
 * @param teamApi another team's key of the API
 */
public record Values(String git, String api, String newApi, String teamGit, String teamApi) {

    /** What each value looks like; lets a sandbox search for them without being told one. */
    public static final String FORM = "real-[a-z]+-[0-9a-f]{32}";

    public static Values random() {
        return new Values(value("git"), value("api"), value("newapi"), value("teamgit"), value("teamapi"));
    }

    private static String value(String what) {
        var bits = new byte[16];
        new SecureRandom().nextBytes(bits);
        return "real-" + what + "-" + HexFormat.of().formatHex(bits);
    }

    public List<String> all() {
        return List.of(git, api, newApi, teamGit, teamApi);
    }

    /** Whether {@code text} holds a real value. */
    public boolean appearIn(String text) {
        return all().stream().anyMatch(text::contains);
    }

    /** {@code text} with values blotted out, to be shown to people. */
    public String hidden(String text) {
        return all().stream()
                .reduce(text, (left, value) -> left.replace(value, "<" + value.replaceFirst("-[0-9a-f]+$", "") + ">"));
    }

    /** The bytes to look for in files: each value plain, in hex, and in Base64 as part of nothing else. */
    public List<byte[]> traces() {
        return all().stream()
                .flatMap(Values::traces)
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    private static Stream<String> traces(String value) {
        var bytes = value.getBytes(StandardCharsets.UTF_8);
        return Stream.of(
                value,
                HexFormat.of().formatHex(bytes),
                Base64.getEncoder().withoutPadding().encodeToString(bytes).substring(0, 40));
    }

    /** Says nothing of the values. */
    @Override
    public String toString() {
        return "Values[hidden]";
    }
}
