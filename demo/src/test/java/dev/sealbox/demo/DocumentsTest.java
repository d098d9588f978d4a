package dev.sealbox.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.demo.node.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents name is there, and what a reader has to know of is named. */
class DocumentsTest {
    private static final Path HOME = Project.home();
    private static final Path OPERATIONS = HOME.resolve("docs/operations.md");
    private static final Pattern SETTING = Pattern.compile("\\bSEALBOX_[A-Z0-9_]*[A-Z0-9]\\b");

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The files of the project whose path below a module is of this form, without what is built. */
    private static List<Path> files(String form) {
        var pattern = Pattern.compile("[a-z-]+/" + form);
        try (var modules = Files.list(HOME)) {
            return modules.map(module -> module.resolve("src"))
                    .filter(Files::isDirectory)
                    .flatMap(DocumentsTest::below)
                    .filter(file ->
                            pattern.matcher(HOME.relativize(file).toString()).matches())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> below(Path folder) {
        try (var all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> documents() {
        return Stream.concat(
                        Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
                                .map(HOME::resolve),
                        below(HOME.resolve("docs"))
                                .filter(file -> file.toString().endsWith(".md")))
                .toList();
    }

    private static Set<String> found(Pattern what, String in) {
        return what.matcher(in).results().map(MatchResult::group).collect(toSet());
    }

    @Test
    void nameTestsThatExist() {
        var tests = new TreeMap<String, String>();
        files("src/test/.*\\.java")
                .forEach(file ->
                        tests.merge(file.getFileName().toString().replace(".java", ""), text(file), String::concat));
        var everything = String.join("\n", tests.values());
        var named = new TreeMap<String, Path>();
        var cases = new TreeMap<String, Path>();
        for (var document : documents()) {
            Pattern.compile("`([A-Z][A-Za-z0-9]*(?:Test|IT))`(?: \\(`([a-z][A-Za-z0-9]*)…?`)?")
                    .matcher(text(document))
                    .results()
                    .forEach(name -> {
                        named.put(name.group(1), document);
                        if (name.group(2) != null) {
                            cases.put(name.group(2), document);
                        }
                    });
        }

        assertThat(named)
                .hasSizeGreaterThan(150)
                .allSatisfy((name, document) ->
                        assertThat(tests).as("named in " + document).containsKey(name));
        assertThat(cases)
                .isNotEmpty()
                .allSatisfy((name, document) -> assertThat(everything)
                        .as("named in " + document)
                        .containsPattern("void " + name + "[A-Za-z0-9]*\\("));
    }

    @Test
    void nameEverySettingOfTheEnvironmentAndNoOther() {
        var read = new TreeSet<String>();
        files("src/main/resources/.*\\.conf")
                .forEach(file -> Pattern.compile("\\$\\{\\?(SEALBOX_[A-Z0-9_]+)}")
                        .matcher(text(file))
                        .results()
                        .forEach(name -> read.add(name.group(1))));
        assertThat(read).hasSizeGreaterThan(60);
        var known = new TreeSet<>(read);
        known.addAll(found(SETTING, text(HOME.resolve("sealbox"))));
        known.addAll(found(SETTING, text(HOME.resolve("cluster-config/image/build"))));
        files("src/main/.*\\.(?:java|conf)").forEach(file -> known.addAll(found(SETTING, text(file))));
        // `SEALBOX_VAULT_ADDR`, `_KEY`: the second one begins as the first does.
        var operations = text(OPERATIONS)
                .replace(
                        "`SEALBOX_VAULT_ADDR`, `_KEY`, `_MOUNT`",
                        "`SEALBOX_VAULT_ADDR`, `SEALBOX_VAULT_KEY`, `SEALBOX_VAULT_MOUNT`");

        assertThat(found(SETTING, operations)).containsAll(read);
        for (var document : documents()) {
            assertThat(known)
                    .as(document.toString())
                    .containsAll(found(SETTING, text(document)).stream()
                            .filter(name -> !name.equals("SEALBOX_BOOTSTRAP") && !name.equals("SEALBOX_VAULT"))
                            .toList());
        }
    }

    @Test
    void nameSettingsThatHaveADefault() {
        var defaults = new TreeSet<String>();
        files("src/main/resources/.*\\.conf")
                .forEach(file -> com.typesafe.config.ConfigFactory.parseString(text(file))
                        .root()
                        .toConfig()
                        .entrySet()
                        .forEach(entry -> {
                            for (var path = entry.getKey();
                                    path.contains(".");
                                    path = path.substring(0, path.lastIndexOf('.'))) {
                                defaults.add(path);
                            }
                        }));
        for (var document : documents()) {
            Pattern.compile("`(sealbox\\.[a-z0-9.-]+[a-z0-9])(?: = [^`]*)?`")
                    .matcher(text(document))
                    .results()
                    .map(name -> name.group(1))
                    .filter(name ->
                            !Files.exists(HOME.resolve("cluster-config/systemd").resolve(name)))
                    .forEach(
                            name -> assertThat(defaults).as(document.toString()).contains(name));
        }
    }

    @Test
    void leadToWhatIsThere() {
        for (var document : documents()) {
            Pattern.compile("\\]\\(([^)#:]*)(?:#([^)]*))?\\)")
                    .matcher(text(document))
                    .results()
                    .forEach(link -> {
                        var target = link.group(1).isEmpty() ? document : document.resolveSibling(link.group(1));
                        assertThat(target).as("a link of " + document).exists();
                        if (link.group(2) != null) {
                            assertThat(anchors(target))
                                    .as("a link of " + document)
                                    .contains(link.group(2));
                        }
                    });
        }
    }

    private static Set<String> anchors(Path document) {
        return Pattern.compile("(?m)^#+ (.*)$")
                .matcher(text(document))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} -]", "")
                        .replace(' ', '-'))
                .collect(toSet());
    }

    /** Whether what comes behind it makes sense as well is seen by a test of the commands. */
    @Test
    void nameCommandsOfTheLauncher() {
        var launcher = text(HOME.resolve("sealbox"));
        var commands = Pattern.compile("(?m)^    ([a-z -][a-z |-]*)\\) ")
                .matcher(launcher.substring(launcher.indexOf("\ncase $command in")))
                .results()
                .flatMap(line -> Stream.of(line.group(1).split(" \\| ", -1)))
                .collect(toSet());
        var help = launcher.substring(launcher.indexOf("<<'HELP'"), launcher.indexOf("\nHELP"));
        assertThat(commands).hasSizeGreaterThan(15);
        for (var said : Map.of("help", help.replaceAll("(?m)^  ([a-z])", "./sealbox $1"), "documents", all())
                .entrySet()) {
            Pattern.compile("\\./sealbox ([a-z][a-z-]*)")
                    .matcher(said.getValue())
                    .results()
                    .forEach(name -> assertThat(commands).as(said.getKey()).contains(name.group(1)));
        }
    }

    /** What takes long, installs packages or writes a file begins nothing of it for who only asks what it is. */
    @Test
    void askForHelpAndGetNothingElse() throws IOException, InterruptedException {
        for (var command : List.of("demo", "cluster-demo", "test", "format", "image", "warm", "bench")) {
            for (var help : List.of("--help", "-h")) {
                var asking = new ProcessBuilder(HOME.resolve("sealbox").toString(), command, help);
                asking.environment().put("SEALBOX_NO_BUILD", "1");
                asking.environment().put("PATH", "/usr/bin:/bin");
                var asked = asking.redirectErrorStream(true).start();
                try {
                    assertThat(new String(asked.getInputStream().readNBytes(32), UTF_8))
                            .startsWith("usage: ./sealbox COMMAND\n");
                    asked.getInputStream().readAllBytes();
                    assertThat(asked.waitFor(1, TimeUnit.MINUTES)).isTrue();
                    assertThat(asked.exitValue()).isZero();
                } finally {
                    asked.destroyForcibly();
                }
            }
        }
    }

    private static String all() {
        return documents().stream().map(DocumentsTest::text).reduce("", String::concat);
    }
}
