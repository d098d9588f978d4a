package dev.sealbox.runtime.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KnownPathsTest {
    private static final int EACH = 112;
    private final KnownPaths paths = new KnownPaths(new NameRoom());

    @BeforeEach
    void make() {
        paths.folder("a");
        paths.folder("a/b");
        paths.folder("a-b");
        paths.link("a/up", "../a-b");
        paths.link("top", "/a");
        paths.link("out", "../../../etc");
        paths.link("round", "./round/x");
    }

    @Test
    void followsLinksAsThoughTheTreeWereTheRoot() {
        assertThat(paths.resolved("a/b/c")).isEqualTo("a/b/c");
        assertThat(paths.resolved("a/up/c")).isEqualTo("a-b/c");
        assertThat(paths.resolved("top/up")).isEqualTo("a-b");
        assertThat(paths.resolved("top/up/../b")).isEqualTo("b");
        assertThat(paths.resolved("out/passwd")).isEqualTo("etc/passwd");
        assertThat(paths.resolved(".")).isEqualTo(".");
        assertThatThrownBy(() -> paths.resolved("a/../round")).hasMessageContaining("more than 40 links");
    }

    @Test
    void forgetsWhatWasBelow() {
        paths.forgetBelow("a");

        assertThat(paths.isFolder("a")).isTrue();
        assertThat(paths.isFolder("a/b")).isFalse();
        assertThat(paths.isLink("a/up")).isFalse();
        assertThat(paths.isFolder("a-b")).isTrue();

        paths.forgetBelow(".");

        assertThat(paths.isFolder(".")).isTrue();
        assertThat(paths.isFolder("a-b")).isFalse();
        assertThat(paths.isLink("top")).isFalse();
    }

    @Test
    void takesSoMuchMemoryAndGivesItBack() {
        var small = new KnownPaths(new NameRoom(3 * EACH + 2 * (1 + 10 + 11)));
        for (var round = 0; round < 3; round++) {
            small.folder("x".repeat(10));
            small.folder("x".repeat(10) + "/");
        }

        assertThatThrownBy(() -> small.folder("y")).hasMessageContaining("bytes of names");

        var again = new KnownPaths(new NameRoom(4 * EACH + 2 * (1 + 1 + 3 + 100)));
        for (var round = 0; round < 3; round++) {
            again.folder("d");
            again.link("d/l", "t".repeat(80));
            again.forgetBelow("d");
        }
        assertThatThrownBy(() -> again.link("d/l", "t".repeat(200))).isInstanceOf(RefusedFiles.class);
    }
}
