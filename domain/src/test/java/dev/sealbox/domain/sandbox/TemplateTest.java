package dev.sealbox.domain.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {
    @ParameterizedTest
    @CsvSource({
        "base, base",
        "default, base",
        "'', base",
        "base-runc, base-runc",
        "base-runsc, base-runsc",
        "default-runsc, base-runsc",
        "-runsc, base-runsc"
    })
    void hasOneNameHoweverItIsCalled(String called, String name) {
        assertThat(Template.of(called).name()).isEqualTo(name);
        assertThat(Template.of(called).isKnown()).isTrue();
        assertThat(Template.of(name).name()).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({"node", "base-kata", "base-runsc-runc-x", "Base"})
    void isNotKnownByOtherNames(String called) {
        assertThat(Template.of(called).isKnown()).isFalse();
    }

    @Test
    void isRunByWhatIsAskedForElseByWhatItsNameSays() {
        var gvisor = Template.of("base-runsc");

        assertThat(gvisor.on(Optional.of(ContainerRuntime.RUNC)).name()).isEqualTo("base-runc");
        assertThat(gvisor.on(Optional.empty())).isEqualTo(gvisor);
        assertThat(Template.of("base").runtime()).isEmpty();
    }

    @Test
    void hasNoOtherRuntimes() {
        assertThatThrownBy(() -> ContainerRuntime.of("kata"))
                .isInstanceOf(InvalidValue.class)
                .hasMessage("runtime is neither runc nor runsc");
    }
}
