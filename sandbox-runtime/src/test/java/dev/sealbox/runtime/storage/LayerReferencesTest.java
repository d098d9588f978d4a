package dev.sealbox.runtime.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.runtime.storage.SandboxRecord.Base;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LayerReferencesTest {
    private static final Map<String, Base> CHAIN = Map.of("one", on(), "two", on("one"), "three", on("two", "one"));

    @Test
    void keepsWhatIsNotCondemned() {
        assertThat(LayerReferences.unneeded(CHAIN, Set.of(), List.of())).isEmpty();
    }

    @Test
    void keepsWhatAStayingLayerStandsOn() {
        assertThat(LayerReferences.unneeded(CHAIN, Set.of("one"), List.of())).isEmpty();
    }

    @Test
    void keepsWhatASandboxStandsOn() {
        assertThat(LayerReferences.unneeded(CHAIN, Set.of("one", "two", "three"), List.of(on("two", "one"))))
                .containsExactly("three");
    }

    @Test
    void releasesACondemnedChainWhole() {
        assertThat(LayerReferences.unneeded(CHAIN, Set.of("one", "two", "three"), List.of()))
                .containsExactlyInAnyOrder("one", "two", "three");
    }

    @Test
    void doesNotCountWhatIsItselfUnneeded() {
        assertThat(LayerReferences.unneeded(CHAIN, Set.of("two", "three"), List.of(on("one"))))
                .containsExactlyInAnyOrder("two", "three");
    }

    private static Base on(String... layers) {
        return new Base("base-1", List.of(layers));
    }
}
