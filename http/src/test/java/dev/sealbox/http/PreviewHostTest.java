package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.preview.PreviewPort;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreviewHostTest {
    private static final String BOX = "sb-0123456789abcdef";
    private static final PreviewDomains DOMAINS =
            PreviewDomains.parse("preview.test", "acme=apps.acme.test, beta=beta.test");
    private static final PreviewHost.Port PORT =
            new PreviewHost.Port(new SandboxId(BOX), new PreviewPort(3000), Optional.empty());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sb-0123456789abcdef-p3000.preview.test",
                "SB-0123456789ABCDEF-P3000.Preview.TEST",
                "sb-0123456789abcdef-p3000.preview.test.",
                "sb-0123456789abcdef-p3000.preview.test.."
            })
    void findsThePort(String host) {
        assertThat(PreviewHost.of(host, DOMAINS)).isEqualTo(PORT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sb-0123456789abcdef.preview.test",
                "sb-0123456789abcdef-p0.preview.test",
                "sb-0123456789abcdef-p65536.preview.test",
                "sb-0123456789abcdef-p99999.preview.test",
                "sb-0123456789abcdef-p03000.preview.test",
                "sb-0123456789abcdef-p.preview.test",
                "sb-0123456789abcdef-p-1.preview.test",
                "sb-0123456789abcdef-p3000x.preview.test",
                "sb-0123456789abcde-p3000.preview.test",
                "sb-0123456789abcdeg-p3000.preview.test",
                "sb-0123456789abcdef-p3000-p4000.preview.test",
                "x.sb-0123456789abcdef-p3000.preview.test",
                "sb-0123456789abcdef-p3000.x.preview.test",
                "sb-0123456789abcdef-p\u0663\u0660\u0660\u0660.preview.test",
                "sb-.preview.test"
            })
    void leadsNowhereForWhatIsNearlyOne(String host) {
        assertThat(PreviewHost.of(host, DOMAINS)).isEqualTo(new PreviewHost.Nowhere());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "preview.test",
                "api.preview.test",
                "127.0.0.1",
                "",
                "sb-0123456789abcdef-p3000.preview.test.evil.example",
                "sb-0123456789abcdef-p3000.other.test",
                "sb-0123456789abcdef-p3000xpreview.test"
            })
    void leavesOtherNamesToTheApi(String host) {
        assertThat(PreviewHost.of(host, DOMAINS)).isEqualTo(new PreviewHost.Elsewhere());
    }

    @Test
    void isNamedAsItIsFound() {
        assertThat(PreviewHost.of(PreviewHost.name(PORT.sandbox(), PORT.port(), "Preview.Test"), DOMAINS))
                .isEqualTo(PORT);
    }

    @Test
    void knowsDomainsOfOrganisations() {
        var own = new PreviewHost.Port(PORT.sandbox(), PORT.port(), Optional.of(new OrganizationId("acme")));

        assertThat(PreviewHost.of(BOX + "-p3000.Apps.Acme.test", DOMAINS)).isEqualTo(own);
        assertThat(PreviewHost.of(BOX + "-p0.apps.acme.test", DOMAINS)).isEqualTo(new PreviewHost.Nowhere());
        assertThat(PreviewHost.of("www.acme.test", DOMAINS)).isEqualTo(new PreviewHost.Elsewhere());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "acme",
                "acme=",
                "ACME=acme.test",
                "acme=preview.test",
                "acme=x.preview.test",
                "acme=test",
                "acme=a.test,beta=a.test",
                "acme=a.test,beta=b.a.test",
                "acme=a.test,acme=b.test",
                "acme=a.test,",
                "acme=a b"
            })
    void refusesDomainsThatCannotBe(String text) {
        assertThatThrownBy(() -> PreviewDomains.parse("preview.test", text)).isInstanceOf(InvalidValue.class);
    }
}
