package dev.sealbox.benchmarks.egress;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SecretsTest {

    @Test
    void knowsAValueOfAnyVersionAgain() {
        assertThat(Secrets.version(Secrets.value(0, 1))).hasValue(1);
        assertThat(Secrets.version(Secrets.value(0, 12_345_678))).hasValue(12_345_678);
    }

    @Test
    void takesNothingElseForAValue() {
        var value = Secrets.value(0, 7);

        assertThat(Secrets.version(value.substring(1))).isEmpty();
        assertThat(Secrets.version(value + "0")).isEmpty();
        assertThat(Secrets.version(value.replace("00000007", "00000008"))).isEmpty();
        assertThat(Secrets.version(Secrets.value(1, 7))).isEmpty();
        assertThat(Secrets.version(Secrets.token(0))).isEmpty();
        assertThat(Secrets.version("")).isEmpty();
    }
}
