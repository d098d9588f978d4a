package dev.sealbox.proxy.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormTest {

    @Test
    void writesAValueAsItsPlaceWants() {
        var value = "a b\"\\/\n&=%\u00e9";

        assertThat(write(Form.RAW, value)).isEqualTo(value);
        assertThat(write(Form.JSON, value)).isEqualTo("a b\\\"\\\\/\\u000a&=%\u00e9");
        assertThat(write(Form.PERCENT, value)).isEqualTo("a%20b%22%5C%2F%0A%26%3D%25%C3%A9");
        assertThat(write(Form.URL_ENCODED, value)).isEqualTo("a+b%22%5C%2F%0A%26%3D%25%C3%A9");
    }

    @ParameterizedTest
    @CsvSource({"'a\rb'", "'a\nb'", "'a\u0000b'"})
    void writesNothingIntoAHeaderThatWouldEndIt(String value) {
        assertThat(Form.HEADER.write(value.getBytes(StandardCharsets.UTF_8))).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "application/json, JSON",
        "Application/JSON; charset=utf-8, JSON",
        "application/vnd.api+json, JSON",
        "application/x-ndjson, JSON",
        "application/x-www-form-urlencoded, URL_ENCODED",
        "multipart/form-data; boundary=x, RAW",
        "text/plain, RAW",
        ", RAW",
    })
    void knowsTheFormOfABody(@Nullable String type, Form form) {
        assertThat(Form.ofBody(type)).isEqualTo(form);
    }

    private static String write(Form form, String value) {
        var written = form.write(value.getBytes(StandardCharsets.UTF_8));
        return written == null ? "" : new String(written, StandardCharsets.UTF_8);
    }
}
