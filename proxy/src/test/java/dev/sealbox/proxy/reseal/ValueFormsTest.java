package dev.sealbox.proxy.reseal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.proxy.match.Patterns;
import dev.sealbox.proxy.rewrite.Form;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueFormsTest {
    private static final String VALUE = "k+y/ a~b*c \"q\" <&> it's \u00e9";

    private static boolean isFound(String value, byte[] echo) {
        var forms = ValueForms.of(value.getBytes(StandardCharsets.UTF_8), new byte[] {'T'}, new SecretName("KEY"));
        return new Patterns(forms).isIn(Unpooled.wrappedBuffer(echo));
    }

    @ParameterizedTest
    @EnumSource(value = Form.class)
    void findsWhatTheRewritingWroteIntoTheRequest(Form form) {
        assertThat(isFound(VALUE, requireNonNull(form.write(VALUE.getBytes(StandardCharsets.UTF_8)))))
                .isTrue();
    }

    @Test
    void findsAKeyFileThatTheRewritingWroteIntoJson() {
        var pem = "-----BEGIN KEY-----\nabc\n-----END KEY-----\n";

        assertThat(isFound(pem, requireNonNull(Form.JSON.write(pem.getBytes(StandardCharsets.UTF_8)))))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // JavaScript, Go, .NET, Python, PHP, Java
                "k+y/ a~b*c \\\"q\\\" <&> it's \u00e9",
                "k+y/ a~b*c \\\"q\\\" \\u003c\\u0026\\u003e it's \u00e9",
                "k\\u002By/ a~b*c \\u0022q\\u0022 \\u003C\\u0026\\u003E it\\u0027s \\u00E9",
                "k+y/ a~b*c \\\"q\\\" <&> it's \\u00e9",
                "k+y/ a~b*c \\\"q\\\" <&> it's \\u00E9",
                "k+y\\/ a~b*c \\\"q\\\" <&> it's \\u00e9",
                // HTML of Go and Python, of JavaScript
                "k+y/ a~b*c &quot;q&quot; &lt;&amp;&gt; it&#39;s \u00e9",
                "k+y/ a~b*c &quot;q&quot; &lt;&amp;&gt; it&#x27;s \u00e9"
            })
    void findsWhatCommonWritersMakeOfIt(String echo) {
        assertThat(isFound(VALUE, echo.getBytes(StandardCharsets.UTF_8))).isTrue();
    }
}
