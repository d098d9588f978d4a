package dev.sealbox.domain.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.image.BuildAction.Execute;
import dev.sealbox.domain.image.BuildAction.Write;
import dev.sealbox.domain.image.ImageStep.AddDir;
import dev.sealbox.domain.image.ImageStep.AddFile;
import dev.sealbox.domain.image.ImageStep.AptInstall;
import dev.sealbox.domain.image.ImageStep.PipInstall;
import dev.sealbox.domain.image.ImageStep.RunCommands;
import dev.sealbox.domain.image.ImageStep.SetEnv;
import dev.sealbox.domain.image.ImageStep.SetWorkdir;
import dev.sealbox.domain.sandbox.Defaults;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hash is compared with the SDK's where JSON is read, in the module http. */
class ImageManifestTest {

    private static FileContent content(String text) {
        return new FileContent(Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static ImageStep run(String command) {
        return new RunCommands(List.of(command));
    }

    private static ImageManifest image(ImageStep... steps) {
        return new ImageManifest(List.of(steps));
    }

    @Test
    void hasAnotherHashForAnyDifference() {
        var hashes = List.of(
                image().hash(),
                image(run("a")).hash(),
                image(run("a"), run("b")).hash(),
                image(run("b"), run("a")).hash(),
                image(new RunCommands(List.of("a", "b"))).hash(),
                image(new SetWorkdir("/a")).hash(),
                image(new AddFile("/a", content("x"))).hash(),
                image(new AddFile("/a", content("y"))).hash());

        assertThat(hashes).doesNotHaveDuplicates();
    }

    @Test
    void outlinesFilesWithoutTheirContent() {
        assertThat(image(new AddFile("/a", content("hello"))).outline())
                .isEqualTo("{\"base\":\"base\",\"steps\":[{\"type\":\"add_file\",\"args\":{\"path\":\"/a\",\"size\":5,"
                        + "\"sha256\":\"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\","
                        + "\"encoding\":\"base64\"}}]}");
    }

    @Test
    void standsOnTheBeginningsThatTouchFiles() {
        var image = image(new SetEnv(Map.of("A", "1")), run("a"), new SetWorkdir("/w"), run("b"), run("c"));

        assertThat(image.stages()).extracting(stage -> stage.steps().size()).containsExactly(2, 4, 5);
        assertThat(image.stages().getLast()).isEqualTo(image);
        assertThat(image(run("x"), run("c")).stages().getFirst())
                .isEqualTo(image(run("x"), run("d")).stages().getFirst());
    }

    @Test
    void hasAtMostSixLayers() {
        var many = new ImageManifest(
                IntStream.range(0, 50).mapToObj(i -> run("step " + i)).toList());

        assertThat(many.stages()).hasSize(6);
        assertThat(many.stages().getLast()).isEqualTo(many);
        assertThat(image().stages()).containsExactly(image());
    }

    @Test
    void lastVariablesAndDirectoryWin() {
        var image = image(
                new SetEnv(Map.of("A", "1", "B", "1")),
                new SetWorkdir("/first"),
                new SetEnv(Map.of("A", "2")),
                new SetWorkdir("/second"));

        assertThat(image.defaults()).isEqualTo(new Defaults(Map.of("A", "2", "B", "1"), "/second"));
        assertThat(image().defaults()).isEqualTo(Defaults.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"curl", "g++", "libstdc++6", "libc6:amd64", "nginx=1.2-3~bpo", "git/bookworm-backports"})
    void takesNamesOfDebianPackages(String name) {
        assertThat(new AptInstall(List.of(name)).packages()).containsExactly(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"-y", "curl-", "curl git", "curl;id", "$(id)", "../x.deb", "/x.deb", "Curl", "a=b=c", "x", ""})
    void takesNothingElseForOne(String name) {
        assertThatThrownBy(() -> new AptInstall(List.of(name))).isInstanceOf(InvalidValue.class);
    }

    @Test
    void putsValuesBehindTheEndOfOptionsAndNeverIntoShellText() {
        var path = "/a b;$(id)`id`\n'\"";
        var steps = List.of(
                new AptInstall(List.of("curl")),
                new PipInstall(List.of("x; python_version<'3'")),
                new SetWorkdir(path),
                new AddDir(path, List.of(new AddDir.Entry("$(x)", content("#!/bin/sh")))));

        for (var step : steps) {
            for (var action :
                    BuildAction.of(step, new Defaults(Map.of("PATH", "/evil", "LD_PRELOAD", "/evil"), "/d"))) {
                if (action instanceof Execute execute) {
                    assertThat(execute.argv()).startsWith("/usr/bin/sudo", "-n");
                    assertThat(execute.environment())
                            .doesNotContainValue("/evil")
                            .doesNotContainKey("LD_PRELOAD");
                    assertThat(execute.argv().stream().filter(word -> word.contains(path)))
                            .allMatch(word -> word.startsWith(path));
                }
            }
        }
    }

    @Test
    void runsCommandsInOneShellWithTheVariablesSoFar() {
        var action = (Execute)
                BuildAction.of(new RunCommands(List.of("cd /tmp", "pwd")), new Defaults(Map.of("A", "1"), "/w"))
                        .getFirst();

        assertThat(action.argv()).containsExactly("/bin/bash", "-c", "cd /tmp && pwd");
        assertThat(action.directory()).isEqualTo("/w");
        assertThat(action.environment()).containsEntry("A", "1").containsKey("HTTPS_PROXY");
    }

    @Test
    void tellsPipItsOwnVariablesOnly() {
        var before = new Defaults(Map.of("PIP_INDEX_URL", "https://index.test", "PYTHONPATH", "/evil"), "/");
        var action =
                (Execute) BuildAction.of(new PipInstall(List.of("a")), before).getFirst();

        assertThat(action.argv()).contains("PIP_INDEX_URL=https://index.test").doesNotContain("PYTHONPATH=/evil");
    }

    @Test
    void marksScriptsExecutable() {
        assertThat(BuildAction.of(new AddFile("/s", content("#!/bin/sh\n")), Defaults.NONE))
                .hasSize(2)
                .first()
                .isInstanceOf(Write.class);
        assertThat(BuildAction.of(new AddFile("/s", content("# no script")), Defaults.NONE))
                .hasSize(1);
    }

    @Test
    void readsContentAsItWas() throws IOException {
        for (var text : List.of("", "a", "ab", "abc", "#!", "äöü\0")) {
            var content = content(text);
            assertThat(content.open().readAllBytes()).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
            assertThat(content.size()).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
            assertThat(content.isScript()).isEqualTo(text.startsWith("#!"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "YQ", "YQ=", "YQ===", "Y===", "====", "YQ==YQ==", "Y_-=", "YQ=\n", " YQ="})
    void refusesWhatIsNotBase64(String text) {
        assertThatThrownBy(() -> new FileContent(text)).isInstanceOf(InvalidValue.class);
    }

    @Test
    void isStoodForByACheckpointOfEachOrganisationsOwn() {
        var image = new ImageHash("0123456789abcdef".repeat(4));
        var acme = image.checkpoint(new OrganizationId("acme"));

        assertThat(acme).isEqualTo(image.checkpoint(new OrganizationId("acme")));
        assertThat(acme.value().version()).isEqualTo(8);
        assertThat(acme.value().variant()).isEqualTo(2);
        assertThat(acme).isNotEqualTo(image.checkpoint(new OrganizationId("other")));
        assertThat(acme)
                .isNotEqualTo(new ImageHash("fedcba9876543210".repeat(4)).checkpoint(new OrganizationId("acme")));
    }
}
