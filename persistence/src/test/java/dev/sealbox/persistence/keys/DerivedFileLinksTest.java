package dev.sealbox.persistence.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.audit.Notary;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.FileLink;
import dev.sealbox.domain.sandbox.FileLink.Use;
import java.util.List;
import org.junit.jupiter.api.Test;

class DerivedFileLinksTest {
    private static final FileLink LINK = link("acme", "key-1", "sb-0123456789abcdef", Use.DOWNLOAD, "/a", 1000);

    private static FileLink link(String organization, String key, String sandbox, Use use, String path, long expires) {
        return new FileLink(new OrganizationId(organization), key, new SandboxId(sandbox), use, path, expires);
    }

    /** Of a deployment whose signatures begin with {@code seed}. */
    private static DerivedFileLinks deployment(int seed) {
        return new DerivedFileLinks(new Notary() {
            @Override
            public byte[] sign(byte[] statement) {
                return new byte[] {(byte) seed, (byte) statement.length};
            }

            @Override
            public boolean verifies(byte[] statement, byte[] signature) {
                return false;
            }

            @Override
            public String publicKey() {
                return "";
            }
        });
    }

    @Test
    void isTheSameOnEveryNodeAndOfOneDeploymentOnly() {
        var signature = deployment(1).signature(LINK);

        assertThat(signature).matches("[0-9a-f]{64}");
        assertThat(deployment(1).verifies(LINK, signature)).isTrue();
        assertThat(deployment(2).verifies(LINK, signature)).isFalse();
        assertThat(deployment(1).verifies(LINK, "")).isFalse();
        assertThat(deployment(1).verifies(LINK, signature.toUpperCase(java.util.Locale.ROOT)))
                .isFalse();
        assertThat(deployment(1).verifies(LINK, signature + "0")).isFalse();
    }

    @Test
    void bindsEveryPartAndWhereItEnds() {
        var links = deployment(1);
        var signature = links.signature(LINK);
        for (var other : List.of(
                link("acme1", "key-1", "sb-0123456789abcdef", Use.DOWNLOAD, "/a", 1000),
                link("acme", "key-2", "sb-0123456789abcdef", Use.DOWNLOAD, "/a", 1000),
                link("acme", "key-1", "sb-0123456789abcdee", Use.DOWNLOAD, "/a", 1000),
                link("acme", "key-1", "sb-0123456789abcdef", Use.UPLOAD, "/a", 1000),
                link("acme", "key-1", "sb-0123456789abcdef", Use.DOWNLOAD, "/a/", 1000),
                link("acme", "key-1", "sb-0123456789abcdef", Use.DOWNLOAD, "/a", 1001))) {
            assertThat(links.verifies(other, signature)).as(other.toString()).isFalse();
        }
        // The same characters in a row, cut elsewhere.
        var moved = link("acmek", "ey-1", "sb-0123456789abcdef", Use.DOWNLOAD, "/a", 1000);
        assertThat(links.verifies(moved, signature)).isFalse();
    }
}
