package dev.sealbox.proxy.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.proxy.revocation.RevocationSettings.Mode;
import dev.sealbox.proxy.revocation.Revocations.Verdict;
import dev.sealbox.proxy.revocation.TestAuthority.Wishes;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevocationsTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration PAST = Duration.ofMinutes(-30);
    private static final String PLACE = "http://lists.test/1.crl";

    private final TestAuthority authority = new TestAuthority();
    private final TestAuthority other = new TestAuthority();
    private final X509Certificate plain =
            authority.leaf("plain.test", Wishes.NONE).certificate();
    private final X509Certificate listed =
            authority.leaf("listed.test", new Wishes(PLACE, false, false)).certificate();
    private final X509Certificate stapled =
            authority.leaf("stapled.test", new Wishes("", true, false)).certificate();
    private final List<URI> fetched = new ArrayList<>();

    @TempDir
    Path folder;

    private Revocations with(Mode mode, boolean own) {
        var settings = new RevocationSettings(
                mode, own ? Optional.of(folder) : Optional.empty(), true, Duration.ofMillis(50), 1 << 20);
        return new Revocations(settings, true, List.of(authority.root()), Runnable::run);
    }

    private Verdict of(Revocations revocations, X509Certificate leaf, byte[] staple, byte[] list) throws Exception {
        return revocations
                .of(List.of(leaf), Optional.of(staple).filter(it -> it.length > 0), place -> {
                    fetched.add(place);
                    return list.length == 0 ? new CompletableFuture<>() : CompletableFuture.completedFuture(list);
                })
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
    }

    private Verdict stapled(Mode mode, X509Certificate leaf, byte[] staple) throws Exception {
        return of(with(mode, false), leaf, staple, new byte[0]);
    }

    @Test
    void believesWhatAnUpstreamBringsAlongOfItsAuthority() throws Exception {
        var good = authority.staple(plain, false, DAY);
        var revoked = authority.staple(plain, true, DAY);

        assertThat(stapled(Mode.KNOWN, plain, good)).isEqualTo(Verdict.PASSES);
        assertThat(stapled(Mode.REQUIRED, plain, good)).isEqualTo(Verdict.PASSES);
        assertThat(stapled(Mode.KNOWN, plain, revoked)).isEqualTo(Verdict.REVOKED);
    }

    @Test
    void believesAResponderOnlyIfTheAuthorityHasMadeItOne() throws Exception {
        var made = authority.leaf("responder.test", new Wishes("", false, true));
        var unmade = authority.leaf("somebody.test", Wishes.NONE);
        var others = other.leaf("responder.test", new Wishes("", false, true));

        assertThat(stapled(Mode.REQUIRED, plain, authority.staple(plain, false, DAY, made)))
                .isEqualTo(Verdict.PASSES);
        assertThat(stapled(Mode.REQUIRED, plain, authority.staple(plain, false, DAY, unmade)))
                .isEqualTo(Verdict.UNPROVEN);
        assertThat(stapled(Mode.REQUIRED, plain, authority.staple(plain, false, DAY, others)))
                .isEqualTo(Verdict.UNPROVEN);
    }

    @Test
    void takesNoWordThatIsOldOrAboutAnotherOrNoneAtAll() throws Exception {
        assertThat(stapled(Mode.REQUIRED, plain, authority.staple(plain, false, PAST)))
                .isEqualTo(Verdict.UNPROVEN);
        assertThat(stapled(Mode.REQUIRED, plain, authority.staple(listed, false, DAY)))
                .isEqualTo(Verdict.UNPROVEN);
        assertThat(stapled(Mode.REQUIRED, plain, other.staple(plain, false, DAY)))
                .isEqualTo(Verdict.UNPROVEN);
        assertThat(stapled(Mode.REQUIRED, plain, new byte[] {1, 2, 3})).isEqualTo(Verdict.UNPROVEN);
        assertThat(stapled(Mode.KNOWN, plain, new byte[] {0x30, 0x00})).isEqualTo(Verdict.PASSES);
    }

    @Test
    void demandsAStapleWhereTheCertificateDoes() throws Exception {
        assertThat(stapled(Mode.KNOWN, stapled, new byte[0])).isEqualTo(Verdict.UNPROVEN);
        assertThat(stapled(Mode.KNOWN, stapled, authority.staple(stapled, false, PAST)))
                .isEqualTo(Verdict.UNPROVEN);
        assertThat(stapled(Mode.KNOWN, stapled, authority.staple(stapled, false, DAY)))
                .isEqualTo(Verdict.PASSES);
    }

    @Test
    void knowsTheOperatorsLists() throws Exception {
        Files.write(folder.resolve("authority.crl"), authority.list(DAY, plain));
        var known = with(Mode.REQUIRED, true);

        assertThat(of(known, plain, new byte[0], new byte[0])).isEqualTo(Verdict.REVOKED);
        assertThat(of(known, listed, new byte[0], new byte[0])).isEqualTo(Verdict.PASSES);
        // A staple of before does not outweigh them.
        assertThat(of(known, plain, authority.staple(plain, false, DAY), new byte[0]))
                .isEqualTo(Verdict.REVOKED);
    }

    @Test
    void clearsNobodyByAnOldListOrOneOfAnotherPartOrAuthority() throws Exception {
        Files.write(folder.resolve("old.crl"), authority.list(PAST, plain));
        Files.write(folder.resolve("part.crl"), authority.list(DAY, PLACE));
        Files.write(folder.resolve("other.crl"), other.list(DAY, listed));
        var known = with(Mode.REQUIRED, true);

        assertThat(of(known, plain, new byte[0], new byte[0])).isEqualTo(Verdict.REVOKED);
        assertThat(of(known, stapled, authority.staple(stapled, false, DAY), new byte[0]))
                .isEqualTo(Verdict.PASSES);
        assertThat(of(known, listed, new byte[0], new byte[0])).isEqualTo(Verdict.PASSES);
        assertThat(of(known, authority.leaf("more.test", Wishes.NONE).certificate(), new byte[0], new byte[0]))
                .isEqualTo(Verdict.UNPROVEN);
    }

    @Test
    void fetchesTheListThatACertificateNamesOnce() throws Exception {
        var revocations = with(Mode.REQUIRED, false);
        var another =
                authority.leaf("another.test", new Wishes(PLACE, false, false)).certificate();
        var list = authority.list(DAY, PLACE, listed);

        assertThat(of(revocations, listed, new byte[0], list)).isEqualTo(Verdict.REVOKED);
        assertThat(of(revocations, another, new byte[0], list)).isEqualTo(Verdict.PASSES);
        assertThat(of(revocations, another, new byte[0], list)).isEqualTo(Verdict.PASSES);
        assertThat(fetched).containsExactly(URI.create(PLACE));
    }

    @Test
    void goesOnWithoutAListThatDoesNotComeUnlessItIsRequired() throws Exception {
        assertThat(of(with(Mode.KNOWN, false), listed, new byte[0], new byte[0]))
                .isEqualTo(Verdict.PASSES);
        assertThat(of(with(Mode.REQUIRED, false), listed, new byte[0], new byte[0]))
                .isEqualTo(Verdict.UNPROVEN);
        // Nor one that is none, or that somebody else has signed.
        assertThat(of(with(Mode.REQUIRED, false), listed, new byte[0], new byte[] {1, 2}))
                .isEqualTo(Verdict.UNPROVEN);
        assertThat(of(with(Mode.REQUIRED, false), listed, new byte[0], other.list(DAY)))
                .isEqualTo(Verdict.UNPROVEN);
    }

    @Test
    void readsChangedListsAgainAndKeepsTheFormerWhenTheyBreak() throws IOException {
        var file = folder.resolve("authority.crl");
        Files.write(file, authority.list(DAY));
        var lists = new ListsOnDisk(folder);
        var of = new Issuance(plain, authority.root());
        var issuer = plain.getIssuerX500Principal();
        var now = java.time.Instant.now();

        assertThat(lists.of(issuer)).map(list -> list.standing(of, now)).containsExactly(Standing.GOOD);
        Files.write(file, authority.list(DAY, plain));
        lists.look();
        assertThat(lists.of(issuer)).map(list -> list.standing(of, now)).containsExactly(Standing.REVOKED);
        Files.writeString(file, "nothing");
        lists.look();
        assertThat(lists.of(issuer)).map(list -> list.standing(of, now)).containsExactly(Standing.REVOKED);
        assertThatThrownBy(() -> new ListsOnDisk(folder)).hasMessageContaining("authority.crl");
    }
}
